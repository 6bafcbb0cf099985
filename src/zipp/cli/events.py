"""Server-sent events, as the HTML standard has them (section 9.2.6), from pieces of a response's body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """`id` is that of the last event that had one: what a new connection resumes after."""

    name: str
    data: str
    id: str | None


def events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """An event that the stream's end cut in two is left out, as the standard says."""
    name, last_id = "message", None
    data: list[str] = []
    for line in _lines(pieces):
        if not line:
            if data:
                yield Event(name, "\n".join(data), last_id)
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            last_id = value


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Split at LF and CRLF only: str.splitlines also cuts at U+2028 and others, which JSON may hold."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
