"""The build step's three shapes: files as they are, files that a build makes, and a server's image."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from builders import a_deployment, a_site

from zipp.detect import detect as detect_plan
from zipp.domain.deployment import Deployment, GitSource, Source, Status, ZipSource
from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan, Serve
from zipp.domain.site import Site
from zipp.images.images import BuildRequest, WriteLine
from zipp.pipeline.build import build, detect
from zipp.pipeline.fetch import source_tree
from zipp.pipeline.kit import PLANS_KEPT, Kit
from zipp.pipeline.rollback import is_kept
from zipp.records.sql import SqlRecords
from zipp.settings import Settings
from zipp.storage.local import LocalStorage
from zipp.storage.vault import Vault

AS_IT_IS = BuildPlan(framework="static", summary="Static site", serve=Serve.NGINX, output="public")
BUILT = BuildPlan(
    framework="vite",
    summary="Vite app",
    serve=Serve.NGINX,
    builder="zipp/node:22-build",
    install=("npm ci",),
    build=("npm run build",),
    output="dist",
    fallback="index.html",
)
SERVER = BuildPlan(framework="node", summary="Node app", base="zipp/node:22-slim", start="node server.js")


def a_zip(content: str) -> ZipSource:
    return ZipSource(filename="shop.zip", size=12, sha256=content * 64)


def a_git(**fields: Any) -> GitSource:
    return GitSource(url="https://example.test/shop.git", **fields)


class StandInImages:
    """Makes what it is asked for without a build, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.requests: list[BuildRequest] = []
        self.fails = False

    async def build(self, request: BuildRequest, write: WriteLine) -> str:
        return await self._asked(request, write)

    async def build_files(self, request: BuildRequest, into: Path, write: WriteLine) -> None:
        await self._asked(request, write)
        assert into.parent.is_dir()
        into.mkdir()
        (into / "index.html").write_text("built")

    async def static_server(self, *, write: WriteLine) -> str:
        return "sha256:static-server"

    async def exists(self, image: str) -> bool:
        return image.startswith("sha256:")

    async def _asked(self, request: BuildRequest, write: WriteLine) -> str:
        self.requests.append(request)
        await write("npm says hello", "stdout")
        if self.fails:
            raise BuildError("It does not compile.", code="build_failed")
        return f"sha256:{request.deployment_id}"


@dataclass
class StandInLog:
    lines: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)

    async def write(self, deployment_id: str, stage: str, text: str, *, stream: str = "zipp") -> None:
        self.lines.append(text)

    def hide(self, deployment_id: str, secrets: Collection[str]) -> None:
        self.hidden.update(secrets)

    def notify(self, deployment_id: str) -> None: ...


@dataclass
class Stand:
    kit: Kit
    images: StandInImages
    log: StandInLog
    site: Site
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def fetched(self, plan: BuildPlan | None, *, source: Source | None = None, **files: str) -> Deployment:
        fields: dict[str, object] = {"source": source} if source else {}
        deployment = a_deployment(status=Status.CLONING, plan=plan, **fields)
        await self.kit.records.create_deployment(deployment)
        folder = source_tree(self.kit, deployment) / "public"
        folder.mkdir(parents=True)
        for name, text in ({"index.html": "as it is"} | files).items():
            (folder / name).write_text(text)
        (folder.parent / "package.json").write_text("{}")
        return deployment

    async def built(self, deployment: Deployment) -> Deployment:
        return await build(self.kit, deployment, self.site, self.slots)

    def release(self, deployment: Deployment) -> Path:
        return self.kit.release_folder(deployment)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    settings = Settings(data_dir=tmp_path)
    records, images, log = SqlRecords(tmp_path / "zipp.db"), StandInImages(), StandInLog()
    vault = Vault.lazy(settings)
    kit = Kit(
        settings=settings,
        records=records,
        storage=LocalStorage(tmp_path / "storage"),
        vault=vault,
        images=cast(Any, images),
        runtime=cast(Any, None),
        proxy=cast(Any, None),
        log=cast(Any, log),
    )
    await records.start()
    site = a_site(env_encrypted=vault.seal({"API_KEY": "sw0rdfish"}))
    await records.create_site(site)
    yield Stand(kit, images, log, site)
    await records.close()


@pytest.mark.parametrize(
    ("first", "second", "looks"),
    [
        (a_zip("a"), a_zip("a"), 1),
        (a_zip("a"), a_zip("b"), 2),
        (a_git(commit="1" * 40), a_git(commit="1" * 40), 1),
        (a_git(commit="1" * 40), a_git(commit="2" * 40), 2),
        (a_git(commit="1" * 40), a_git(commit="1" * 40, subdirectory="public"), 2),
        (a_git(commit=None), a_git(commit=None), 2),
    ],
)
async def test_the_very_same_files_are_looked_into_once(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, first: Source, second: Source, looks: int
) -> None:
    looked: list[Path] = []

    def counted(tree: Path, **options: Any) -> BuildPlan:
        looked.append(tree)
        return detect_plan(tree, **options)

    monkeypatch.setattr("zipp.pipeline.build.detect_plan", counted)
    plans = []
    for source in (first, second):
        deployment = await stand.fetched(None, source=source)
        plans.append((await detect(stand.kit, deployment)).plan)
    assert None not in plans
    assert len(looked) == looks
    assert looks == 2 or plans[0] == plans[1]


