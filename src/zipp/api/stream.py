"""A deployment's log and states as server-sent events (HTML standard, 9.2), resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

from zipp.api.owned import show_deployment
from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import NotAuthenticated
from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.wiring import Platform

PING_SECONDS = 15
PAGE_LINES = 500
SHUTDOWN_SECONDS = 2  # to close the stream properly
TOGETHER_SECONDS = 0.03  # lines that come within this time travel together

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Follower:
    """One stream. `recheck` raises NotAuthenticated once the caller's session ended: then the stream does too.

    At the server's shutdown it is closed without `end`: whoever follows comes back and resumes.
    """

    def __init__(
        self,
        platform: Platform,
        deployment_id: str,
        *,
        stage: str | None,
        after: int,
        recheck: Callable[[], Awaitable[object]],
    ) -> None:
        self._platform = platform
        self._id = deployment_id
        self._stage = stage
        self._after = after
        self._recheck = recheck
        self._checked_at = time.monotonic()
        self._shown = b""
        self._closing = anyio.Event()

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
        with self._platform.logs.follow(self._id) as changed:
            waker = asyncio.create_task(self._wake_at_shutdown(changed))
            try:
                while await self._may_see() and not self._closing.is_set():
                    changed.clear()
                    deployment = await self._platform.records.get_deployment(self._id)
                    if deployment is None:
                        break
                    async for piece in self._news(deployment):
                        yield piece
                    if _nothing_more(deployment, self._stage):
                        break
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), PING_SECONDS)
                        await asyncio.sleep(TOGETHER_SECONDS)
            finally:
                waker.cancel()
        if not self._closing.is_set():
            yield _event("end", "{}")

    async def _news(self, deployment: Deployment) -> AsyncIterator[bytes]:
        """The state if it is another one, and the lines that were not sent yet."""
        status = _event("status", (await show_deployment(self._platform, deployment)).model_dump_json())
        if status != self._shown:
            yield status
            self._shown = status
        while not self._closing.is_set():
            page = await self._platform.logs.read(self._id, after=self._after, stage=self._stage, limit=PAGE_LINES)
            self._after = page.next
            if page.lines:
                yield b"".join(map(_log_event, page.lines))
            if len(page.lines) < PAGE_LINES:
                return

    async def _may_see(self) -> bool:
        if time.monotonic() - self._checked_at >= PING_SECONDS:
            try:
                await self._recheck()
            except NotAuthenticated:
                return False
            self._checked_at = time.monotonic()
        return True

    async def _wake_at_shutdown(self, changed: asyncio.Event) -> None:
        await self._closing.wait()
        changed.set()


def _nothing_more(deployment: Deployment, stage: str | None) -> bool:
    """The record was read before the lines: whatever was written up to this state has been sent."""
    if deployment.status in (Status.FAILED, Status.STOPPED):
        return True
    return stage not in (None, RUNTIME_STAGE) and deployment.status not in UNDER_WAY


def _log_event(line: LogLine) -> bytes:
    return _event("log", line.model_dump_json(), event_id=line.seq)


def _event(name: str, data: str, *, event_id: int | None = None) -> bytes:
    """`data` is JSON: it has no line breaks."""
    identity = "" if event_id is None else f"id: {event_id}\n"
    return f"{identity}event: {name}\ndata: {data}\n\n".encode()


def _ping() -> ServerSentEvent:
    return ServerSentEvent(comment="ping", sep="\n")
