"""A platform's home with something of everything in it, and what of it lasts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from builders import a_deployment, a_site, a_token, a_user, an_invite
from pydantic import BaseModel

from zipp.domain.activity import AuditEntry, Event, came_to
from zipp.domain.deployment import Deployment, Failure, GitSource, Stage, Status, ZipSource
from zipp.domain.ids import new_id, now
from zipp.domain.plan import BuildPlan, Limits, Serve
from zipp.domain.site import Site
from zipp.domain.user import Role, User
from zipp.identity.first_account import FIRST_UID
from zipp.moving.collections import COLLECTIONS
from zipp.moving.origin import Home
from zipp.records.records import LiveChange, Records
from zipp.records.sql import SqlRecords
from zipp.storage.local import LocalStorage
from zipp.storage.storage import Storage, archive_key, log_key

ARCHIVE = b"PK an archive " * 1000
LOG = b"\x1f\x8b a finished log"
PLAN = BuildPlan(
    framework="node",
    summary="A Node server",
    serve=Serve.CONTAINER,
    base="zipp/node:22-slim",
    install=("npm ci",),
    env={"B": "2", "A": "1"},
    start="node server.js",
)


async def local_home(folder: Path) -> Home:
    """Its records are to be closed."""
    home = Home(SqlRecords(folder / "zipp.db"), LocalStorage(folder / "storage"))
    await home.records.start()
    await home.storage.start()
    return home


async def fill(home: Home, folder: Path, *, sites: int = 3) -> None:
    """The same at every call, but for times and ids. `folder` is for files on their way."""
    people = await fill_people(home.records)
    archive = await store(home.storage, folder, ARCHIVE)
    for number in range(sites):
        await fill_site(home, folder, f"site-{number}", people[number % 2], archive)
    await home.records.create_site(a_site("empty", owner=people[0].uid))
    await home.records.add_audit(an_entry())
    await home.records.add_audit(an_entry(actor=None, via=None, action="login", target="", status=401))


async def fill_people(records: Records) -> Sequence[User]:
    first = a_user("Anna@example.com", uid=FIRST_UID, role=Role.ADMIN, name="Anna Åström ✓")
    claims = {"team": {"name": "web", "since": 2019}, "tags": ["a", "b"], "share": 0.25, "none": None}
    member = a_user("ben@example.com", claims=claims)
    shut_out = a_user("cleo@example.com", disabled=True, role=Role.ADMIN)
    await records.create_user(first, password_hash="$argon2id$v=19$first")
    await records.create_user(member)
    await records.create_user(shut_out, password_hash="$argon2id$v=19$cleo")
    for user in (first, member):
        await records.add_token(a_token(user, kind="api", name="ci"))
        await records.add_token(a_token(user, kind="api", name="soon", expires_at=now() + timedelta(days=9)))
        await records.add_token(a_token(user, kind="session"))
    await records.add_token(a_token(first, kind="setup"))
    today = now()
    expired = {"created_at": today - timedelta(days=3), "expires_at": today - timedelta(days=1)}
    await records.add_invite(an_invite(first, **expired))
    addressed = {"email": "dora@example.com", "role": Role.ADMIN, "created_at": today - timedelta(days=2)}
    await records.add_invite(an_invite(first, **addressed))
    return first, member


async def fill_site(home: Home, folder: Path, name: str, owner: User, archive: ZipSource) -> None:
    """A version that failed, one that was live before, one that is, and one under way."""
    limits = Limits(memory_bytes=2**28, cpus=0.5, pids=64)
    domains = (f"www.{name}.example", f"{name}.example")
    site = a_site(
        name, owner=owner.uid, domains=domains, limits=limits, framework="node", env_encrypted=f"sealed {name}"
    )
    await home.records.create_site(site)
    git = GitSource(url="https://git.example/x.git", ref="main", commit="ab" * 20, token_encrypted=f"token {name}")
    failure = Failure(code="build_failed", message="It failed.", hint="Look.", stage="build", line="npm ERR! ünï")
    failed = _version(site, git, status=Status.FAILED, error=failure, finished_at=now())
    before = _version(site, archive, status=Status.STOPPED, plan=PLAN, image="sha256:1", forgotten=True, version=9)
    live = _version(site, archive, status=Status.RUNNING, plan=PLAN, image="sha256:2", version=12, finished_at=now())
    waiting = _version(site, git, cancel_requested=True)
    for deployment in (failed, before, live, waiting):
        await home.records.create_deployment(deployment, events=_events(deployment))
    port = await home.records.allocate_port(live.id, start=3001, end=3999)
    (live,) = await home.records.save(
        live.model_copy(update={"port": port}), live=LiveChange(name, expected=None, to=live.id)
    )
    await _put(home.storage, folder, log_key(failed.id), LOG + name.encode())


def _version(site: Site, source: object, **fields: object) -> Deployment:
    stages = (Stage(name="fetch", started_at=now(), finished_at=now()), Stage(name="build", started_at=now()))
    return a_deployment(site.name, owner=site.owner, source=source, stages=stages, started_at=now(), **fields)


def _events(deployment: Deployment) -> Sequence[Event]:
    came = [came_to(deployment.model_copy(update={"status": status})) for status in ("PENDING", "CLONING")]
    return [*came, came_to(deployment)] if deployment.status is not Status.PENDING else ()


def an_entry(**fields: object) -> AuditEntry:
    made = {"id": new_id(), "at": now(), "actor": FIRST_UID, "via": "api", "action": "stop", "target": "site-0"}
    return AuditEntry.model_validate(made | {"status": 202, "address": "127.0.0.1"} | fields)


async def store(storage: Storage, folder: Path, content: bytes) -> ZipSource:
    source = ZipSource(filename="shop ü.zip", size=len(content), sha256=hashlib.sha256(content).hexdigest())
    await _put(storage, folder, archive_key(source.sha256), content)
    return source


async def _put(storage: Storage, folder: Path, key: str, content: bytes) -> None:
    file = folder / "on-its-way"
    file.write_bytes(content)
    await storage.put(key, file)


async def contents(home: Home) -> dict[str, dict[str, object]]:
    """Everything that lasts, to compare two homes by."""
    found: dict[str, dict[str, object]] = {}
    for collection in COLLECTIONS:
        entries: list[BaseModel] = [entry async for page in home.entries(collection) for entry in page]
        found[collection.name] = {collection.key(entry): entry for entry in entries}
    found["files"] = {key: await home.digest(key) for key in await home.files()}
    return found
