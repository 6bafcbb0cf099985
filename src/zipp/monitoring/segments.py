"""One deployment's log on disk: append-only JSONL segments, each named after the number of its first line.

The names are the index: a reader bisects them and opens at most one segment that it does not need. A segment holds
lines of one kind (what the build and the platform say, or what the container prints), so that the oldest runtime
output can be dropped whole and the story of the build stays.

Nothing is synced to the disk: a kill -9 loses no more than what was not yet written; a power cut may cost the last
seconds. Whatever is torn is cut off when the log is next written to.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from zipp.domain.log import RUNTIME_STAGE, LogLine

SEGMENT_LINES = 5_000
SEGMENT_BYTES = 1024**2  # a segment also ends here, so that no read skips more than a megabyte
RUNTIME_BYTES_PER_LINE = 512  # with the number of lines kept, bounds the runtime output of one deployment on disk

_SEQ = b'{"seq":'


@dataclass(frozen=True, slots=True)
class LogPage:
    """`next` is the `after` of the next page: the number of the last line that was looked at."""

    lines: Sequence[LogLine]
    next: int


@dataclass(frozen=True, slots=True)
class _Segment:
    first: int
    runtime: bool


class Segments:
    """The writing end of one log; there is at most one at a time. Blocking, a few tens of microseconds an append."""

    def __init__(self, folder: Path, *, keep_runtime_lines: int) -> None:
        self._folder = folder
        self._keep = keep_runtime_lines
        self._segments = [_Segment(first, _holds_runtime(segment_path(folder, first))) for first in _firsts(folder)]
        self._lines = self._bytes = self.last = 0
        self._recover()
        self.build_bytes = sum(
            segment_path(folder, segment.first).stat().st_size for segment in self._segments if not segment.runtime
        )

    def append(self, lines: Sequence[LogLine]) -> None:
        """Store lines numbered from `last` + 1 on. Raises OSError (then open the log again: it may be torn)."""
        batch = bytearray()
        for line in lines:
            runtime = line.stage == RUNTIME_STAGE
            if self._ended(runtime):
                self._write(batch)
                batch.clear()
                self._begin(_Segment(line.seq, runtime))
            raw = line.model_dump_json().encode() + b"\n"
            batch += raw
            self._lines += 1
            self._bytes += len(raw)
            self.build_bytes += 0 if runtime else len(raw)
            self.last = line.seq
        self._write(batch)

    def _ended(self, runtime: bool) -> bool:
        return (
            not self._segments
            or self._segments[-1].runtime is not runtime
            or self._lines >= SEGMENT_LINES
            or self._bytes >= SEGMENT_BYTES
        )

    def _begin(self, segment: _Segment) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._segments.append(segment)
        self._lines = self._bytes = 0
        if segment.runtime:
            self._drop_oldest()

    def _write(self, batch: bytearray) -> None:
        if batch:
            with segment_path(self._folder, self._segments[-1].first).open("ab") as file:
                file.write(batch)

    def _drop_oldest(self) -> None:
        """Make room for one more segment of runtime lines."""
        ends = [segment.first for segment in self._segments[1:]]
        full = [(segment, end - segment.first) for segment, end in zip(self._segments, ends, strict=False)]
        full = [(segment, count) for segment, count in full if segment.runtime]
        sizes = [segment_path(self._folder, segment.first).stat().st_size for segment, _ in full]
        count, size = sum(count for _, count in full), sum(sizes)
        for (segment, lines), bytes_ in zip(full, sizes, strict=True):
            if count + SEGMENT_LINES <= self._keep and size <= self._keep * RUNTIME_BYTES_PER_LINE:
                break
            segment_path(self._folder, segment.first).unlink(missing_ok=True)
            self._segments.remove(segment)
            count, size = count - lines, size - bytes_

    def _recover(self) -> None:
        """Find the last whole line, cut off what follows it, and go on from there."""
        while self._segments:
            segment = self._segments[-1]
            path = segment_path(self._folder, segment.first)
            self._lines, self._bytes = _whole_lines(path, segment.first)
            self.last = max(self.last, segment.first + self._lines - 1)
            if self._lines:
                with path.open("r+b") as file:
                    file.truncate(self._bytes)
                return
            path.unlink()
            self._segments.pop()


def read(folder: Path, *, after: int, stage: str | None, limit: int) -> LogPage:
    """At most `limit` lines numbered above `after`. Blocking: for a thread."""
    lines: list[LogLine] = []
    seen = after
    for raw in raw_lines(folder, after):
        seen = number_of(raw)
        if stage is not None and _stage_marker(stage) not in raw:
            continue
        try:
            lines.append(LogLine.model_validate_json(raw))
        except ValidationError:  # damaged by a power cut
            continue
        if len(lines) == limit:
            break
    return LogPage(lines, seen)


def last_lines(folder: Path, limit: int) -> Sequence[LogLine]:
    """The last `limit` lines, of every stage; segments before those that hold them are not read. Blocking."""
    lines: list[LogLine] = []
    for first in reversed(_firsts(folder)):
        found = list(raw_lines(folder, first - 1, single=True))[-(limit - len(lines)) :]
        lines = [*map(LogLine.model_validate_json, found), *lines]
        if len(lines) >= limit:
            break
    return lines


def last_output(folder: Path) -> tuple[datetime | None, int]:
    """When the newest runtime line was printed, and how many lines bear exactly that time. Blocking."""
    for first in reversed(_firsts(folder)):
        found = [raw for raw in raw_lines(folder, first - 1, single=True) if is_runtime(raw)]
        if found:
            times = [LogLine.model_validate_json(raw).time for raw in found[-SEGMENT_LINES:]]
            return times[-1], times.count(times[-1])
    return None, 0


def raw_lines(folder: Path, after: int, *, single: bool = False) -> Iterator[bytes]:
    """As they are stored, those numbered above `after`; with `single` of one segment only. Blocking."""
    firsts = _firsts(folder)
    start = max(0, bisect_right(firsts, after + 1) - 1)
    for first in firsts[start : start + 1 if single else None]:
        try:
            with segment_path(folder, first).open("rb") as file:
                yield from (raw for raw in file if raw.endswith(b"}\n") and number_of(raw) > after)
        except FileNotFoundError:  # dropped meanwhile
            continue


def number_of(raw: bytes) -> int:
    """The line's number; 0 for what is no line."""
    digits = raw[len(_SEQ) : raw.find(b",", 0, 32)]
    return int(digits) if raw.startswith(_SEQ) and digits.isdigit() else 0


def _stage_marker(stage: str) -> bytes:
    """What the stored line of a stage contains, and no other: quotes inside its text are escaped."""
    return f',"stage":{json.dumps(stage, ensure_ascii=False)},"stream":'.encode("utf-8", "replace")


_RUNTIME = _stage_marker(RUNTIME_STAGE)


def _firsts(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return sorted(int(path.stem) for path in folder.glob("*.jsonl") if path.stem.isdigit())


def segment_path(folder: Path, first: int) -> Path:
    return folder / f"{first:012d}.jsonl"


def is_runtime(raw: bytes) -> bool:
    """Whether a container printed it."""
    return _RUNTIME in raw


def _holds_runtime(path: Path) -> bool:
    with path.open("rb") as file:
        return is_runtime(file.readline())


def _whole_lines(path: Path, first: int) -> tuple[int, int]:
    """How many lines are whole and rightly numbered from the segment's start, and their length in bytes."""
    count = length = 0
    with path.open("rb") as file:
        for raw in file:
            if not raw.endswith(b"}\n") or number_of(raw) != first + count:
                break
            count += 1
            length += len(raw)
    return count, length
