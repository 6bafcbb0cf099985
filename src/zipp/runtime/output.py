"""What containers print: the engine's log stream (Docker Engine API, ContainerAttach, "Stream format") as lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from zipp.engine.client import Engine, EngineRefusal
from zipp.runtime.containers import CONFLICT, NOT_FOUND, Containers
from zipp.runtime.runtime import OutputLine

FOLLOW_PAUSE_SECONDS = 0.5
_HEADER_BYTES = 8
_STDERR = 2


class Reader(Protocol):
    async def readexactly(self, n: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the log: a line, or a part of one longer than 16 KB. `nanoseconds` since 1970."""

    nanoseconds: int
    stream: Literal["stdout", "stderr"]
    text: str

    def line(self) -> OutputLine:
        seconds, rest = divmod(self.nanoseconds, 1_000_000_000)
        time = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
        return OutputLine(time=time, stream=self.stream, text=self.text)


class Output:
    def __init__(self, engine: Engine, containers: Containers) -> None:
        self._engine = engine
        self._containers = containers

    async def lines(
        self, deployment_id: str, *, since: datetime | None, tail: int | None, follow: bool
    ) -> AsyncGenerator[OutputLine, None]:
        """The engine ends a stream whenever the container ends; following, it is taken up again once it has run on."""
        seen = _end_of_microsecond(since) if since is not None else 0
        read_up_to = None
        while found := await self._containers.inspect(deployment_id):
            state = found[0]["State"]
            lifetime = (state["StartedAt"], state["FinishedAt"])
            if state["Running"] or lifetime != read_up_to:
                async with aclosing(self._entries(found[0]["Id"], seen, tail, follow)) as entries:
                    async for entry in entries:
                        seen = max(seen, entry.nanoseconds)
                        yield entry.line()
                tail, read_up_to = None, lifetime
            if not follow:
                return
            await asyncio.sleep(FOLLOW_PAUSE_SECONDS)

    async def _entries(
        self, container_id: str, seen: int, tail: int | None, follow: bool
    ) -> AsyncGenerator[Entry, None]:
        params = {"stdout": "1", "stderr": "1", "timestamps": "1", "follow": str(int(follow))}
        params["since"] = f"{seen // 1_000_000_000}.{seen % 1_000_000_000:09d}"
        params["tail"] = "all" if tail is None else str(tail)
        try:
            async with self._engine.stream("GET", f"containers/{container_id}/logs", params=params) as response:
                async for entry in parse(response.content):
                    if entry.nanoseconds > seen:  # the engine's `since` includes the moment itself
                        yield entry
        except EngineRefusal as refusal:
            if refusal.status not in (NOT_FOUND, CONFLICT):  # it was removed meanwhile
                raise


async def parse(reader: Reader) -> AsyncGenerator[Entry, None]:
    """Until the stream ends; a record that is cut off in the middle is dropped: it comes again on resuming."""
    while True:
        try:
            header = await reader.readexactly(_HEADER_BYTES)
            payload = await reader.readexactly(int.from_bytes(header[4:], "big"))
        except asyncio.IncompleteReadError:
            return
        time, _, text = payload.decode(errors="replace").partition(" ")
        yield Entry(nanoseconds(time), "stderr" if header[0] == _STDERR else "stdout", text.rstrip("\r\n"))


def nanoseconds(timestamp: str) -> int:
    """RFC 3339 with up to nine decimals, in UTC as the engine gives it."""
    whole, _, fraction = timestamp.rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    return seconds * 1_000_000_000 + int(fraction.ljust(9, "0")[:9])


def _end_of_microsecond(moment: datetime) -> int:
    """Times are kept in microseconds: what was printed within that of `moment` counts as seen."""
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000_000 + moment.microsecond * 1000 + 999
