"""What is appended to a file, in whole lines, also when it is set aside and begun anew (rotated) or cut (truncated)."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import BinaryIO

PIECE_BYTES = 1024**2
# Whoever writes may do so for a moment to the file that was set aside: until it has heard that there is a new one.
SETTLE_SECONDS = 5.0


class Tail:
    """Begins `last_bytes` before the end of the file. Blocking: for a thread, one call at a time."""

    def __init__(self, path: Path, *, last_bytes: int) -> None:
        self._path = path
        self._last_bytes = last_bytes
        self._file: BinaryIO | None = None
        self._rest = b""
        self._replaced_at: float | None = None

    def read(self) -> bytes:
        """About PIECE_BYTES at most; nothing means that there is no more yet. Raises OSError."""
        if self._file is None and not self._open():
            return b""
        assert self._file is not None  # noqa: S101 - just opened
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            self._file.seek(0)
            self._rest = b""
        data = self._file.read(PIECE_BYTES)
        if not data:
            self._look_for_another()
            return b""
        lines, newline, rest = (self._rest + data).rpartition(b"\n")
        self._rest = rest if len(rest) < PIECE_BYTES else b""  # no line is that long
        return lines + newline

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> bool:
        try:
            self._file = self._path.open("rb")
        except FileNotFoundError:
            return False
        size = os.fstat(self._file.fileno()).st_size
        if size > self._last_bytes:
            self._file.seek(size - self._last_bytes)
            self._file.readline(PIECE_BYTES)
        self._last_bytes = 2**62  # whatever file comes next is new from its first line on
        self._rest = b""
        self._replaced_at = None
        return True

    def _look_for_another(self) -> None:
        assert self._file is not None  # noqa: S101 - called while it is open
        try:
            same = os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return
        if same:
            return
        self._replaced_at = self._replaced_at or time.monotonic()
        if time.monotonic() - self._replaced_at >= SETTLE_SECONDS:
            self.close()
