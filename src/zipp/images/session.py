"""A BuildKit session: a connection to the engine that the engine makes calls on, to fetch a build's source.

After moby/buildkit, session/session.go and session/manager.go. Only for an engine on this machine: to others the
source goes as an archive.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from zipp.domain.errors import Unavailable
from zipp.engine.client import CONNECT_SECONDS, Engine
from zipp.images.filesync import DIFF_COPY, FileSync
from zipp.images.grpc_server import Call, GrpcServer, Handler, framed

HEALTH = "/grpc.health.v1.Health/Check"
# The first thing that every build asks for is its Dockerfile; an engine that is pruning its cache lets builds wait.
START_SECONDS = 300.0
SETTLE_SECONDS = 0.1  # what ends the one soon ends the other
_SERVING = b"\x08\x01"  # HealthCheckResponse.status = SERVING
_SCHEME = "unix://"
_SWITCHING = 101
_HEAD_MAX_BYTES = 64 * 1024

T = TypeVar("T")


class SessionRefused(Exception):
    """The engine, or what stands before it, knows no sessions."""


class Session:
    def __init__(self, server: GrpcServer, sync: FileSync, identity: str) -> None:
        self._server = server
        self._sync = sync
        self._serving = asyncio.create_task(server.serve())
        self.params: Mapping[str, str] = {"session": identity, "remote": "client-session"}

    async def during(self, build: Coroutine[Any, Any, T]) -> T:
        """The result of `build`, which is ended when the session breaks, or the engine asks it for nothing.

        Raises Unavailable: engine_unreachable, source_unreadable.
        """
        building = asyncio.create_task(build)
        both = {building, self._serving}
        try:
            await asyncio.wait(both, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not (self._sync.asked or building.done() or self._serving.done()):
                raise _unreachable(f"it did not begin the build within {START_SECONDS:.0f} seconds")
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not building.done() or building.exception() is not None:
                await asyncio.wait(both, timeout=SETTLE_SECONDS)
            return self._result(building)
        finally:
            await _ended(building)

    def _result(self, building: asyncio.Task[T]) -> T:
        """Of a broken session the build itself says no more than that it failed."""
        failure = building.exception() if building.done() else None
        if building.done() and failure is None:
            return building.result()
        if failed := self._sync.failure or self._server.failure:
            raise failed
        if failure is not None and not self._serving.done():
            raise failure
        raise _unreachable("the connection that it fetches the source over broke") from failure

    async def close(self) -> None:
        await _ended(self._serving)


@asynccontextmanager
async def open_session(engine: Engine, shared_key: str, sync: FileSync) -> AsyncIterator[Session]:
    """`shared_key`: what was sent in sessions of the same key need not be sent again.

    Raises SessionRefused, Unavailable engine_unreachable.
    """
    if not engine.host.startswith(_SCHEME):
        raise SessionRefused("the engine is not on this machine")
    identity = uuid.uuid4().hex
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_unix_connection(
                engine.host.removeprefix(_SCHEME), limit=_HEAD_MAX_BYTES
            )
    except OSError as error:
        raise _unreachable("nothing answers there") from error
    try:
        await _upgrade(reader, writer, identity, shared_key)
        handlers: Mapping[str, Handler] = {DIFF_COPY: sync.diff_copy, HEALTH: _healthy}
        session = Session(GrpcServer(reader, writer, handlers), sync, identity)
        try:
            yield session
        finally:
            await session.close()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, identity: str, shared_key: str) -> None:
    expose = "X-Docker-Expose-Session"
    lines = (
        *("POST /session HTTP/1.1", "Host: docker", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 0"),
        *(f"{expose}-Uuid: {identity}", f"{expose}-Name: zipp", f"{expose}-Sharedkey: {shared_key}"),
        *(f"{expose}-Grpc-Method: {method}" for method in (DIFF_COPY, HEALTH)),
    )
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            writer.write("\r\n".join((*lines, "", "")).encode())
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        raise _unreachable("it did not answer") from error
    status = head.split(b" ", 2)[1:2]
    if status != [str(_SWITCHING).encode()]:
        raise SessionRefused(f"it answered {head.splitlines()[0][:100].decode(errors='replace')}")


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # somebody else's news by now, or nobody's


async def _healthy(call: Call) -> None:
    await call.send(framed(_SERVING))


def _unreachable(why: str) -> Unavailable:
    return Unavailable(
        f"The Docker engine can't be used: {why}.",
        code="engine_unreachable",
        hint="Look at the engine's own log; `zipp doctor` says more.",
    )
