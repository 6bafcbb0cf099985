"""Archives for tests: good ones by the standard library, hostile ones byte by byte."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from zipp.domain.errors import InvalidArchive
from zipp.sources.archive import extract
from zipp.sources.limits import DEFAULT_LIMITS, SourceLimits
from zipp.sources.refusals import HINTS

LINK = stat.S_IFLNK | 0o777


def make_zip(*entries: tuple[str, bytes] | tuple[str, bytes, int], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive by the standard library; the third item of an entry is its Unix mode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data, *mode in entries:
            info = zipfile.ZipInfo(name)
            info.filename = name  # ZipInfo cuts at NUL
            info.compress_type = method
            info.external_attr = (mode[0] if mode else stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def raw_zip(
    *entries: dict[str, object], gap_before_directory: bytes = b"", prefix: bytes = b"", comment: bytes = b""
) -> bytes:
    """An archive from header fields as given, true or not. `at` reuses another entry's local header."""
    body, directory = bytearray(prefix), bytearray()
    for fields in entries:
        name = fields["name"]
        raw = name if isinstance(name, bytes) else str(name).encode()
        data = fields.get("data", b"")
        assert isinstance(data, bytes)
        method = fields.get("method", 8)
        packed = fields.get("packed_data", deflated(data) if method == 8 else data)
        assert isinstance(packed, bytes)
        size, crc = fields.get("size", len(data)), fields.get("crc", zlib.crc32(data))
        flags, local_name = fields.get("flags", 0x800), fields.get("local_name", raw)
        offset = fields.get("at", len(body) - len(prefix))
        if "at" not in fields:
            local = (20, flags, fields.get("local_method", method), 0, 0, crc, len(packed), size, len(raw), 0)
            body += struct.pack("<4s5H3L2H", b"PK\x03\x04", *local) + bytes(local_name) + packed
        attributes = int(str(fields.get("mode", 0))) << 16
        lengths = (len(raw), 0, 0, 0, 0)
        central = (0x14, 3, 20, flags, method, 0, 0, crc, fields.get("packed", len(packed)), size, *lengths)
        directory += struct.pack("<4s2B5H3L5H2L", b"PK\x01\x02", *central, attributes, offset) + raw
    body += gap_before_directory
    count = len(entries)
    end = (0, 0, count, count, len(directory), len(body) - len(prefix), len(comment))
    return bytes(body + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", *end) + comment)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def overlapping_bomb(*, files: int, kernel: bytes) -> bytes:
    """David Fifield's quoted overlap: each file's deflate stream holds the next file's header as a stored block, and
    goes on into that file's own stream. Made from the last file to the first."""
    stream, contents = deflated(kernel), kernel
    central: list[tuple[int, bytes, int, int]] = []  # length of the stream from its local header on, name, crc, size
    for number in reversed(range(files)):
        name = f"{number:02}".encode()
        crc = zlib.crc32(contents)
        fixed = (20, 0x800, 8, 0, 0, crc, len(stream), len(contents), len(name), 0)
        header = struct.pack("<4s5H3L2H", b"PK\x03\x04", *fixed) + name
        central.append((len(header) + len(stream), name, crc, len(contents)))
        quote = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF)  # a stored block that is not the last
        stream, contents = quote + header + stream, header + contents
    body = stream[5:]
    directory = bytearray()
    for length, name, crc, size in reversed(central):
        packed, offset = length - 30 - len(name), len(body) - length
        fields = (0x14, 3, 20, 0x800, 8, 0, 0, crc, packed, size, len(name), 0, 0, 0, 0, 0, offset)
        directory += struct.pack("<4s2B5H3L5H2L", b"PK\x01\x02", *fields) + name
    end = (0, 0, files, files, len(directory), len(body), 0)
    return bytes(body + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", *end))


def tree_of(folder: Path) -> dict[str, bytes | str]:
    """Every path below: a file's bytes, a link's target, '/' for a folder."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = os.readlink(path) if path.is_symlink() else "/" if path.is_dir() else path.read_bytes()
    return found


def unpacked(data: bytes, work: Path, limits: SourceLimits = DEFAULT_LIMITS) -> Path:
    archive = work.parent / "upload.zip"
    archive.write_bytes(data)
    extract(archive, work / "tree", limits)
    return work / "tree"


def refusal(data: bytes, work: Path, limits: SourceLimits = DEFAULT_LIMITS) -> InvalidArchive:
    """The refusal of an archive, which must leave nothing behind."""
    with pytest.raises(InvalidArchive) as caught:
        unpacked(data, work, limits)
    assert list(work.iterdir()) == []
    assert caught.value.hint == HINTS[caught.value.code]
    assert caught.value.message.isprintable()
    return caught.value
