"""Pieces of a program's output -> lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LINE_MAX = 16 * 1024


@dataclass
class Lines:
    _rest: bytes = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that `data` completes; of one without an end, LINE_MAX bytes at a time."""
        self._rest += data
        while b"\n" in self._rest or len(self._rest) > LINE_MAX:
            end = self._rest.find(b"\n", 0, LINE_MAX + 1)
            line, self._rest = (
                (self._rest[:end], self._rest[end + 1 :])
                if end >= 0
                else (self._rest[:LINE_MAX], self._rest[LINE_MAX:])
            )
            yield _shown(line)

    def end(self) -> Iterator[str]:
        if self._rest:
            line, self._rest = self._rest, b""
            yield _shown(line)


def _shown(line: bytes) -> str:
    """Of a progress bar's states, which carriage returns set apart, the last one."""
    return line.rstrip(b"\r").rpartition(b"\r")[2].decode(errors="replace")
