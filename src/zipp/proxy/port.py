"""Whether the port that nginx should listen on can be had."""

from __future__ import annotations

import errno
import socket

from zipp.domain.errors import Unavailable
from zipp.settings import Settings


def check_port(settings: Settings) -> None:
    """Raise Unavailable unless nginx can listen where it should (`proxy_port_taken`, ...)."""
    host, port = settings.http_host, settings.http_port
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except OSError as error:
        raise _cannot_listen(host, port, error.errno) from error


def _cannot_listen(host: str, port: int, number: int | None) -> Unavailable:
    match number:
        case errno.EADDRINUSE:
            return Unavailable(
                f"Port {port} is taken by another program.",
                code="proxy_port_taken",
                hint="End that program (`ss -ltnp` names it), or set ZIPP_HTTP_PORT to a free port.",
            )
        case errno.EACCES:
            return Unavailable(
                f"Port {port} may only be opened by root.",
                code="proxy_port_forbidden",
                hint="Set ZIPP_HTTP_PORT to a port from 1024 up, or start Zipp as root.",
            )
        case _:
            return Unavailable(
                f"nginx can't listen on {host}.",
                code="proxy_address_invalid",
                hint="Set ZIPP_HTTP_HOST to an address of this machine, such as 0.0.0.0 or 127.0.0.1.",
            )
