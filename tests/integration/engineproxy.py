"""A socket before the engine's own, as people put one there to allow some calls only: what becomes of sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

ENGINE = "/var/run/docker.sock"


class EngineProxy:
    """`sessions` counts how often one was asked for, `open` those that there are, `carried` the bytes sent over them.

    After `cut_after_bytes` its connection breaks. One that `swallows` accepts a session and tells the engine nothing.
    """

    def __init__(self, *, refuses: bool = False, swallows: bool = False, cut_after_bytes: int | None = None) -> None:
        self.refuses = refuses
        self.swallows = swallows
        self.cut_after_bytes = cut_after_bytes
        self.sessions = 0
        self.open = 0
        self.carried = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def at(self, socket: Path) -> AsyncIterator[str]:
        server = await asyncio.start_unix_server(self._begin, str(socket))
        try:
            yield f"unix://{socket}"
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            is_session = head.startswith(b"POST /session ")
            self.sessions += is_session
            if is_session and self.refuses:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            elif is_session and self.swallows:
                writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                await reader.read()
            else:
                await self._to_engine(reader, writer, head, is_session)

    async def _to_engine(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, is_session: bool
    ) -> None:
        above, to_engine = await asyncio.open_unix_connection(ENGINE)
        self.open += is_session
        back = asyncio.create_task(_copy(above, writer))
        try:
            async with _closing(to_engine):
                to_engine.write(head)
                async for chunk in _chunks(reader):
                    self.carried += len(chunk) if is_session else 0
                    if is_session and self.cut_after_bytes is not None and self.carried > self.cut_after_bytes:
                        break
                    to_engine.write(chunk)
                    await to_engine.drain()
        finally:
            self.open -= is_session
            back.cancel()
            await asyncio.wait([back])


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        with suppress(OSError, EOFError):
            yield
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async with _closing(writer):
        async for chunk in _chunks(reader):
            writer.write(chunk)
            await writer.drain()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while chunk := await reader.read(65536):
        yield chunk