async def test_of_plans_only_the_latest_are_remembered(stand: Stand) -> None:
    for number in (*range(PLANS_KEPT), 0, PLANS_KEPT):
        stand.kit.remember_plan((str(number),), SERVER)
    assert stand.kit.known_plan(("0",)) == SERVER
    assert stand.kit.known_plan(("1",)) is None
    assert stand.kit.known_plan((str(PLANS_KEPT),)) == SERVER


async def test_files_as_they_are_become_a_release_without_a_build(stand: Stand) -> None:
    deployment = await stand.built(await stand.fetched(AS_IT_IS))

    assert (stand.release(deployment) / "index.html").read_text() == "as it is"
    assert stand.images.requests == []
    assert (deployment.status, deployment.image) == (Status.BUILDING, None)


async def test_files_that_a_build_makes_become_a_release_with_their_page_for_routes(stand: Stand) -> None:
    deployment = await stand.built(await stand.fetched(BUILT))

    assert (stand.release(deployment) / "index.html").read_text() == "built"
    assert (stand.release(deployment) / ".zipp-fallback.html").read_text() == "built"
    assert deployment.image is None
    assert await is_kept(stand.kit, deployment)


async def test_a_server_becomes_an_image(stand: Stand) -> None:
    deployment = await stand.built(await stand.fetched(SERVER))

    assert deployment.image == f"sha256:{deployment.id}"
    assert not stand.release(deployment).exists()


async def test_built_files_in_a_container_have_a_release_and_the_static_server(stand: Stand) -> None:
    deployment = await stand.built(await stand.fetched(BUILT.model_copy(update={"serve": Serve.CONTAINER})))

    assert (stand.release(deployment) / "index.html").is_file()
    assert deployment.image == "sha256:static-server"
    assert await is_kept(stand.kit, deployment)


@pytest.mark.parametrize("plan", [BUILT, SERVER])
async def test_a_build_is_told_whose_it_is_and_its_environment_which_the_log_hides(
    stand: Stand, plan: BuildPlan
) -> None:
    deployment = await stand.built(await stand.fetched(plan))

    (request,) = stand.images.requests
    assert (request.deployment_id, request.site, request.owner) == (deployment.id, "shop", "anna")
    assert request.environment == {"API_KEY": "sw0rdfish"}
    assert (request.tree / "package.json").is_file()
    assert "npm says hello" in stand.log.lines
    assert stand.log.hidden == {"sw0rdfish"}


@pytest.mark.parametrize("plan", [AS_IT_IS, BUILT, SERVER])
async def test_the_step_can_be_run_again(stand: Stand, plan: BuildPlan) -> None:
    deployment = await stand.built(await stand.fetched(plan))
    asked = len(stand.images.requests)

    again = await stand.built(deployment)

    assert again.image == deployment.image
    assert len(stand.images.requests) == asked


async def test_a_crash_between_the_build_and_the_release_costs_no_second_build(stand: Stand) -> None:
    deployment = await stand.fetched(BUILT)
    made = stand.kit.work_folder(deployment.id) / "built"
    made.mkdir()
    (made / "index.html").write_text("built before the crash")

    await stand.built(deployment)

    assert (stand.release(deployment) / "index.html").read_text() == "built before the crash"
    assert stand.images.requests == []


@pytest.mark.parametrize("plan", [BUILT, SERVER])
async def test_only_builds_wait_for_a_slot(stand: Stand, plan: BuildPlan) -> None:
    waiting, as_it_is = await stand.fetched(plan), await stand.fetched(AS_IT_IS)
    async with stand.slots:
        task = asyncio.create_task(stand.built(waiting))
        await asyncio.wait_for(stand.built(as_it_is), 5)
        assert not task.done()
        assert stand.images.requests == []
    await asyncio.wait_for(task, 5)
    assert "Waiting for a free build slot" in stand.log.lines


async def test_a_failed_build_leaves_no_release_and_frees_its_slot(stand: Stand) -> None:
    deployment = await stand.fetched(BUILT)
    stand.images.fails = True

    with pytest.raises(BuildError, match="compile"):
        await stand.built(deployment)

    assert not stand.release(deployment).exists()
    assert not stand.slots.locked()


async def test_a_static_site_is_no_longer_kept_once_its_release_is_gone(stand: Stand) -> None:
    deployment = await stand.built(await stand.fetched(AS_IT_IS))
    (stand.release(deployment) / "index.html").unlink()
    stand.release(deployment).rmdir()

    assert not await is_kept(stand.kit, deployment)
