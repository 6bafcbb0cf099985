"""What containers print is stored whole and once: over restarts of the engine, of the platform and of the container."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zipp.domain.errors import Unavailable
from zipp.domain.log import RUNTIME_STAGE
from zipp.monitoring import collector as collector_module
from zipp.monitoring.logs import LogStore

ID = "0197aaaa-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector_module, "FIRST_DELAY_SECONDS", 0.01)


async def stored(logs: LogStore) -> list[str]:
    page = await logs.read(ID, stage=RUNTIME_STAGE, limit=10**6)
    return [line.text for line in page.lines]


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.005)


async def test_output_is_stored_as_it_comes(logs: LogStore, containers: Any) -> None:
    await logs.collect(ID)
    await logs.collect(ID)
    await containers.print("one", at=1)
    await containers.print("two", at=2)

    async def both() -> bool:
        return await stored(logs) == ["one", "two"]

    await until(both)


async def test_lines_of_one_microsecond_survive_a_reconnection(logs: LogStore, containers: Any) -> None:
    await logs.collect(ID)
    for text in ("a", "b", "c"):
        await containers.print(text, at=7)

    async def three() -> bool:
        return len(await stored(logs)) == 3

    await until(three)
    await containers.end(removed=False)  # the engine restarts
    for text in ("d", "e"):
        await containers.print(text, at=7)
    await containers.print("f", at=8)

    async def all_once() -> bool:
        return await stored(logs) == ["a", "b", "c", "d", "e", "f"]

    await until(all_once)


async def test_collecting_goes_on_after_the_platform_was_killed(tmp_path: Path, containers: Any) -> None:
    first = LogStore(tmp_path, containers)
    await first.collect(ID)
    await containers.print("before", at=1)

    async def one() -> bool:
        return await stored(first) == ["before"]

    await until(one)
    await first._collector.close()  # killed: nothing is flushed or settled
    await containers.print("meanwhile", at=2)
    second = LogStore(tmp_path, containers)
    await second.collect(ID)

    async def two() -> bool:
        return await stored(second) == ["before", "meanwhile"]

    await until(two)
    await second.close()


async def test_an_engine_that_is_down_is_asked_again(logs: LogStore, containers: Any) -> None:
    containers.fail_with = Unavailable("The engine is down.")
    await logs.collect(ID)
    await containers.print("hello", at=1)
    await asyncio.sleep(0.03)
    containers.fail_with = None

    async def came() -> bool:
        return await stored(logs) == ["hello"]

    await until(came)


async def test_collecting_ends_when_the_container_is_removed(logs: LogStore, containers: Any) -> None:
    await logs.collect(ID)
    await containers.print("bye", at=1)
    await containers.end(removed=True)

    async def forgotten() -> bool:
        return not logs._collector._tasks

    await until(forgotten)
    assert await stored(logs) == ["bye"]


async def test_settling_stores_what_an_exited_container_left(logs: LogStore, containers: Any) -> None:
    for number in range(1_000):
        await containers.print(f"line {number}", at=number)
    await logs.settle(ID)
    await logs.settle(ID)
    assert await stored(logs) == [f"line {number}" for number in range(1_000)]


async def test_settling_waits_for_the_rest_of_a_container_that_is_gone(logs: LogStore, containers: Any) -> None:
    await logs.collect(ID)
    for number in range(1_000):
        await containers.print(f"line {number}", at=number)
    await asyncio.sleep(0.01)
    settling = asyncio.create_task(logs.settle(ID))
    await containers.end(removed=True)
    await settling
    assert logs._collector._tasks == {}


async def test_settling_without_a_container_or_an_engine_is_harmless(logs: LogStore, containers: Any) -> None:
    containers.there = False
    await logs.settle(ID)
    containers.there = True
    containers.fail_with = Unavailable("The engine is down.")
    await logs.settle(ID)
    assert await stored(logs) == []
