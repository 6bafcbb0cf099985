"""Sessions with what is no engine, or one that behaves otherwise: tests/integration has the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine
from zipp.images.filesync import FileSync
from zipp.images.session import SessionRefused, open_session

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"


@pytest.fixture
async def listen(tmp_path: Path) -> AsyncIterator[Callable[[bytes, bool], Awaitable[Engine]]]:
    """An engine that says `answer` to the first request, and stays or goes."""
    servers, writers, heads = [], [], []

    async def start(answer: bytes, stays: bool = True) -> Engine:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            if not stays:
                writer.close()

        servers.append(await asyncio.start_unix_server(serve, str(tmp_path / "engine.sock")))
        return Engine(f"unix://{tmp_path}/engine.sock")

    start.heads = heads  # type: ignore[attr-defined]
    yield start
    for writer in writers:
        writer.close()
        await writer.wait_closed()
    for server in servers:
        server.close()


async def opened(engine: Engine, key: str = "key") -> None:
    async with open_session(engine, key, FileSync({})):
        pass


async def test_it_says_who_it_is_and_what_it_can(listen: Callable[..., Awaitable[Engine]]) -> None:
    async with open_session(await listen(UPGRADED), "the-key", FileSync({})) as session:
        assert session.params["remote"] == "client-session"
        identity = session.params["session"]
    (head,) = listen.heads  # type: ignore[attr-defined]
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /session HTTP/1.1"
    assert {"Connection: Upgrade", "Upgrade: h2c", "X-Docker-Expose-Session-Sharedkey: the-key"} <= set(lines)
    assert f"X-Docker-Expose-Session-Uuid: {identity}" in lines
    assert "X-Docker-Expose-Session-Grpc-Method: /moby.filesync.v1.FileSync/DiffCopy" in lines


@pytest.mark.parametrize(
    "status", ["404 Not Found", "403 Forbidden", "400 Bad Request", "501 Not Implemented", "200 OK"]
)
async def test_any_other_answer_is_a_refusal(listen: Callable[..., Awaitable[Engine]], status: str) -> None:
    with pytest.raises(SessionRefused, match=status):
        await opened(await listen(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()))


async def test_an_engine_elsewhere_is_not_asked() -> None:
    with pytest.raises(SessionRefused):
        await opened(Engine("tcp://192.0.2.1:2375"))


@pytest.mark.parametrize(
    ("answer", "stays"),
    [(b"", False), (b"", True), (b"HTTP/1.1 101", False), (b"x" * 100_000, True)],
    ids=["nothing", "silence", "half of it", "too much"],
)
async def test_no_answer_is_told(
    listen: Callable[..., Awaitable[Engine]], monkeypatch: pytest.MonkeyPatch, answer: bytes, stays: bool
) -> None:
    monkeypatch.setattr("zipp.images.session.CONNECT_SECONDS", 0.2)
    with pytest.raises(Unavailable) as caught:
        await opened(await listen(answer, stays))
    assert caught.value.code == "engine_unreachable"


async def test_no_engine_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        await opened(Engine(f"unix://{tmp_path}/nothing.sock"))
    assert caught.value.code == "engine_unreachable"


async def test_builds_result_and_failure_are_its_own(listen: Callable[..., Awaitable[Engine]]) -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async with open_session(await listen(UPGRADED), "", FileSync({})) as session:
        assert await session.during(asyncio.sleep(0, "built")) == "built"
        with pytest.raises(ZeroDivisionError):
            await session.during(fails())


@pytest.mark.parametrize("said", [b"", b"this is no HTTP/2 at all, whatever it is"])
async def test_build_ends_with_the_connection(listen: Callable[..., Awaitable[Engine]], said: bytes) -> None:
    ended = asyncio.Event()

    async def building() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async with open_session(await listen(UPGRADED + said, False), "", FileSync({})) as session:
        with pytest.raises(Unavailable, match="broke"):
            await session.during(building())
    assert ended.is_set()


async def test_silence_ends_the_build(
    listen: Callable[..., Awaitable[Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zipp.images.session.START_SECONDS", 0.1)
    async with open_session(await listen(UPGRADED), "", FileSync({})) as session:
        with pytest.raises(Unavailable, match="did not begin"):
            await session.during(asyncio.sleep(3600))


async def test_cancelling_leaves_no_task(listen: Callable[..., Awaitable[Engine]]) -> None:
    before = asyncio.all_tasks()

    async def session() -> None:
        async with open_session(await listen(UPGRADED), "", FileSync({})) as session:
            await session.during(asyncio.sleep(3600))

    task = asyncio.create_task(session())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before
