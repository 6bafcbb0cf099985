"""Why a container does not answer, told from what the engine shows of it: pure."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import StartError
from zipp.runtime.runtime import Container, Listener


def crash(container: Container | None) -> StartError:
    """Why a container that should run does not."""
    if container is None:
        return StartError("The container disappeared.", code="start_crashed", hint="Somebody removed it: redeploy.")
    if container.oom_killed:
        return StartError(
            "The site ran out of memory while it started.",
            code="start_out_of_memory",
            hint="Raise its memory limit (zipp.toml: limits.memory), or let it use less.",
        )
    if container.exit_code in (126, 127):  # as a shell says it; the container's init passes it on
        return StartError(
            "The start command does not exist in the image, or may not be executed.",
            code="start_command_missing",
            hint="Check the start command (zipp.toml, Procfile, package.json or the Dockerfile's CMD).",
        )
    if container.state != "running" and container.exit_code == 0:
        return StartError(
            "The start command ended by itself: it isn't a server.",
            code="start_ended",
            hint="It must stay in the foreground and answer requests; what runs once belongs to the build command.",
        )
    ended = "" if container.state == "running" else f" with exit code {container.exit_code}"
    return StartError(
        f"The site's process ended{ended} while it started.",
        code="start_crashed",
        hint="The last lines of its log say why; try the start command on your own machine.",
    )


def misplaced(listeners: Sequence[Listener], port: int) -> StartError | None:
    """The mistake that explains why nobody is reached on `port` although something listens."""
    here = [each for each in listeners if each.port == port]
    if any(not _is_loopback(each) for each in here):
        return None
    if here:
        return StartError(
            f"The site listens on port {port}, but only inside its own container (localhost).",
            code="start_localhost_only",
            hint="Bind to 0.0.0.0 instead of localhost or 127.0.0.1.",
        )
    if listeners:
        others = ", ".join(str(number) for number in sorted({each.port for each in listeners}))
        return StartError(
            f"The site listens on port {others}, but PORT is {port}.",
            code="start_wrong_port",
            hint=f"Let it listen on the PORT variable, or set `port = {listeners[0].port}` in zipp.toml.",
        )
    return None


def no_http(port: int) -> StartError:
    return StartError(
        f"What listens on port {port} does not answer in HTTP.",
        code="start_no_http",
        hint="Let the site serve plain HTTP there; HTTPS is nginx's work. Is it a database, or another kind of server?",
    )


def only_port(listeners: Sequence[Listener]) -> int | None:
    """The one port that the site offers to others; None when it offers none, or several."""
    ports = {each.port for each in listeners if not _is_loopback(each)}
    return ports.pop() if len(ports) == 1 else None


def _is_loopback(listener: Listener) -> bool:
    return listener.address.startswith("127.") or listener.address == "::1"
