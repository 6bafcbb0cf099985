"""The sending end of BuildKit's file transfer, against a receiver that goes by fsutil's receive.go."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from grpccaller import Caller, a_session

from zipp.images import packets, trace
from zipp.images.context import Context
from zipp.images.filesync import DIFF_COPY, FileSync, modified_for
from zipp.images.grpc_server import GrpcServer
from zipp.images.left_out import excluded
from zipp.images.listing import entries, files

MIB = 1024**2
Told = Mapping[str, Mapping[int, int | bytes]]


@asynccontextmanager
async def syncing(folder: Path, **extra: bytes) -> AsyncIterator[tuple[Caller, GrpcServer, FileSync]]:
    context = Context(folder, excluded, extra)
    sync = FileSync(
        {"context": lambda follow: entries(context, follow), "dockerfile": lambda _: files({"Dockerfile": b"FROM"})}
    )
    async with a_session({DIFF_COPY: sync.diff_copy}) as (caller, server):
        yield caller, server, sync


def request(number: int) -> bytes:
    return bytes([8, 1]) + (bytes([0x18, number]) if number else b"")


def is_end_of_stats(message: bytes) -> bool:
    return message == b""


async def told(caller: Caller, name: str = "context", *follow: str) -> tuple[int, Sequence[Mapping[int, int | bytes]]]:
    """The call, and what the engine is told that there is."""
    stream = caller.call(DIFF_COPY, ("dir-name", name), *(("followpaths", path) for path in follow))
    number = 0
    while not (messages := await caller.until(stream, number + 1)) or not is_end_of_stats(messages[-1]):
        number = len(messages)
        assert not caller.answers[stream].is_over
    return stream, [dict(trace.fields(bytes(dict(trace.fields(message))[2]))) for message in messages[:-1]]  # type: ignore[arg-type]


async def fetched(caller: Caller, stream: int, *numbers: int) -> dict[int, bytes]:
    """Those files' contents, and the good end."""
    caller.tell(stream, *(request(number) for number in numbers))
    contents = dict.fromkeys(numbers, b"")
    ended: set[int] = set()
    before = len(caller.answers[stream].messages())
    while ended != set(numbers):
        count = len(caller.answers[stream].messages())
        for message in (await caller.until(stream, count + 1))[count:]:
            packet = packets.read(message)
            assert packet.type == packets.DATA
            assert len(packet.data) <= packets.DATA_MAX_BYTES
            if not packet.data:
                ended.add(packet.id)
    for message in caller.answers[stream].messages()[before:]:
        packet = packets.read(message)
        contents[packet.id] += packet.data
    caller.tell(stream, packets.finished())
    messages = await caller.until(stream)
    assert packets.read(messages[-1]).type == packets.FINISHED
    assert caller.answers[stream].headers["grpc-status"] == "0"
    return contents


async def test_what_is_asked_for_comes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(3 * MIB + 1))
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "other").write_text("other")
    async with syncing(tmp_path, extra=b"made") as (caller, _, sync):
        stream, stats = await told(caller)
        assert [stat[1] for stat in stats] == [b"big", b"empty", b"extra", b"link", b"other"]
        assert [stat.get(5, 0) for stat in stats] == [3 * MIB + 1, 0, 4, len("/etc/passwd"), 5]
        assert await fetched(caller, stream, 0, 2, 1) == {0: (tmp_path / "big").read_bytes(), 1: b"", 2: b"made"}
        assert sync.asked


async def test_folders_by_other_names_are_not_there(tmp_path: Path) -> None:
    async with syncing(tmp_path) as (caller, server, _):
        for headers in ([("dir-name", "/etc")], [("dir-name", "context2")], []):
            stream = caller.call(DIFF_COPY, *headers)
            assert await caller.until(stream) == []
            assert caller.answers[stream].headers["grpc-status"] == "5"
        assert server.failure is None
        stream, _ = await told(caller, "dockerfile")
        assert await fetched(caller, stream, 0) == {0: b"FROM"}


