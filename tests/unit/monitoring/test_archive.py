"""Finished logs in the bucket: there once they are finished, back on a machine that has none, gone with theirs."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from buckets import bucket_storage, new_bucket
from cutter import Cutter

from zipp.domain.deployment import Deployment, GitSource, Status
from zipp.domain.errors import Unavailable
from zipp.domain.ids import new_id, now
from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.monitoring import archive as archive_module
from zipp.monitoring import packed as packed_module
from zipp.monitoring.archive import LogArchive
from zipp.monitoring.logs import LogStore
from zipp.monitoring.packed import pack, unpack
from zipp.monitoring.segments import Segments, read
from zipp.records.records import Change
from zipp.storage.local import LocalStorage
from zipp.storage.storage import Storage, log_key


class Known:
    """The records, as far as the archive asks them."""

    def __init__(self) -> None:
        self.deployments: dict[str, Deployment] = {}

    async def get_deployment(self, deployment_id: str) -> Deployment | None:
        return self.deployments.get(deployment_id)


class Machine:
    """One that deployments' logs are written on."""

    def __init__(self, folder: Path, storage: Storage, known: Known) -> None:
        self.folder = folder
        self.known = known
        self.storage = storage
        self.logs = LogStore(folder / "logs", Nothing(), archive=LogArchive(folder / "logs", storage, known))

    async def has(self, deployment_id: str, status: Status) -> None:
        self.known.deployments[deployment_id] = Deployment(
            id=deployment_id, site="s", owner="ada", source=GitSource(url="x"), status=status, created_at=now()
        )
        self.logs.record_changed(Change(site="s", owner="ada", deployment=deployment_id))

    async def texts(self, deployment_id: str) -> list[str]:
        return [line.text for line in (await self.logs.read(deployment_id, limit=10_000)).lines]

    async def archived(self, deployment_id: str) -> list[str]:
        if not await self.storage.exists(log_key(deployment_id)):
            return []
        with gzip.open(await self.storage.fetch(log_key(deployment_id)), "rt") as lines:
            return [json.loads(line)["text"] for line in lines]


class Nothing:
    """An engine without containers."""

    async def get(self, deployment_id: str) -> None:
        return None

    def output(self, deployment_id: str, **_: object) -> AsyncIterator[object]:
        raise AssertionError("nothing is there to print")


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(archive_module, "LATE_SECONDS", 0.05)
    monkeypatch.setattr(archive_module, "RETRY_SECONDS", 0.05)


@pytest.fixture
async def storage(tmp_path: Path) -> LocalStorage:
    opened = LocalStorage(tmp_path / "storage")
    await opened.start()
    return opened


@pytest.fixture
async def old_id() -> str:
    """Of a deployment that was made before any machine of the test was started."""
    return new_id()


@pytest.fixture
async def machine(old_id: str, tmp_path: Path, storage: LocalStorage) -> AsyncIterator[Machine]:
    made = Machine(tmp_path / "one", storage, Known())
    await made.logs.start()
    yield made
    await made.logs.close()


@pytest.fixture
async def other(machine: Machine, tmp_path: Path) -> AsyncIterator[Machine]:
    """A new one in its place: the same records and storage, an empty disk."""
    made = Machine(tmp_path / "two", machine.storage, machine.known)
    await made.logs.start()
    yield made
    await made.logs.close()


async def test_log_is_archived_when_its_build_ended_and_again_when_it_stopped(machine: Machine, old_id: str) -> None:
    logs = machine.logs
    await machine.has(old_id, Status.BUILDING)
    await logs.write(old_id, "build", "compiling")
    await asyncio.sleep(0.3)
    assert await machine.archived(old_id) == [], "it is not finished yet"
    await logs.write(old_id, "route", "Live at")
    await machine.has(old_id, Status.RUNNING)
    await until(lambda: machine.archived(old_id))
    assert await machine.archived(old_id) == ["compiling", "Live at"]
    await logs.write(old_id, RUNTIME_STAGE, "GET /", stream="stdout")
    await asyncio.sleep(0.3)
    assert len(await machine.archived(old_id)) == 2, "what it prints while it runs waits for its end"
    await machine.has(old_id, Status.STOPPED)

    async def whole() -> bool:
        return await machine.archived(old_id) == ["compiling", "Live at", "GET /"]

    await until(whole)


