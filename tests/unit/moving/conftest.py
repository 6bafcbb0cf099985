from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from filled import fill, local_home

from zipp.moving.move import Move, Progress
from zipp.moving.origin import Home, Origin

Mover = Callable[[Origin, Home], Move]
OpenHome = Callable[[str], Awaitable[Home]]


@pytest.fixture
async def open_home(tmp_path: Path) -> AsyncIterator[OpenHome]:
    """A home of that name on this disk; the same one when asked again, as another process would open it."""
    opened: list[Home] = []

    async def open_one(name: str) -> Home:
        home = await local_home(tmp_path / name)
        opened.append(home)
        return home

    yield open_one
    for home in opened:
        await home.records.close()


@pytest.fixture
async def source(open_home: OpenHome, tmp_path: Path) -> Home:
    home = await open_home("source")
    await fill(home, tmp_path)
    return home


@pytest.fixture
async def target(open_home: OpenHome) -> Home:
    return await open_home("target")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "moving"
    folder.mkdir()
    return folder


@pytest.fixture
def told() -> list[Progress]:
    return []


@pytest.fixture
def a_move(work: Path, told: list[Progress]) -> Mover:
    return lambda origin, target: Move(origin, target, folder=work, tell=told.append)
