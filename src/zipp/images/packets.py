"""The messages of BuildKit's file transfer, in protobuf's wire format.

The numbers are those of tonistiigi/fsutil, types/wire.proto and types/stat.proto.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zipp.images import trace

DATA_MAX_BYTES = 32 * 1024  # what fsutil's own sender puts into one packet

STAT, REQUEST, DATA, FINISHED, ERROR = range(5)
_FOLDER, _LINK = 1 << 31, 1 << 27  # Go's os.ModeDir, os.ModeSymlink
_KINDS = {"folder": _FOLDER, "link": _LINK, "file": 0}

Kind = Literal["folder", "link", "file"]


@dataclass(frozen=True, slots=True)
class Packet:
    """What the receiver says: `id` counts the files that it was told of from 0."""

    type: int
    id: int
    data: bytes


def read(message: bytes) -> Packet:
    """Raises ValueError for what is no such message."""
    found = dict(trace.fields(message))
    kind, number, data = found.get(1, STAT), found.get(3, 0), found.get(4, b"")
    if isinstance(kind, bytes) or isinstance(number, bytes) or isinstance(data, int):
        raise ValueError("not a Packet")
    return Packet(kind, number, data)


def stat(name: bytes, kind: Kind, mode: int, *, size: int = 0, modified: int = 0, target: bytes = b"") -> bytes:
    """An entry of the folder, owner 0:0; `modified` in nanoseconds since 1970."""
    text = _bytes(1, name) + _number(2, _KINDS[kind] | mode) + _number(5, size) + _number(6, modified)
    return _bytes(2, text + (_bytes(7, target) if target else b""))


def end_of_stats() -> bytes:
    return b""


def data(number: int, content: bytes) -> bytes:
    """Some of a file's content; none of it says that the file is over."""
    return _number(1, DATA) + _number(3, number) + (_bytes(4, content) if content else b"")


def finished() -> bytes:
    return _number(1, FINISHED)


def error(text: str) -> bytes:
    return _number(1, ERROR) + _bytes(4, text.encode())


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