async def test_what_a_draining_container_still_prints_comes_along(machine: Machine, old_id: str) -> None:
    await machine.logs.write(old_id, "build", "built")
    await machine.has(old_id, Status.STOPPED)
    await until(lambda: machine.archived(old_id))
    await machine.logs.write(old_id, RUNTIME_STAGE, "bye", stream="stdout")

    async def whole() -> bool:
        return await machine.archived(old_id) == ["built", "bye"]

    await until(whole)


async def test_new_machine_shows_the_same_log(machine: Machine, other: Machine, old_id: str) -> None:
    for number in range(300):
        await machine.logs.write(old_id, "build" if number < 200 else RUNTIME_STAGE, f"line {number}")
    await machine.has(old_id, Status.FAILED)
    await until(lambda: machine.archived(old_id))
    for options in ({"limit": 10}, {"limit": 1000, "stage": RUNTIME_STAGE}, {"after": 250, "limit": 20}):
        assert await other.logs.read(old_id, **options) == await machine.logs.read(old_id, **options)  # type: ignore[arg-type]
    assert await other.logs.tail(old_id, limit=5) == await machine.logs.tail(old_id, limit=5)


async def test_new_machine_goes_on_with_the_log_that_there_is(machine: Machine, other: Machine, old_id: str) -> None:
    await machine.logs.write(old_id, "build", "built")
    await machine.has(old_id, Status.RUNNING)
    await until(lambda: machine.archived(old_id))
    await asyncio.gather(*(other.logs.write(old_id, RUNTIME_STAGE, f"GET /{n}", stream="stdout") for n in range(3)))
    assert await other.texts(old_id) == ["built", "GET /0", "GET /1", "GET /2"]
    assert [line.seq for line in await other.logs.tail(old_id, limit=9)] == [1, 2, 3, 4]
    await other.has(old_id, Status.STOPPED)

    async def whole() -> bool:
        return await other.archived(old_id) == ["built", "GET /0", "GET /1", "GET /2"]

    await until(whole)


async def test_archived_log_goes_with_its_deployment(machine: Machine, other: Machine, old_id: str) -> None:
    await machine.logs.write(old_id, "build", "built")
    await machine.has(old_id, Status.FAILED)
    await until(lambda: machine.archived(old_id))
    await other.logs.delete(old_id)

    async def gone() -> bool:
        return not await machine.storage.exists(log_key(old_id))

    await until(gone)
    assert await other.texts(old_id) == []


async def test_deployment_of_this_machine_asks_the_bucket_for_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("its log can be nowhere else")

    monkeypatch.setattr(machine.storage, "fetch", never)
    deployment_id = new_id()
    await machine.logs.write(deployment_id, "build", "built")
    await machine.logs.collect(deployment_id)
    await machine.logs.settle(deployment_id)
    assert await machine.texts(deployment_id) == ["built"]
    assert await machine.texts(new_id()) == []


async def test_what_the_last_life_did_not_archive_is_archived_by_the_next(
    machine: Machine, old_id: str, tmp_path: Path
) -> None:
    await machine.logs.close()
    await machine.logs.write(old_id, "build", "built")
    await machine.logs.close()
    await machine.has(old_id, Status.FAILED)
    again = Machine(tmp_path / "one", machine.storage, machine.known)
    await again.logs.start()
    await until(lambda: again.archived(old_id))
    assert await again.archived(old_id) == ["built"]
    await again.logs.close()


