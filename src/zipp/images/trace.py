"""BuildKit's progress, out of protobuf's wire format: the few fields of a StatusResponse that a log is made of.

The numbers are those of moby/buildkit, api/services/control/control.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Field = tuple[int, int | bytes]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types
_STDERR = 2


@dataclass(frozen=True, slots=True)
class Vertex:
    """A step as it stands; BuildKit says it again at each change. Times in seconds since 1970, None until then."""

    digest: str
    name: str
    cached: bool
    started: float | None
    completed: float | None
    error: str


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of what a step printed, which may end anywhere."""

    digest: str
    stream: Literal["stdout", "stderr"]
    data: bytes


def read(message: bytes) -> Iterator[Vertex | Output]:
    """Steps first, then what they printed. Raises ValueError for what is no such message."""
    for number, value in fields(message):
        if number == 1:
            yield _vertex(_bytes(value))
        elif number == 3:
            yield _output(_bytes(value))


def fields(message: bytes) -> Iterator[Field]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = _varint(message, position)
            yield number, value
            continue
        if kind == _BYTES:
            size, position = _varint(message, position)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}.get(kind, -1)
        end = position + size
        if size < 0 or end > len(message):
            raise ValueError("not a protobuf message")
        yield number, message[position:end]
        position = end


def _vertex(message: bytes) -> Vertex:
    found = dict(fields(message))
    return Vertex(
        digest=_text(found.get(1)),
        name=_text(found.get(3)),
        cached=bool(found.get(4)),
        started=_time(found.get(5)),
        completed=_time(found.get(6)),
        error=_text(found.get(7)),
    )


def _output(message: bytes) -> Output:
    found = dict(fields(message))
    return Output(_text(found.get(1)), "stderr" if found.get(3) == _STDERR else "stdout", _bytes(found.get(4, b"")))


def _time(value: int | bytes | None) -> float | None:
    """google.protobuf.Timestamp: seconds, and nanoseconds of a second."""
    if value is None:
        return None
    found = dict(fields(_bytes(value)))
    seconds, nanoseconds = found.get(1, 0), found.get(2, 0)
    return float(seconds) + float(nanoseconds) / 1e9 if not isinstance(seconds, bytes) else None


def _text(value: int | bytes | None) -> str:
    return _bytes(value or b"").decode(errors="replace")


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("not a StatusResponse")
    return value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message) and shift < 64:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
    raise ValueError("not a protobuf message")
