"""What people do to sites and deployments. Whoever calls has already been allowed to (identity/permissions.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from zipp.domain.deployment import Deployment
from zipp.domain.plan import Limits
from zipp.domain.site import Site
from zipp.domain.user import User


@dataclass(frozen=True, slots=True)
class Upload:
    """A received archive: a file under `Operations.incoming`, its size in bytes and SHA-256 in hex."""

    file: Path
    filename: str
    size: int
    sha256: str


class Operations(Protocol):
    incoming: Path

    async def deploy_zip(
        self, user: User, upload: Upload, *, site: str | None, env: Mapping[str, str] | None
    ) -> Deployment: ...

    async def deploy_git(
        self,
        user: User,
        *,
        url: str,
        ref: str | None,
        subdirectory: str | None,
        site: str | None,
        env: Mapping[str, str] | None,
        token: str | None,
    ) -> Deployment: ...

    async def redeploy(self, deployment: Deployment) -> Deployment: ...

    async def stop(self, deployment: Deployment) -> Deployment: ...

    async def delete(self, deployment: Deployment) -> None: ...

    async def rollback(self, site: Site, deployment_id: str | None) -> Site: ...

    async def update_site(
        self, site: Site, *, domains: Sequence[str] | None = None, limits: Limits | None = None
    ) -> Site: ...

    async def set_env(self, site: Site, env: Mapping[str, str]) -> Site:
        """Replaces the whole environment; it holds from the next deployment on."""

    async def change_env(self, site: Site, changes: Mapping[str, str | None]) -> Site:
        """Sets the named values, removes those that are None, leaves the others. Raises InvalidInput `env_too_many`."""

    async def env_keys(self, site: Site) -> Sequence[str]:
        """The names of the environment's values, which themselves are never given out."""

    async def delete_site(self, site: Site) -> None: ...
