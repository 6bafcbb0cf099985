"""Plan -> image."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from zipp.domain.plan import BuildPlan

WriteLine = Callable[[str, Literal["stdout", "stderr", "zipp"]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """`environment` is the site's own, which its build may read too; it never stays in the image.

    `owner` keeps download caches apart: what one person's build wrote there no other person's build may read.
    `source` is equal for the very same files; empty where that can't be told.
    """

    deployment_id: str
    site: str
    owner: str
    tree: Path
    plan: BuildPlan
    environment: Mapping[str, str] = field(default_factory=dict)
    source: tuple[str, ...] = ()


class Images(Protocol):
    async def close(self) -> None: ...

    async def build(self, request: BuildRequest, write: WriteLine) -> str:
        """Build the plan from the source and return the image's id (sha256:...), tagged for the deployment.

        Where nothing has changed since an image of the site was built, that one is used again: the layers' cache would
        give the same. Never with a Dockerfile of the project's own, whose bases may have moved.

        Idempotent. Cancelling the task ends the build in the engine. Raises BuildError: build_failed, build_timeout,
        build_out_of_memory, build_no_space, base_missing; Unavailable engine_unreachable.
        """

    async def build_files(self, request: BuildRequest, into: Path, write: WriteLine) -> None:
        """Run the build of a plan of static files and put what it made, `plan.output`, at `into`: whole or not at all.

        `into` must not exist yet; its parent does. What comes out is held to the limits of a source (files, bytes, no
        link that leads out, no special file). Raises as `build`, and BuildError output_missing, output_unsafe.
        """

    async def static_server(self, *, write: WriteLine) -> str:
        """The image that serves a folder mounted read-only at /srv/site, as an unprivileged user, on $PORT."""

    async def exists(self, image: str) -> bool: ...

    async def remove(self, deployment_id: str) -> None:
        """Remove the deployment's image where no other tag needs it. Idempotent."""

    async def prune(self, keep: Collection[str]) -> None:
        """Remove this instance's deployment images except those of the deployments in `keep`, and dangling layers of
        its failed builds."""
