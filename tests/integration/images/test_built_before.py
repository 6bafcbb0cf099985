"""The very same source with the very same settings: the image that was made of it is used again."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from buildstand import DEBIAN, OWN_DOCKERFILE, Log, a_request, written
from dockercli import docker

from zipp.domain.ids import new_id
from zipp.domain.plan import BuildPlan, Serve
from zipp.images.builder import DockerImages

SOURCE = ("sha256-of-an-archive",)
AGAIN = "Nothing has changed since the last build: its image is used again"

Deploy = Callable[..., Awaitable[str]]


def plan(**changes: Any) -> BuildPlan:
    usual = {"framework": "test", "summary": "", "serve": Serve.CONTAINER, "builder": DEBIAN, "base": DEBIAN}
    return BuildPlan(**usual | {"build": (f"echo {new_id()}",), "start": "sleep 60"} | changes)


@pytest.fixture
def deploy(images: DockerImages, log: Log, tmp_path: Path, base: Callable[[str], str]) -> Deploy:
    """Build it and return the image's id; `log` holds what was said of that build alone."""
    base(DEBIAN)

    async def run(plan: BuildPlan, source: tuple[str, ...] = SOURCE, **fields: object) -> str:
        log.lines.clear()
        tree = written(tmp_path / "tree", {"page.txt": "x", "Dockerfile": f"FROM {DEBIAN}\nCOPY . .\n"})
        return await images.build(a_request(tree, plan, source=source, **fields), log.write)

    return run


async def test_nothing_is_built_where_nothing_has_changed(deploy: Deploy, log: Log, instance: str) -> None:
    same, first, second = plan(), new_id(), new_id()
    image = await deploy(same, deployment_id=first)
    assert AGAIN not in log.text
    assert await deploy(same, deployment_id=second) == image
    assert log.lines == [(AGAIN, "zipp")]
    assert {f"{instance}/site-test:{each}" for each in (first, second)} <= set(
        json.loads(docker("inspect", image))[0]["RepoTags"]
    )


async def test_first_deployments_end_leaves_the_image_to_the_second(deploy: Deploy, images: DockerImages) -> None:
    same, first = plan(), new_id()
    image = await deploy(same, deployment_id=first)
    await deploy(same)
    await images.remove(first)
    assert await images.exists(image)


@pytest.mark.parametrize(
    "change",
    [
        {"environment": {"API": "https://other.example"}},
        {"source": ("another archive",)},
        {"site": "another"},
        {"owner": "bert"},
    ],
    ids="-".join,
)
async def test_whatever_changes_is_built(deploy: Deploy, log: Log, change: dict[str, Any]) -> None:
    same = plan()
    await deploy(same)
    await deploy(same, **change)
    assert AGAIN not in log.text
    assert log.lines


async def test_another_plan_is_built(deploy: Deploy, log: Log) -> None:
    await deploy(plan())
    await deploy(plan())
    assert AGAIN not in log.text


async def test_what_can_not_be_told_is_built(deploy: Deploy, log: Log) -> None:
    same = plan()
    for _ in range(2):
        await deploy(same, source=())
    assert AGAIN not in log.text


async def test_dockerfile_of_the_projects_own_is_built_since_its_base_may_have_moved(deploy: Deploy, log: Log) -> None:
    for _ in range(2):
        await deploy(OWN_DOCKERFILE)
    assert AGAIN not in log.text
    assert log.lines


async def test_image_that_somebody_removed_is_built_again(deploy: Deploy, images: DockerImages, log: Log) -> None:
    same = plan()
    docker("rmi", "--force", await deploy(same))
    image = await deploy(same)
    assert AGAIN not in log.text
    assert await images.exists(image)
    assert await deploy(same) == image
    assert AGAIN in log.text


async def test_newer_base_is_built_upon(
    deploy: Deploy, log: Log, images: DockerImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = plan()
    await deploy(same)

    async def another(name: str, write: object) -> str:
        return "sha256:another"

    monkeypatch.setattr(images._bases, "ensure", another)
    await deploy(same)
    assert AGAIN not in log.text
