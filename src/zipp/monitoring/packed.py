"""A log in one file: its lines as they are on disk (segments.py), gzipped. Blocking, in constant memory."""

from __future__ import annotations

import gzip
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from zipp.monitoring.segments import SEGMENT_BYTES, SEGMENT_LINES, is_runtime, number_of, raw_lines, segment_path

LONGEST_LINE_BYTES = 1024**2  # none is that long: a file that has one is none of ours


def size_of(folder: Path) -> int:
    """Of a log on disk; 0 where there is none."""
    size = 0
    for path in folder.glob("*.jsonl"):
        with suppress(FileNotFoundError):  # dropped meanwhile
            size += path.stat().st_size
    return size


def pack(folder: Path, file: Path) -> None:
    """The same log gives the same bytes."""
    with file.open("wb") as out, gzip.GzipFile("", "wb", compresslevel=6, fileobj=out, mtime=0) as packed:
        for raw in raw_lines(folder, 0):
            packed.write(raw)


def unpack(file: Path, folder: Path) -> None:
    """Raises OSError, EOFError, zlib.error for what is no packed log, or only a part of one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    writer = _Writer(folder)
    try:
        with gzip.open(file, "rb") as packed:
            while raw := packed.readline(LONGEST_LINE_BYTES):
                writer.write(raw)
    finally:
        writer.close()


class _Writer:
    """Segments as the log store makes them: of one kind each, without a gap, and bounded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._out: BinaryIO | None = None
        self._next = self._lines = self._bytes = 0
        self._runtime = False

    def write(self, raw: bytes) -> None:
        number = number_of(raw)
        if not raw.endswith(b"}\n") or number < max(1, self._next):
            return
        runtime = is_runtime(raw)
        full = self._lines >= SEGMENT_LINES or self._bytes >= SEGMENT_BYTES
        if self._out is None or number != self._next or runtime is not self._runtime or full:
            self.close()
            self._out = segment_path(self._folder, number).open("wb")
            self._lines = self._bytes = 0
            self._runtime = runtime
        self._out.write(raw)
        self._lines += 1
        self._bytes += len(raw)
        self._next = number + 1

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None