async def test_paths_may_be_encoded_or_not(tmp_path: Path) -> None:
    (tmp_path / "é b").write_text("x")
    (tmp_path / "other").write_text("x")
    async with syncing(tmp_path) as (caller, _, _):
        _, stats = await told(caller, "context", "é b")
        assert [stat[1] for stat in stats] == ["é b".encode()]
        stream = caller.call(
            DIFF_COPY, ("dir-name", "context"), ("followpaths", "%C3%A9+b"), ("followpaths-encoded", "1")
        )
        assert len(await caller.until(stream, 2)) == 2


async def test_time_is_made_of_the_content_alone(tmp_path: Path) -> None:
    times = []
    for content, clock in (("one", 1), ("two", 1), ("one", 2)):
        (tmp_path / "a").write_text(content)
        os.utime(tmp_path / "a", (clock, clock))
        async with syncing(tmp_path) as (caller, _, _):
            _, (stat,) = await told(caller)
        times.append(stat[6])
    assert times[0] == times[2] != times[1]


def test_times_are_in_the_past_and_in_every_file_systems_range() -> None:
    lowest, highest = modified_for(b"\0" * 32), modified_for((2**29 * 10**9 - 1).to_bytes(16, "big"))
    assert lowest == 315_619_200 * 10**9  # 2 January 1980
    assert highest < 852_500_000 * 10**9  # 1997


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda file: file.write_text("two"), id="same size"),
        pytest.param(lambda file: file.write_text("longer"), id="longer"),
        pytest.param(lambda file: file.unlink(), id="gone"),
        pytest.param(lambda file: (file.unlink(), file.symlink_to("/etc/hostname")), id="a link"),
    ],
)
async def test_file_that_changes_meanwhile_fails_the_transfer(tmp_path: Path, change: Callable[[Path], object]) -> None:
    """Else the engine would keep it as what it was, and take the old content for it at the next build."""
    (tmp_path / "a").write_text("one")
    async with syncing(tmp_path) as (caller, _, sync):
        stream, _ = await told(caller)
        change(tmp_path / "a")
        caller.tell(stream, request(0))
        messages = await caller.until(stream)
        assert packets.read(messages[-1]).type == packets.ERROR
        assert caller.answers[stream].headers["grpc-status"] == "2"
        assert sync.failure is not None
        assert sync.failure.code == "source_unreadable"
        assert str(tmp_path) not in sync.failure.message


async def test_folder_that_can_not_be_listed_fails_the_transfer(tmp_path: Path) -> None:
    async with syncing(tmp_path / "missing") as (caller, _, sync):
        stream = caller.call(DIFF_COPY, ("dir-name", "context"))
        assert packets.read((await caller.until(stream))[-1]).type == packets.ERROR
        assert sync.failure is not None


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([request(7)], id="an unknown file"),
        pytest.param([request(0), request(0)], id="a file twice"),
        pytest.param([packets.error("no space")], id="its own failure"),
    ],
)
async def test_receiver_that_errs_ends_the_call_and_is_no_failure_of_the_source(
    tmp_path: Path, said: list[bytes]
) -> None:
    (tmp_path / "a").write_text("one")
    async with syncing(tmp_path) as (caller, server, sync):
        stream, _ = await told(caller)
        caller.tell(stream, *said)
        await caller.until(stream)
        assert caller.answers[stream].headers["grpc-status"] == "2"
        assert sync.failure is None
        assert server.failure is None


async def test_receiver_that_goes_away_ends_the_call(tmp_path: Path) -> None:
    async with syncing(tmp_path) as (caller, server, _):
        stream, _ = await told(caller)
        caller.say(stream, b"", is_all=True)
        await caller.until(stream)
        assert caller.answers[stream].headers["grpc-status"] == "2"
        assert server.failure is None


async def test_a_large_file_waits_for_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its size, no more of it is in memory than a few batches."""
    size = 512 * MIB
    with open(tmp_path / "a", "wb") as file:
        file.truncate(size)
    read = 0
    really = packets.data

    def counted(number: int, content: bytes) -> bytes:
        nonlocal read
        read += len(content)
        return really(number, content)

    monkeypatch.setattr("zipp.images.filesync.packets.data", counted)
    async with syncing(tmp_path) as (caller, _, _):
        stream, _ = await told(caller)
        caller.takes = False
        caller.tell(stream, request(0))
        await caller.quiet(stream)
        assert 0 < read < 2 * MIB
