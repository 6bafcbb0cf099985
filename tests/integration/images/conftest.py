"""Builds by both of the engine's builders: what they promise is the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from buildstand import DEBIAN, OWN_DOCKERFILE, SMALL_BYTES, Log, a_request, written

from zipp.domain.plan import BuildPlan
from zipp.images.builder import DockerImages
from zipp.settings import Settings

Build = Callable[..., Any]


@pytest.fixture(params=["buildkit", "classic"])
def builder(request: pytest.FixtureRequest) -> Literal["buildkit", "classic"]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def build_settings(settings: Settings, builder: Literal["buildkit", "classic"]) -> Settings:
    """All builds together may use 16 GiB, so that no other suite on this machine feels it."""
    return settings.model_copy(update={"builder": builder, "build_concurrency": 4})


@pytest.fixture
def small(build_settings: Settings, builder: str) -> Settings:
    memory = SMALL_BYTES[builder]
    return build_settings.model_copy(update={"build_memory_bytes": memory, "build_concurrency": 2**34 // memory})


@pytest.fixture
async def images(build_settings: Settings) -> AsyncIterator[DockerImages]:
    images = DockerImages(build_settings)
    yield images
    await images.prune(keep=())
    await images.close()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def build(images: DockerImages, log: Log, tmp_path: Path, base: Callable[[str], str]) -> Build:
    """Build a Dockerfile with some files beside it; `by` others than the usual images."""
    base(DEBIAN)

    async def run(
        dockerfile: str,
        files: dict[str, str] | None = None,
        plan: BuildPlan = OWN_DOCKERFILE,
        by: DockerImages = images,
        **fields: object,
    ) -> str:
        tree = written(tmp_path / "tree", {**(files or {}), "Dockerfile": dockerfile})
        return await by.build(a_request(tree, plan, **fields), log.write)

    return run
