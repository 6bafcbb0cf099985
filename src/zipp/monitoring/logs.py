"""Deployments' logs: written by the pipeline, read and followed by people.

Appends are made on the event loop: a write to the page cache takes some ten microseconds, a hop to a thread more than
that. Reads may have to look through megabytes and go to a thread.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog

from zipp.domain.errors import Unavailable
from zipp.domain.ids import now
from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.monitoring.archive import LogArchive
from zipp.monitoring.collector import Collector, Containers
from zipp.monitoring.redaction import Redaction
from zipp.monitoring.segments import LogPage, Segments, last_lines, read
from zipp.records.records import Change
from zipp.runtime.runtime import OutputLine

__all__ = ["LogPage", "LogStore"]

logger = structlog.get_logger()

LINE_BYTES = 16 * 1024
BUILD_BYTES = 32 * 1024**2  # a build that prints more than this is in a loop; the platform's own lines still come
FLUSH_SECONDS = 0.02
BUFFERED_LINES = 1_000
OPEN_LOGS = 256  # kept in memory at once; a log that is not open costs nothing

_CUT = " … (cut)"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")

Stream = Literal["stdout", "stderr", "zipp"]


class _Log:
    """An open log: where it ends, and what waits to be written."""

    __slots__ = ("buffer", "last", "overflowed", "segments")

    def __init__(self, segments: Segments) -> None:
        self.segments = segments
        self.last = segments.last
        self.buffer: list[LogLine] = []
        self.overflowed = segments.build_bytes > BUILD_BYTES


class LogStore:
    """Keeps the promises of the pipeline's DeploymentLog, and lets people read. With an `archive`, a log that is not
    on this machine comes from there."""

    def __init__(
        self,
        folder: Path,
        runtime: Containers,
        *,
        keep_runtime_lines: int = 100_000,
        archive: LogArchive | None = None,
    ) -> None:
        self._root = folder
        self._keep = keep_runtime_lines
        self._archive = archive
        self._open: OrderedDict[str, _Log] = OrderedDict()
        self._dirty: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._redactions: dict[str, Redaction] = {}
        self._followers: dict[str, set[asyncio.Event]] = {}
        self._collector = Collector(runtime, store=self._store_output, flush=self._flush, folder=self._folder)

    async def start(self) -> None:
        """Idempotent; needed only with an archive."""
        if self._archive is not None:
            self._archive.start()

    async def close(self) -> None:
        if self._archive is not None:
            await self._archive.close()
        await self._collector.close()
        self._flush_all()

    # writing -------------------------------------------------------------------------------------------------------
    async def write(self, deployment_id: str, stage: str, text: str, *, stream: Stream = "zipp") -> None:
        """Append one or more lines (split at line ends)."""
        await self._continue(deployment_id)
        at = now()
        for line in _split(text):
            self._append(deployment_id, at, stage, stream, line)
        if deployment_id not in self._dirty:  # a long text was written at once: let others have their turn
            await asyncio.sleep(0)

    def hide(self, deployment_id: str, secrets: Collection[str]) -> None:
        """Never store these values: they are replaced in every later line of the deployment."""
        self._redactions.setdefault(deployment_id, Redaction()).add(secrets)

    def record_changed(self, change: Change) -> None:
        """Whoever follows the log looks at the record again."""
        if change.deployment is not None:
            self._wake(change.deployment)
        if self._archive is not None:
            self._archive.record_changed(change)

    async def collect(self, deployment_id: str) -> None:
        """From now on store what the deployment's container prints. Idempotent; ends when the container is gone."""
        await self._continue(deployment_id)
        self._collector.collect(deployment_id)

    async def settle(self, deployment_id: str) -> None:
        """Wait until what the container printed is stored, then stop collecting. Idempotent."""
        await self._continue(deployment_id)
        await self._collector.settle(deployment_id)
        self._flush(deployment_id)

    async def delete(self, deployment_id: str) -> None:
        """Idempotent."""
        await self._collector.abandon(deployment_id)
        self._open.pop(deployment_id, None)
        self._dirty.discard(deployment_id)
        self._redactions.pop(deployment_id, None)
        await asyncio.to_thread(shutil.rmtree, self._folder(deployment_id), ignore_errors=True)
        if self._archive is not None:
            await self._archive.forget(deployment_id)
        self._wake(deployment_id)

    # reading -------------------------------------------------------------------------------------------------------
    async def read(self, deployment_id: str, *, after: int = 0, stage: str | None = None, limit: int = 1000) -> LogPage:
        """Lines above `after`, everything that was written so far; no lines means that there are no more yet.

        Raises Unavailable when they are archived and can't be had.
        """
        await self.bring_back(deployment_id)
        self._flush(deployment_id)
        return await asyncio.to_thread(read, self._folder(deployment_id), after=after, stage=stage, limit=limit)

    async def tail(self, deployment_id: str, *, limit: int) -> Sequence[LogLine]:
        """The last lines of all that was written so far, of every stage. Raises Unavailable as `read`."""
        await self.bring_back(deployment_id)
        self._flush(deployment_id)
        return await asyncio.to_thread(last_lines, self._folder(deployment_id), limit)

    async def bring_back(self, deployment_id: str) -> None:
        """Where there is none on this machine, the archived log is. Raises Unavailable when that can't be had."""
        if self._archive is None or self._is_here(deployment_id):
            return
        is_back = await self._archive.bring_back(deployment_id)
        log = self._open.get(deployment_id)
        if is_back and log is not None and log.last == 0:  # opened by a follower while there was none
            del self._open[deployment_id]

    @contextmanager
    def follow(self, deployment_id: str, event: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
        """An event (the given one) that is set by every new line and every change of the record; who clears it before
        looking misses nothing."""
        event = event or asyncio.Event()
        self._followers.setdefault(deployment_id, set()).add(event)
        try:
            yield event
        finally:
            followers = self._followers[deployment_id]
            followers.discard(event)
            if not followers:
                del self._followers[deployment_id]

    async def wait(self, deployment_id: str, after: int, timeout_seconds: float) -> None:
        """Return as soon as there is a line past `after` or the record changed, or when the time is over."""
        with self.follow(deployment_id) as event, suppress(TimeoutError):
            if self._log(deployment_id).last <= after:
                async with asyncio.timeout(timeout_seconds):
                    await event.wait()

    # ---------------------------------------------------------------------------------------------------------------
    async def _continue(self, deployment_id: str) -> None:
        """Before something is written: what there is already comes first. That it can't be had stops nobody."""
        try:
            await self.bring_back(deployment_id)
        except Unavailable as error:
            logger.warning("log_lives_apart", deployment_id=deployment_id, code=error.code)
            if self._archive is not None:
                await self._archive.lives_apart(deployment_id)

    def _is_here(self, deployment_id: str) -> bool:
        log = self._open.get(deployment_id)
        return (log is not None and log.last > 0) or self._folder(deployment_id).is_dir()

    def _store_output(self, deployment_id: str, line: OutputLine) -> None:
        text = line.text.rstrip("\r\n").replace("\n", " ")  # one line each: resuming counts them
        self._append(deployment_id, line.time, RUNTIME_STAGE, line.stream, text)

    def _append(self, deployment_id: str, at: datetime, stage: str, stream: Stream, text: str) -> None:
        log = self._log(deployment_id)
        if log.overflowed and stage != RUNTIME_STAGE and stream != "zipp":
            return
        redaction = self._redactions.get(deployment_id)
        text = _shown(redaction.apply(text) if redaction else text)
        log.last += 1
        log.buffer.append(LogLine(seq=log.last, time=at, stage=stage, stream=stream, text=text))
        self._dirty.add(deployment_id)
        if len(log.buffer) >= BUFFERED_LINES:
            self._flush(deployment_id)
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush_all)

    def _flush_all(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for deployment_id in list(self._dirty):
            self._flush(deployment_id)

    def _flush(self, deployment_id: str) -> None:
        """Write what waits. A disk that takes nothing costs lines, never the platform: the log is opened anew."""
        self._dirty.discard(deployment_id)
        log = self._open.get(deployment_id)
        if log is None or not log.buffer:
            return
        lines, log.buffer = log.buffer, []
        try:
            log.segments.append(lines)
        except OSError as error:
            logger.error("log_lines_lost", deployment_id=deployment_id, lines=len(lines), reason=error.strerror)
            del self._open[deployment_id]
        else:
            self._check_overflow(deployment_id, log, lines[-1].stage)
        self._wake(deployment_id)

    def _check_overflow(self, deployment_id: str, log: _Log, stage: str) -> None:
        if not log.overflowed and log.segments.build_bytes > BUILD_BYTES:
            log.overflowed = True
            self._append(deployment_id, now(), stage, "zipp", "Too much output: the rest of it is not kept.")

    def _wake(self, deployment_id: str) -> None:
        for event in self._followers.get(deployment_id, ()):
            event.set()

    def _log(self, deployment_id: str) -> _Log:
        log = self._open.get(deployment_id)
        if log is None:
            log = _Log(Segments(self._folder(deployment_id), keep_runtime_lines=self._keep))
            self._open[deployment_id] = log
            self._close_idle()
        self._open.move_to_end(deployment_id)
        return log

    def _close_idle(self) -> None:
        for deployment_id in list(self._open)[: max(0, len(self._open) - OPEN_LOGS)]:
            self._flush(deployment_id)
            self._open.pop(deployment_id, None)

    def _folder(self, deployment_id: str) -> Path:
        if not _ID.match(deployment_id):
            raise ValueError(f"not a deployment's id: {deployment_id[:80]!r}")
        return self._root / deployment_id


def _split(text: str) -> list[str]:
    """Lines; of one that was rewritten in place (a progress bar) what a terminal shows at the end."""
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines]


def _shown(text: str) -> str:
    """Everything is kept as it is (colours too) except NUL, what is no Unicode, and the end of a very long line."""
    raw = text.replace("\0", "").encode("utf-8", "replace")
    if len(raw) > LINE_BYTES:
        return raw[:LINE_BYTES].decode("utf-8", "ignore") + _CUT
    return raw.decode()
