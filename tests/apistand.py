"""A platform to call the API of: real records, identity, storage and logs; only the pipeline behind them is a stand-in
that writes records and lets nothing run. As a program it serves the API: `python apistand.py FOLDER PORT [PUBLIC_URL]`.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from zipp.api.app import create_app
from zipp.domain.deployment import Deployment, Failure, GitSource, Source, Status, ZipSource
from zipp.domain.ids import new_id, now
from zipp.domain.names import derive_site_name
from zipp.domain.plan import Limits
from zipp.domain.site import Site
from zipp.domain.user import Role, User
from zipp.identity.identity import Grant
from zipp.identity.local import LocalIdentity
from zipp.identity.passwords import Passwords
from zipp.monitoring.access import AccessLog
from zipp.monitoring.logs import LogStore
from zipp.pipeline.operations import Upload
from zipp.proxy.layout import Layout
from zipp.records.sql import SqlRecords
from zipp.settings import Settings
from zipp.storage.local import LocalStorage
from zipp.storage.storage import archive_key
from zipp.wiring import Platform

PASSWORD = "correct horse battery"
URL = "http://localhost:8000"


class StandInOperations:
    """Accepts and records, and lets nothing run."""

    def __init__(self, stand: Stand, incoming: Path) -> None:
        self.stand = stand
        self.incoming = incoming
        self.env: dict[str, dict[str, str]] = {}
        self.deleted: list[str] = []

    async def deploy_zip(
        self, user: User, upload: Upload, *, site: str | None, env: Mapping[str, str] | None
    ) -> Deployment:
        await self.stand.storage.put(archive_key(upload.sha256), upload.file)
        source = ZipSource(filename=upload.filename, size=upload.size, sha256=upload.sha256)
        return await self.accept(user, source, site or derive_site_name(upload.filename), env)

    async def deploy_git(
        self, user: User, *, url: str, ref: str | None, subdirectory: str | None, site: str | None,
        env: Mapping[str, str] | None, token: str | None,
    ) -> Deployment:  # fmt: skip
        source = GitSource(url=url, ref=ref, subdirectory=subdirectory, token_encrypted=f"sealed:{token}")
        return await self.accept(user, source, site or derive_site_name(url), env)

    async def accept(self, user: User, source: Source, site: str, env: Mapping[str, str] | None) -> Deployment:
        if await self.stand.records.get_site(site) is None:
            await self.stand.records.create_site(Site(name=site, owner=user.uid, created_at=now()))
        self.env.setdefault(site, {}).update(env or {})
        deployment = Deployment(id=new_id(), site=site, owner=user.uid, source=source, created_at=now())
        await self.stand.records.create_deployment(deployment)
        return deployment

    async def redeploy(self, deployment: Deployment) -> Deployment:
        owner = User(uid=deployment.owner, email=None, created_at=now())
        return await self.accept(owner, deployment.source, deployment.site, None)

    async def stop(self, deployment: Deployment) -> Deployment:
        if deployment.status is not Status.PENDING:
            return deployment
        error = Failure(code="cancelled", message="It was cancelled.", stage="queue")
        return await self.stand.save(deployment, status=Status.FAILED, error=error, finished_at=now())

    async def delete(self, deployment: Deployment) -> None:
        self.deleted.append(deployment.id)
        await self.stand.records.delete_deployment(deployment.id)
        await self.stand.logs.delete(deployment.id)

    async def rollback(self, site: Site, deployment_id: str | None) -> Site:
        return site

    async def update_site(
        self, site: Site, *, domains: Sequence[str] | None = None, limits: Limits | None = None
    ) -> Site:
        changes = {"domains": domains and tuple(domains), "limits": limits}
        return await self.stand.records.update_site(site.name, {k: v for k, v in changes.items() if v is not None})

    async def set_env(self, site: Site, env: Mapping[str, str]) -> Site:
        self.env[site.name] = dict(env)
        return site

    async def change_env(self, site: Site, changes: Mapping[str, str | None]) -> Site:
        merged = {**self.env.get(site.name, {}), **changes}
        self.env[site.name] = {name: value for name, value in merged.items() if value is not None}
        return site

    async def env_keys(self, site: Site) -> Sequence[str]:
        return sorted(self.env.get(site.name, {}))

    async def delete_site(self, site: Site) -> None:
        for deployment in (await self.stand.records.list_deployments(site=site.name, limit=200)).items:
            await self.delete(deployment)
        await self.stand.records.delete_site(site.name)


class Answering:
    """An engine and a proxy that are there and have nothing."""

    async def ping(self) -> None: ...

    async def list(self) -> list[Any]:
        return []

    async def get(self, deployment_id: str) -> None:
        return None

    async def output(
        self, deployment_id: str, *, since: datetime | None = None, tail: int | None = None, follow: bool = False
    ) -> AsyncIterator[Any]:
        return
        yield


@dataclass
class Stand:
    """A platform to call the API of."""

    settings: Settings
    records: SqlRecords
    identity: LocalIdentity
    storage: LocalStorage
    runtime: Answering
    proxy: Answering
    logs: LogStore
    access: AccessLog
    operations: StandInOperations = field(init=False)

    async def start(self) -> None:
        await self.records.start()
        await self.storage.start()
        await self.identity.prepare_first_account()

    async def close(self) -> None:
        await self.logs.close()
        await self.records.close()

    async def save(self, deployment: Deployment, **changes: object) -> Deployment:
        current = await self.records.get_deployment(deployment.id)
        assert current is not None
        (saved,) = await self.records.save(current.model_copy(update=changes))
        return saved

    async def member(self, email: str, *, role: Role = Role.MEMBER) -> Grant:
        grant = await self.identity.signup(email=email, password=PASSWORD)
        if role is Role.ADMIN:
            await self.records.update_user(grant.user.uid, {"role": role})
        return grant


def make_stand(folder: Path, **settings: Any) -> Stand:
    chosen: dict[str, Any] = {"login_attempts_per_minute": 1000, "api_requests_per_minute": 100_000, "signup": "open"}
    chosen["web_dir"] = folder / "no-dashboard"  # whether this machine has built one must not matter
    chosen |= {"admin_email": "admin@example.com", "admin_password": PASSWORD}
    configured = Settings(data_dir=folder, **(chosen | settings))
    records = SqlRecords(folder / "zipp.db")
    fast = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    parts = Answering()
    stand = Stand(
        settings=configured,
        records=records,
        identity=LocalIdentity(records, configured, fast),
        storage=LocalStorage(folder / "storage"),
        runtime=parts,
        proxy=parts,
        logs=LogStore(folder / "logs", cast(Any, parts)),
        access=AccessLog(Layout.of(configured), cast(Any, parts)),
    )
    records.changed.append(stand.logs.record_changed)
    stand.operations = StandInOperations(stand, folder / "incoming")
    return stand


def app_of(stand: Stand) -> FastAPI:
    return create_app(cast(Platform, stand))


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client,
    ):
        yield client


def signed_in(client: httpx.AsyncClient, secret: str) -> httpx.AsyncClient:
    """The same application, called by somebody."""
    return httpx.AsyncClient(transport=client._transport, base_url=URL, headers={"Authorization": f"Bearer {secret}"})


if __name__ == "__main__":
    program = make_stand(Path(sys.argv[1]), public_url=sys.argv[3] if len(sys.argv) > 3 else None)
    uvicorn.run(app_of(program), port=int(sys.argv[2]), log_level="error", http="httptools")
