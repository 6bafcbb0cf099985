"""Image -> process. Containers are found by their labels, never by a name that somebody gave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from zipp.domain.plan import Limits


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """`listen_port` inside the container; `host_port` is published on 127.0.0.1 and also fixes the container's address.

    `mounts` maps host folders to container folders, read-only. `command` None keeps the image's own. `starting_cpus`:
    what it may use instead of `limits.cpus`, where that is less, until `settle`.
    """

    deployment_id: str
    site: str
    image: str
    listen_port: int
    host_port: int
    env: Mapping[str, str]
    limits: Limits
    read_only_root: bool = True
    mounts: Mapping[Path, str] = field(default_factory=dict)
    command: Sequence[str] | None = None
    starting_cpus: float = 0.0


@dataclass(frozen=True, slots=True)
class Container:
    """A container as the engine has it. `address` is its own on the bridge; empty while it does not run.

    `settles_to`: the processors that it is to have once it has started; None when it has them.
    """

    id: str
    deployment_id: str
    site: str
    state: Literal["created", "running", "restarting", "exited", "paused", "dead"]
    address: str
    listen_port: int
    host_port: int
    exit_code: int | None
    oom_killed: bool
    restarts: int
    image: str
    settles_to: float | None = None


@dataclass(frozen=True, slots=True)
class OutputLine:
    time: datetime
    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening TCP socket inside a container; `address` as text, e.g. 0.0.0.0, 127.0.0.1, ::"""

    address: str
    port: int


class PortTaken(Exception):
    """Something outside the platform holds the host port: allocate another."""


class Runtime(Protocol):
    async def start(self) -> None:
        """Networks and rules that containers need. Idempotent. Raises Unavailable `engine_unreachable`."""

    async def close(self) -> None: ...

    async def ping(self) -> None:
        """Raises Unavailable `engine_unreachable`."""

    async def run(self, spec: ContainerSpec) -> Container:
        """Create and start; a running container of the deployment with that image is left as it is (idempotent), any
        other remainder of it is removed first. Raises PortTaken, StartError (image_missing, start_command_missing ...).
        """

    async def settle(self, deployment_id: str) -> None:
        """It has started: from now on, and after each restart, its processors are those of its limits. Idempotent."""

    async def get(self, deployment_id: str) -> Container | None: ...

    async def list(self) -> Sequence[Container]:
        """Every container of this instance, in any state."""

    async def listeners(self, deployment_id: str) -> Sequence[Listener] | None:
        """What listens inside the container; None when that can't be found out."""

    async def output(
        self, deployment_id: str, *, since: datetime | None = None, tail: int | None = None, follow: bool = False
    ) -> AsyncIterator[OutputLine]:
        """What it printed, oldest first; with `follow` until it is removed or the iterator is closed."""
        raise NotImplementedError
        yield  # an async generator

    async def connections(self, container: Container) -> int:
        """Established connections from this host to the container's port: 0 means it is drained."""

    async def remove(self, deployment_id: str, *, grace_seconds: int = 10) -> None:
        """SIGTERM, `grace_seconds`, SIGKILL, and gone. Idempotent."""

    async def stop_all(self) -> None:
        """Stop every container of this instance and keep it (zipp down)."""
