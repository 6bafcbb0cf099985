"""A page that a build makes: its files come out, and nothing else stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from buildstand import DEBIAN, Log, a_request, is_running, tags_of, written
from dockercli import docker

from zipp.domain.errors import BuildError
from zipp.domain.ids import new_id
from zipp.domain.plan import BuildPlan, Serve
from zipp.images.builder import DockerImages
from zipp.settings import Settings

BuildFiles = Callable[..., Any]
BUILD = "mkdir dist && cp page.html dist/index.html"


def a_page(*build: str, **fields: object) -> BuildPlan:
    values: dict[str, object] = {"framework": "page", "summary": "", "serve": Serve.NGINX, "builder": DEBIAN}
    return BuildPlan.model_validate({**values, "build": build or (BUILD,), "output": "dist", **fields})


@pytest.fixture
def build_files(images: DockerImages, log: Log, tmp_path: Path, base: Callable[[str], str]) -> BuildFiles:
    base(DEBIAN)

    async def run(plan: BuildPlan, by: DockerImages = images, page: str = "home", **fields: object) -> Path:
        tree = written(tmp_path / "tree", {"page.html": page, "package.txt": "1"})
        into = tmp_path / f"files-{new_id()}"
        await by.build_files(a_request(tree, plan, **fields), into, log.write)
        return into

    return run


def left_over(tmp_path: Path) -> list[str]:
    return [path.name for path in tmp_path.iterdir() if path.name.startswith("files-")]


async def test_what_the_build_made_comes_out_and_no_image_stays(build_files: BuildFiles, instance: str) -> None:
    plan = a_page(BUILD, "mkdir -p dist/etc dist/dev && echo '#!' > dist/etc/hosts && chmod 4755 dist/etc/hosts")
    deployment = new_id()
    into = await build_files(plan, deployment_id=deployment)
    found = {str(path.relative_to(into)) for path in into.rglob("*")}
    assert found == {"index.html", "etc", "etc/hosts", "dev"}  # nothing of what an engine puts into containers
    assert (into / "index.html").read_text() == "home"
    assert (into / "etc/hosts").stat().st_mode & 0o7777 == 0o755
    assert f"{deployment}.files" not in tags_of(instance)
    assert docker("ps", "--all", "--quiet", "--filter", f"label=zipp.instance={instance}") == ""


async def test_dependencies_are_kept_for_the_next_build(build_files: BuildFiles, log: Log) -> None:
    """Their step runs again only when their own files change, although no image of the first build is left."""
    unique = new_id()
    plan = a_page(install=(f"echo installed-{unique}",), dependency_files=("package.txt",))
    assert (await build_files(plan, page="one") / "index.html").read_text() == "one"
    assert (await build_files(plan, page="two") / "index.html").read_text() == "two"
    assert [line for line, _ in log.lines].count(f"installed-{unique}") == 1


async def test_the_sites_environment_is_there_while_it_builds(build_files: BuildFiles, log: Log) -> None:
    into = await build_files(
        a_page(BUILD, "printf %s $PUBLIC_API > dist/api.txt"), environment={"PUBLIC_API": "https://api"}
    )
    assert (into / "api.txt").read_text() == "https://api"
    assert "https://api" not in log.text


async def test_build_that_makes_no_page_is_told(build_files: BuildFiles, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        await build_files(a_page("mkdir elsewhere"))
    assert caught.value.code == "output_missing"
    assert "dist" in caught.value.message
    assert left_over(tmp_path) == []


async def test_what_must_not_be_published_is_refused(build_files: BuildFiles, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        await build_files(a_page(BUILD, "ln -s /etc/passwd dist/link"))
    assert caught.value.code == "output_unsafe"
    assert left_over(tmp_path) == []


async def test_more_than_a_source_may_have_is_refused(
    build_files: BuildFiles, build_settings: Settings, tmp_path: Path, instance: str
) -> None:
    strict, deployment = DockerImages(build_settings.model_copy(update={"source_max_bytes": 1024**2})), new_id()
    with pytest.raises(BuildError) as caught:
        await build_files(a_page(BUILD, "truncate -s 3M dist/big"), by=strict, deployment_id=deployment)
    await strict.close()
    assert caught.value.code == "output_unsafe"
    assert left_over(tmp_path) == []
    assert f"{deployment}.files" not in tags_of(instance)


async def test_cancelled_build_leaves_nothing(build_files: BuildFiles, log: Log, tmp_path: Path) -> None:
    unique = new_id()
    plan = a_page(f"echo working-$((1 + 1)); sleep 300; : {unique}")
    task = asyncio.create_task(build_files(plan))
    await log.says("working-2")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(unique)
    assert left_over(tmp_path) == []
