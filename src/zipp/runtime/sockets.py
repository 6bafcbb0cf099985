"""Linux's tables of TCP sockets (/proc/<pid>/net/tcp and tcp6; proc(5)), read without any tool in the container."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from zipp.runtime.runtime import Listener

ESTABLISHED, LISTEN = "01", "0A"
DOCKER_DNS = "127.0.0.11"  # the engine's own name server inside each container


@dataclass(frozen=True, slots=True)
class Socket:
    local: Listener
    remote: Listener
    state: str


def sockets(table: str) -> Iterator[Socket]:
    """Every socket of one or more tables; headings and lines that can't be read are passed over."""
    for line in table.splitlines():
        columns = line.split()
        if len(columns) > 3 and columns[0].rstrip(":").isdigit():
            yield Socket(_endpoint(columns[1]), _endpoint(columns[2]), columns[3])


def listeners(table: str) -> list[Listener]:
    found = {entry.local for entry in sockets(table) if entry.state == LISTEN and entry.local.address != DOCKER_DNS}
    return sorted(found, key=lambda listener: (listener.port, listener.address))


def connections(table: str, address: str, port: int) -> int:
    """How many established connections lead to `address`:`port`."""
    remote = Listener(address, port)
    return sum(1 for entry in sockets(table) if entry.state == ESTABLISHED and entry.remote == remote)


def _endpoint(text: str) -> Listener:
    """`0100007F:1F90` is 127.0.0.1:8080: each 32-bit word of the address in the machine's (little-endian) order."""
    address, port = text.split(":")
    words = [bytes.fromhex(address[start : start + 8])[::-1] for start in range(0, len(address), 8)]
    parsed = ipaddress.ip_address(b"".join(words))
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return Listener(str(parsed), int(port, 16))
