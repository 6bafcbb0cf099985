"""ZIP, as bytes: the directory at the end, one header after the other (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5).

The standard library's zipfile is not used on strangers' archives: it makes objects of a directory of any size before
one can look (500 MB of headers cost gigabytes), cuts an entry off silently at the size its header claims, and raises
ten kinds of exception. Here everything is bounded by what is asked for, and every fault is an InvalidArchive.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zipp.sources.refusals import refused

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s2B5H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_SIGNATURE, _CENTRAL_SIGNATURE, _LOCAL_SIGNATURE = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END64_LOCATOR_SIGNATURE, _END64_SIGNATURE = b"PK\x06\x07", b"PK\x06\x06"
_MAX_COMMENT = 0xFFFF
_ZIP64_EXTRA = 1
_IN_ZIP64 = 0xFFFFFFFF  # this field's value is in the ZIP64 extra

ENCRYPTED = 0x0001 | 0x0040 | 0x2000
PATCH_DATA = 0x0020
_UTF8 = 0x0800


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the headers lie in the file; `shift` is what stands before the archive (a self-extractor's program)."""

    start: int
    size: int
    shift: int


@dataclass(frozen=True, slots=True)
class Header:
    """One entry as the directory describes it. `packed` and `size` in bytes; `offset` of its local header."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    attributes: int
    offset: int

    @property
    def name(self) -> str:
        """UTF-8 where it is marked so, or is; else code page 437, the format's own. Raises InvalidArchive."""
        try:
            return self.raw_name.decode("utf-8")
        except UnicodeDecodeError:
            if self.flags & _UTF8:
                name = self.raw_name.decode("utf-8", "replace")
                raise refused("archive_name", "has a name that is not valid UTF-8", entry=name) from None
            return self.raw_name.decode("cp437")


def find_directory(file: BinaryIO) -> Directory:
    """Raises InvalidArchive `archive_not_zip`, `archive_corrupt`."""
    length = os.fstat(file.fileno()).st_size
    tail_start = max(0, length - _END.size - _MAX_COMMENT)
    tail = os.pread(file.fileno(), length - tail_start, tail_start)
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise _no_directory(file)
    _, disk, first_disk, _, entries, size, offset, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    end64 = _read_end64(file, end)
    if end64 is not None:
        disk, first_disk, entries, size, offset, end = end64
    if disk or first_disk:
        raise refused("archive_corrupt", "The archive is one part of several")
    shift = end - size - offset
    if shift < 0:
        raise refused("archive_corrupt", "The archive's directory lies outside of the file")
    if not entries and not size:
        raise refused("archive_empty", "The archive has no files in it")
    return Directory(start=end - size, size=size, shift=shift)


def _no_directory(file: BinaryIO) -> Exception:
    if os.pread(file.fileno(), 4, 0) == _LOCAL_SIGNATURE:
        return refused("archive_corrupt", "The archive is cut off: its end is missing")
    return refused("archive_not_zip", "The file is not a ZIP archive")


def _read_end64(file: BinaryIO, end: int) -> tuple[int, int, int, int, int, int] | None:
    """disk, first disk, entries, directory's size, offset, and where the record itself begins."""
    at = end - _END64_LOCATOR.size - _END64.size
    if at < 0:
        return None
    data = os.pread(file.fileno(), _END64.size + _END64_LOCATOR.size, at)
    if data[_END64.size :][:4] != _END64_LOCATOR_SIGNATURE or data[:4] != _END64_SIGNATURE:
        return None
    _, _, _, _, disk, first_disk, _, entries, size, offset = _END64.unpack_from(data)
    return disk, first_disk, entries, size, offset, at


def read_headers(file: BinaryIO, directory: Directory) -> Iterator[Header]:
    """One header at a time, in the directory's order. Raises InvalidArchive `archive_corrupt`."""
    file.seek(directory.start)
    left = directory.size
    while left > 0:
        fixed = file.read(_CENTRAL.size)
        if left < _CENTRAL.size or len(fixed) < _CENTRAL.size or fixed[:4] != _CENTRAL_SIGNATURE:
            raise refused("archive_corrupt", "The archive's directory is damaged")
        _, _, _, _, flags, method, _, _, crc, packed, size, *lengths, _, _, attributes, offset = _CENTRAL.unpack(fixed)
        name_length, extra_length, comment_length = lengths
        left -= _CENTRAL.size + name_length + extra_length + comment_length
        name = file.read(name_length)
        extra = file.read(extra_length)
        if left < 0 or len(extra) < extra_length or len(file.read(comment_length)) < comment_length:
            raise refused("archive_corrupt", "The archive's directory is damaged")
        size, packed, offset = _with_zip64(extra, size, packed, offset)
        yield Header(name, flags, method, crc, packed, size, attributes, offset + directory.shift)


def _with_zip64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The three values, with those that do not fit 32 bits taken from the extra field (APPNOTE 4.5.3)."""
    values = [size, packed, offset]
    wide = [index for index, value in enumerate(values) if value == _IN_ZIP64]
    if not wide:
        return size, packed, offset
    field = _extra_field(extra, _ZIP64_EXTRA)
    if len(field) >= 8 * len(wide):
        for index, (value,) in zip(wide, struct.iter_unpack("<Q", field[: 8 * len(wide)]), strict=True):
            values[index] = value
    size, packed, offset = values
    return size, packed, offset


def _extra_field(extra: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


def data_offset(file: BinaryIO, header: Header) -> int:
    """Where an entry's data begins. Raises InvalidArchive when its local header contradicts the directory."""
    if header.offset > os.fstat(file.fileno()).st_size:  # pread takes no offset of 64 bits
        raise refused("archive_corrupt", "lies outside of the file", entry=header.name)
    local = os.pread(file.fileno(), _LOCAL.size + len(header.raw_name), header.offset)
    if len(local) < _LOCAL.size or local[:4] != _LOCAL_SIGNATURE:
        raise refused("archive_corrupt", "has no header of its own", entry=header.name)
    _, _, flags, method, _, _, _, _, _, name_length, extra_length = _LOCAL.unpack_from(local)
    if flags & ENCRYPTED:
        raise refused("archive_encrypted", "is encrypted", entry=header.name)
    if method != header.method or name_length != len(header.raw_name) or local[_LOCAL.size :] != header.raw_name:
        raise refused("archive_corrupt", "is described in two different ways", entry=header.name)
    start: int = header.offset + _LOCAL.size + name_length + extra_length
    return start