async def test_outage_delays_nothing_and_is_made_up_for(old_id: str, tmp_path: Path, bucket_emulator: str) -> None:
    way = Cutter(bucket_emulator)
    bucket = new_bucket(bucket_emulator)
    cut_off = bucket_storage(tmp_path, f"http://{way.address}", bucket)
    await cut_off.start()
    way.close()
    machine = Machine(tmp_path, cut_off, Known())
    await machine.logs.start()
    fresh = new_id()
    async with asyncio.timeout(2):
        await machine.logs.write(fresh, "build", "built")
    await machine.has(fresh, Status.RUNNING)
    await asyncio.sleep(0.5)
    with pytest.raises(Unavailable) as caught:
        await machine.logs.read(old_id)
    assert caught.value.code == "storage_unreachable"
    await machine.logs.close()
    await cut_off.close()
    back = bucket_storage(tmp_path, bucket_emulator, bucket)
    await back.start()
    again = Machine(tmp_path, back, machine.known)
    await again.logs.start()
    await until(lambda: again.archived(fresh))
    assert await again.archived(fresh) == ["built"]
    await again.logs.close()
    await back.close()


async def test_log_begun_in_an_outage_does_not_replace_the_archived_one(
    machine: Machine, other: Machine, old_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await machine.logs.write(old_id, "build", "built")
    await machine.has(old_id, Status.RUNNING)
    await until(lambda: machine.archived(old_id))

    async def away(_: str) -> Path:
        raise Unavailable("It does not answer.")

    with monkeypatch.context() as outage:
        outage.setattr(other.storage, "fetch", away)
        await other.logs.write(old_id, RUNTIME_STAGE, "GET /", stream="stdout")
    assert await other.texts(old_id) == ["GET /"]
    await other.has(old_id, Status.STOPPED)
    await asyncio.sleep(0.3)
    assert await machine.archived(old_id) == ["built"]


@pytest.mark.parametrize("damage", [b"", b"no gzip", b"\x1f\x8b\x08\x00"])
async def test_damaged_archive_is_as_none(machine: Machine, old_id: str, tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "damaged"
    file.write_bytes(damage)
    await machine.storage.put(log_key(old_id), file)
    assert await machine.texts(old_id) == []
    await machine.logs.write(old_id, "build", "goes on")
    assert await machine.texts(old_id) == ["goes on"]


def lines(first: int, last: int, stage: str = "build") -> list[LogLine]:
    return [LogLine(seq=n, time=now(), stage=stage, stream="stdout", text=f"{n}") for n in range(first, last + 1)]


def test_log_whose_oldest_output_was_dropped_comes_back_with_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed_module, "SEGMENT_LINES", 7)
    (tmp_path / "log").mkdir()
    kept = [*lines(1, 10), *lines(31, 60, RUNTIME_STAGE)]
    for first, part in ((1, kept[:10]), (31, kept[10:])):
        text = "".join(f"{line.model_dump_json()}\n" for line in part)
        (tmp_path / "log" / f"{first:012d}.jsonl").write_text(text + '{"seq":torn')
    pack(tmp_path / "log", tmp_path / "log.gz")
    unpack(tmp_path / "log.gz", tmp_path / "back")
    assert list(read(tmp_path / "back", after=0, stage=None, limit=1000).lines) == kept
    assert list(read(tmp_path / "back", after=33, stage=None, limit=2).lines) == lines_like(kept, 34, 35)
    assert Segments(tmp_path / "back", keep_runtime_lines=1000).last == 60
    names = sorted(path.name for path in (tmp_path / "back").iterdir())
    assert names == [f"{first:012d}.jsonl" for first in (1, 8, 31, 38, 45, 52, 59)]


def lines_like(kept: list[LogLine], *numbers: int) -> list[LogLine]:
    return [line for line in kept if line.seq in numbers]


def test_same_log_packs_to_the_same_bytes(tmp_path: Path) -> None:
    Segments(tmp_path / "log", keep_runtime_lines=1000).append(lines(1, 20))
    for name in ("a", "b"):
        pack(tmp_path / "log", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
