"""Server-sent events (HTML standard, 9.2): what every stream does, and a deployment's log as one, resumable by
`Last-Event-ID`."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, aclosing, suppress

import anyio
import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent

from zipp.api.owned import show_deployment
from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import NotAuthenticated, Unavailable
from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.wiring import Platform

PING_SECONDS = 15
PAGE_LINES = 500
SHUTDOWN_SECONDS = 2  # to close the stream properly
TOGETHER_SECONDS = 0.03  # lines that come within this time travel together

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Recheck = Callable[[], Awaitable[object]]

logger = structlog.get_logger()


class Stream(ABC):
    """One connection. `recheck` raises NotAuthenticated once the caller's session ended: then the stream does too.

    At the server's shutdown it is closed without a farewell: whoever follows comes back and resumes.
    """

    def __init__(self, recheck: Recheck) -> None:
        self._recheck = recheck
        self._checked_at = time.monotonic()
        self._closing = anyio.Event()
        self._wake = asyncio.Event()
        self._ended = False

    @abstractmethod
    def _sources(self) -> AbstractContextManager[object]:
        """What sets `_wake`, for as long as the stream lasts."""

    @abstractmethod
    def _news(self) -> AsyncGenerator[bytes, None]:
        """What there is to tell since the last time; sets `_ended` when there will never be more."""

    def _farewell(self) -> bytes:
        return b""

    def response(self) -> EventSourceResponse:
        return EventSourceResponse(
            self._events(),
            headers=_HEADERS,
            ping=PING_SECONDS,
            sep="\n",
            ping_message_factory=_ping,
            shutdown_event=self._closing,
            shutdown_grace_period=SHUTDOWN_SECONDS,
        )

    async def _events(self) -> AsyncIterator[bytes]:
        with self._sources():
            waker = asyncio.create_task(self._wake_at_shutdown())
            try:
                while not self._ended and await self._may_follow():
                    self._wake.clear()
                    async with aclosing(self._news()) as news:
                        async for piece in news:
                            yield piece
                            if self._closing.is_set():
                                return
                    if not self._ended:
                        await self._rest()
                    if self._closing.is_set():
                        return
            except Unavailable as error:  # whoever follows comes back
                logger.warning("stream_interrupted", code=error.code)
                return
            finally:
                waker.cancel()
        if farewell := self._farewell():
            yield farewell

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PING_SECONDS):
                await self._wake.wait()
            await asyncio.sleep(TOGETHER_SECONDS)

    async def _may_follow(self) -> bool:
        if time.monotonic() - self._checked_at >= PING_SECONDS:
            try:
                await self._recheck()
            except NotAuthenticated:
                return False
            self._checked_at = time.monotonic()
        return True

    async def _wake_at_shutdown(self) -> None:
        await self._closing.wait()
        self._wake.set()


class LogLines:
    """A deployment's lines after `after`, as events; each is given once."""

    def __init__(self, platform: Platform, deployment_id: str, *, stage: str | None, after: int) -> None:
        self._platform = platform
        self._id = deployment_id
        self._stage = stage
        self._after = after

    def follow(self, wake: asyncio.Event) -> AbstractContextManager[object]:
        """Set `wake` whenever `news` may have more, or the record has changed."""
        return self._platform.logs.follow(self._id, wake)

    async def record(self) -> Deployment | None:
        return await self._platform.records.get_deployment(self._id)

    async def news(self) -> AsyncGenerator[bytes, None]:
        """The lines that were not given yet, many at a time."""
        while True:
            page = await self._platform.logs.read(self._id, after=self._after, stage=self._stage, limit=PAGE_LINES)
            self._after = page.next
            if page.lines:
                yield b"".join(map(_log_event, page.lines))
            if len(page.lines) < PAGE_LINES:
                return

    def are_complete(self, deployment: Deployment | None) -> bool:
        """With a record read before the last `news`: whatever was written up to its state has then been given."""
        if deployment is None or deployment.status in (Status.FAILED, Status.STOPPED):
            return True
        return self._stage not in (None, RUNTIME_STAGE) and deployment.status not in UNDER_WAY


class Follower(Stream):
    """One deployment's log and states: `log`, `status`, and `end`."""

    def __init__(self, platform: Platform, lines: LogLines, recheck: Recheck) -> None:
        super().__init__(recheck)
        self._platform = platform
        self._lines = lines
        self._shown = b""

    def _sources(self) -> AbstractContextManager[object]:
        return self._lines.follow(self._wake)

    async def _news(self) -> AsyncGenerator[bytes, None]:
        deployment = await self._lines.record()
        if deployment is not None:
            status = event("status", (await show_deployment(self._platform, deployment)).model_dump_json())
            if status != self._shown:
                yield status
                self._shown = status
            async with aclosing(self._lines.news()) as lines:
                async for piece in lines:
                    yield piece
        self._ended = self._lines.are_complete(deployment)

    def _farewell(self) -> bytes:
        return event("end", "{}")


def resumed(after: int, last_event_id: str) -> int:
    """The number of the last line that a client has: a browser that comes back names it in Last-Event-ID."""
    if last_event_id.isdecimal() and last_event_id.isascii():
        return min(int(last_event_id[:16]), 2**53)
    return after


def event(name: str, data: str, *, event_id: int | None = None) -> bytes:
    """`data` is JSON: it has no line breaks."""
    identity = "" if event_id is None else f"id: {event_id}\n"
    return f"{identity}event: {name}\ndata: {data}\n\n".encode()


def _log_event(line: LogLine) -> bytes:
    return event("log", line.model_dump_json(), event_id=line.seq)


def _ping() -> ServerSentEvent:
    return ServerSentEvent(comment="ping", sep="\n")
