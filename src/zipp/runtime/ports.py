"""What a host port decides: the network and the address of the container that is published on it."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Network

PER_NETWORK = 1000  # a Linux bridge takes 1,023 ports


@dataclass(frozen=True, slots=True)
class Place:
    """The `network`-th bridge of the instance, and the `index`-th address on it."""

    network: int
    index: int

    def address(self, subnet: IPv4Network) -> str:
        return str(subnet[2 + self.index])  # 0 is the network's own, 1 the gateway


def place_of(host_port: int, range_start: int) -> Place:
    """The same port always has the same place, so a route stays right whenever the engine restarts the container."""
    if host_port < range_start:
        raise ValueError(f"port {host_port} lies below the range, which starts at {range_start}")
    return Place(*divmod(host_port - range_start, PER_NETWORK))


def is_taken(host_port: int) -> bool:
    """Whether anything holds 127.0.0.1:`host_port`, found out as the engine would: by binding it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", host_port))
        except OSError:
            return True
    return False
