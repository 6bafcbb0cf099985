from __future__ import annotations

import ctypes
import errno
import gc
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from zipp.cli.background import own_pid_file
from zipp.cli.configured import load_settings
from zipp.domain.errors import Unavailable

if TYPE_CHECKING:
    from zipp.settings import Settings

# Longer than programs keep an idle connection (5 s is usual): what we close as they use it again is an error to them.
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 5  # for requests under way; who follows a log is cut off, and comes back after the restart


def serve() -> None:
    """Run the platform in the foreground, as a service manager wants it. SIGTERM ends it gracefully."""
    from zipp.cli.operator_log import configure_log

    settings = load_settings()
    configure_log(settings.log_level)
    listener = _listen(settings)

    import uvloop

    uvloop.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    import uvicorn

    from zipp.api.app import create_app
    from zipp.wiring import build

    app = create_app(build(settings))
    # Entered here and not by uvicorn, so that what keeps the platform from starting is told in a sentence.
    async with app.router.lifespan_context(app):
        _give_memory_back()
        config = uvicorn.Config(
            app,
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        # uvicorn ends gracefully, then raises the signal again: its default would end us before the platform is closed.
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: None)
        with own_pid_file(settings):
            await uvicorn.Server(config).serve(sockets=[listener])


def _give_memory_back() -> None:
    """What starting took and nobody needs any more, some 7 MB. It is glibc that keeps it, and has a call for it.

    What is left is there for good: to look through all of it again and again would stop everybody for 0.1 s each time.
    """
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _listen(settings: Settings) -> socket.socket:
    """The port, before anything else is touched. Raises Unavailable `port_taken`, `address_unusable`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise _cannot_listen(settings, error) from error
    return listener


def _cannot_listen(settings: Settings, error: OSError) -> Unavailable:
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            f"Port {settings.port} is taken by another program.",
            code="port_taken",
            hint="End that program (`ss -ltnp` names it), or set ZIPP_PORT to a free port.",
        )
    return Unavailable(
        f"Zipp can't listen on {settings.host}, port {settings.port}: {error.strerror}.",
        code="address_unusable",
        hint="Set ZIPP_HOST to an address of this machine, and ZIPP_PORT to a port from 1024 up.",
    )
