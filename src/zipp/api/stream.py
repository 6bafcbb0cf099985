"""A deployment's log and states as server-sent events (HTML standard, 9.2), resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from sse_starlette import EventSourceResponse, ServerSentEvent

from zipp.api.owned import show_deployment
from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import NotAuthenticated
from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.wiring import Platform

PING_SECONDS = 15
PAGE_LINES = 500
TOGETHER_SECONDS = 0.03  # lines that come within this time travel together

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def follow(
    platform: Platform, deployment_id: str, *, stage: str | None, after: int, recheck: Callable[[], Awaitable[object]]
) -> EventSourceResponse:
    """`recheck` raises NotAuthenticated once the caller's session ended: then the stream does too."""
    events = _events(platform, deployment_id, stage, after, recheck)
    return EventSourceResponse(events, headers=_HEADERS, ping=PING_SECONDS, sep="\n", ping_message_factory=_ping)


async def _events(
    platform: Platform, deployment_id: str, stage: str | None, after: int, recheck: Callable[[], Awaitable[object]]
) -> AsyncIterator[bytes]:
    shown = b""
    checked_at = time.monotonic()
    with platform.logs.follow(deployment_id) as changed:
        while True:
            changed.clear()
            deployment = await platform.records.get_deployment(deployment_id)
            if deployment is None:
                break
            status = _event("status", (await show_deployment(platform, deployment)).model_dump_json())
            if status != shown:
                yield status
                shown = status
            while True:
                page = await platform.logs.read(deployment_id, after=after, stage=stage, limit=PAGE_LINES)
                after = page.next
                if page.lines:
                    yield b"".join(map(_log_event, page.lines))
                if len(page.lines) < PAGE_LINES:
                    break
            if _nothing_more(deployment, stage):
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), PING_SECONDS)
                await asyncio.sleep(TOGETHER_SECONDS)
            if time.monotonic() - checked_at >= PING_SECONDS:
                try:
                    await recheck()
                except NotAuthenticated:
                    break
                checked_at = time.monotonic()
    yield _event("end", "{}")


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
