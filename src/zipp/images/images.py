"""Plan -> image."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Literal, Protocol

from zipp.domain.plan import BuildPlan

WriteLine = Callable[[str, Literal["stdout", "stderr", "zipp"]], Awaitable[None]]


class Images(Protocol):
    async def close(self) -> None: ...

    async def build(self, *, deployment_id: str, site: str, tree: Path, plan: BuildPlan, write: WriteLine) -> str:
        """Build `plan` from the source `tree` and return the image's id (sha256:...), tagged for the deployment.

        Idempotent. Cancelling the task ends the build in the engine. Raises BuildError: build_failed, build_timeout,
        build_out_of_memory, build_no_space, base_missing; Unavailable engine_unreachable.
        """

    async def static_server(self, *, write: WriteLine) -> str:
        """The image that serves a folder mounted read-only at /srv/site, as an unprivileged user, on $PORT."""

    async def exists(self, image: str) -> bool: ...

    async def remove(self, deployment_id: str) -> None:
        """Remove the deployment's image where no other tag needs it. Idempotent."""

    async def prune(self, keep: Collection[str]) -> None:
        """Remove this instance's deployment images except those of the deployments in `keep`, and dangling layers of
        its failed builds."""
