"""What of an archive may be unpacked, decided from its headers before a byte of it is.

The headers are no belief: archive.py refuses an entry that yields one byte more or less than its header says, and no
two entries share data, so what is counted here bounds what can come out.
"""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO, NamedTuple

from zipp.sources.limits import RATIO_FLOOR_BYTES, SourceLimits, size_text
from zipp.sources.paths import PathRefused, checked_parts
from zipp.sources.refusals import refused
from zipp.sources.zip_format import ENCRYPTED, PATCH_DATA, Header, data_offset, find_directory, read_headers

STORED, DEFLATED = 0, 8

# Never part of a site: version control, what the package manager installs again, and what desktops strew about.
LEFT_OUT = frozenset({".git", "node_modules", "__MACOSX", ".DS_Store", "Thumbs.db"})
_HEADERS_PER_FILE = 10  # how many headers are read for each file that may be kept: node_modules is large

_MAX_LINK_BYTES = 1024


class Kind(Enum):
    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a link to be written. `start` is where its data begins; `packed` and `size` in bytes."""

    name: str
    kind: Kind
    executable: bool
    method: int
    crc: int
    start: int
    packed: int
    size: int


@dataclass(slots=True)
class Contents:
    """`folders` come parents first; `entries` as they lie in the file."""

    folders: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def read_contents(file: BinaryIO, limits: SourceLimits) -> Contents:
    """Raises InvalidArchive with any code but those that only unpacking can find."""
    directory = find_directory(file)
    tree = _Tree(limits)
    kept: list[_Admitted] = []
    for number, header in enumerate(read_headers(file, directory), start=1):
        if number > _HEADERS_PER_FILE * limits.max_files:
            raise _too_many(limits)
        admitted = _admit(header, limits)
        if admitted is None:
            continue
        tree.add(admitted.path, admitted.kind)
        if admitted.kind is not Kind.FOLDER:
            kept.append(admitted)
    if not kept:
        raise refused("archive_empty", "The archive has no files in it")
    _check_sizes(kept, limits)
    return Contents(tree.folders, _placed(file, kept, directory.start))


class _Admitted(NamedTuple):
    path: str
    kind: Kind
    header: Header


def _admit(header: Header, limits: SourceLimits) -> _Admitted | None:
    """One entry by itself; None when it is left out."""
    name = header.name
    if name == "./":
        return None
    path = name.removeprefix("./").removesuffix("/")
    try:
        parts = checked_parts(path, max_depth=limits.max_depth)
    except PathRefused as refusal:
        raise refused(f"archive_{refusal.kind}", refusal.why, entry=name) from None
    if not LEFT_OUT.isdisjoint(parts):
        return None
    kind = _kind(header, name)
    _check_method(header, name)
    if kind is Kind.LINK and not 0 < header.size <= _MAX_LINK_BYTES:
        raise refused("archive_link_escapes", "is a link without a usable target", entry=name)
    if kind is Kind.FOLDER and header.size:
        raise refused("archive_corrupt", "is a folder with data", entry=name)
    return _Admitted(path, kind, header)


def _kind(header: Header, name: str) -> Kind:
    """By the Unix mode where there is one (the upper half of the attributes), else by the trailing slash."""
    file_type = stat.S_IFMT(header.attributes >> 16)
    if file_type not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
        raise refused("archive_special_file", "is a device, a pipe or a socket", entry=name)
    if file_type == stat.S_IFLNK and not name.endswith("/"):
        return Kind.LINK
    return Kind.FOLDER if name.endswith("/") or file_type == stat.S_IFDIR else Kind.FILE


def _check_method(header: Header, name: str) -> None:
    if header.flags & ENCRYPTED:
        raise refused("archive_encrypted", "is encrypted", entry=name)
    if header.method not in (STORED, DEFLATED) or header.flags & PATCH_DATA:
        raise refused("archive_method", "is packed by a method that is not accepted", entry=name)
    if header.method == STORED and header.packed != header.size:
        raise refused("archive_corrupt", "is stored with two different sizes", entry=name)


def _check_sizes(kept: Iterable[_Admitted], limits: SourceLimits) -> None:
    total = packed = 0
    for path, _, header in kept:
        total += header.size
        packed += header.packed
        if total > limits.max_bytes:
            limit = size_text(limits.max_bytes)
            raise refused("archive_too_large", f"The archive's files are larger than {limit} in all")
        if _is_bomb(header.size, header.packed, limits):
            raise refused("archive_ratio", f"unpacks to more than {limits.max_ratio} times its size", entry=path)
    if _is_bomb(total, packed, limits):
        raise refused("archive_ratio", f"The archive unpacks to more than {limits.max_ratio} times its size")


def _is_bomb(size: int, packed: int, limits: SourceLimits) -> bool:
    return size > RATIO_FLOOR_BYTES and size > limits.max_ratio * packed


def _placed(file: BinaryIO, kept: list[_Admitted], end: int) -> list[Entry]:
    """The entries with the place of their data, in the order of the file: no two may share a byte of it."""
    kept.sort(key=lambda admitted: admitted.header.offset)
    entries: list[Entry] = []
    free_from = 0
    for path, kind, header in kept:
        start = data_offset(file, header)
        if header.offset < free_from:
            raise refused("archive_overlap", "shares its data with another entry", entry=path)
        free_from = start + header.packed
        if free_from > end:
            raise refused("archive_overlap", "reaches into the archive's directory", entry=path)
        executable = bool(header.attributes >> 16 & stat.S_IXUSR)
        entries.append(Entry(path, kind, executable, header.method, header.crc, start, header.packed, header.size))
    return entries


class _Tree:
    """The paths so far: what is a folder can't be a file, and no two files differ only in case or composition."""

    def __init__(self, limits: SourceLimits) -> None:
        self.folders: list[str] = []
        self._limits = limits
        self._spelled: set[str] = set()
        self._is_folder: dict[str, bool] = {}
        self._count = 0

    def add(self, path: str, kind: Kind) -> None:
        parent = path.rpartition("/")[0]
        if parent and parent not in self._spelled:
            self.add(parent, Kind.FOLDER)
        if kind is Kind.FOLDER:
            if path in self._spelled:
                return
            self._spelled.add(path)
            self.folders.append(path)
        self._claim(path, is_folder=kind is Kind.FOLDER)
        self._count += 1
        if self._count > self._limits.max_files:
            raise _too_many(self._limits)

    def _claim(self, path: str, *, is_folder: bool) -> None:
        key = path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
        known = self._is_folder.get(key)
        if known is None:
            self._is_folder[key] = is_folder
        elif not (known and is_folder):
            raise refused("archive_duplicate", "has the name of another entry", entry=path)


def _too_many(limits: SourceLimits) -> Exception:
    return refused("archive_too_many_files", f"The archive has more than {limits.max_files} files and folders")
