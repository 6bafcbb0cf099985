from __future__ import annotations

import socket
from ipaddress import IPv4Network

import pytest

from zipp.runtime.ports import Place, is_taken, place_of

SUBNET = IPv4Network("10.213.4.0/22")


@pytest.mark.parametrize(
    ("port", "network", "address"),
    [(3001, 0, "10.213.4.2"), (3002, 0, "10.213.4.3"), (4000, 0, "10.213.7.233"), (4001, 1, "10.213.4.2")],
)
def test_port_decides_network_and_address(port: int, network: int, address: str) -> None:
    place = place_of(port, 3001)
    assert (place.network, place.address(SUBNET)) == (network, address)


def test_every_address_of_a_network_is_its_own_and_usable() -> None:
    addresses = {Place(0, index).address(SUBNET) for index in range(1000)}
    assert len(addresses) == 1000
    assert not addresses & {str(SUBNET[0]), str(SUBNET[1]), str(SUBNET.broadcast_address)}


def test_port_below_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match="below the range"):
        place_of(3000, 3001)


def test_held_port_is_taken_and_free_again_when_closed() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert is_taken(port)
    assert not is_taken(port)
