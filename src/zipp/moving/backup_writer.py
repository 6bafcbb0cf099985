"""An origin as one file."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pydantic import BaseModel

import zipp
from zipp.domain.errors import NotFound, Unavailable
from zipp.domain.ids import now
from zipp.moving.backup_format import FILES, KEY, MANIFEST, Manifest, Part, StoredFile, file_name, records_name
from zipp.moving.collections import COLLECTIONS, Collection
from zipp.moving.move import Progress, Tell
from zipp.moving.origin import CHUNK_BYTES, Origin, Sink, poured


class Lines:
    """A part of the archive that is written line by line, counted and hashed on the way."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self._count = 0

    def write(self, entries: Sequence[BaseModel]) -> None:
        data = b"".join(entry.model_dump_json().encode() + b"\n" for entry in entries)
        self._digest.update(data)
        self._sink.write(data)
        self._count += len(entries)

    @property
    def part(self) -> Part:
        return Part(count=self._count, sha256=self._digest.hexdigest())


async def write_backup(
    origin: Origin, to: Path, *, folder: Path, with_files: bool, key: str | None, tell: Tell
) -> Manifest:
    """Make the file `to`, readable by its owner alone; it is whole once this returns, and on the disk. `folder` is for
    copies under way.

    Raises Unavailable `backup_unwritable`.
    """
    parts: dict[str, Part] = {}
    with writable(), _made(to) as file, ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        known: dict[str, set[str]] = defaultdict(set)
        for collection in COLLECTIONS:
            parts[records_name(collection.name)] = await _write_records(origin, archive, collection, known, tell)
        if with_files:
            parts[FILES] = await _write_files(origin, archive, folder / "copy", tell)
        if key is not None:
            archive.writestr(_entry(KEY), key)
            parts[KEY] = Part(count=1, sha256=hashlib.sha256(key.encode()).hexdigest())
        manifest = Manifest(zipp=zipp.__version__, created_at=now(), parts=parts)
        archive.writestr(_entry(MANIFEST), manifest.model_dump_json(indent=2))
    return manifest


async def _write_records(
    origin: Origin, archive: ZipFile, collection: Collection[Any], known: dict[str, set[str]], tell: Tell
) -> Part:
    """What refers to something that was made after its own collection had been read is left out: it is newer than
    the backup. (A store that holds a moment still has no such thing.)"""
    with archive.open(_entry(records_name(collection.name)), "w", force_zip64=True) as sink:
        lines, done = Lines(sink), 0
        async for page in origin.entries(collection):
            whole = [entry for entry in page if all(key in known[name] for name, key in collection.needs(entry))]
            known[collection.name].update(collection.key(entry) for entry in whole)
            await asyncio.to_thread(lines.write, whole)
            done += len(whole)
            tell(Progress(collection.name, done, None))
    return lines.part


async def _write_files(origin: Origin, archive: ZipFile, copy: Path, tell: Tell) -> Part:
    """One after the other, through a copy: what is fetched from afar may be gone a moment later."""
    keys = await origin.files()
    stored: list[StoredFile] = []
    for number, key in enumerate(keys, start=1):
        try:
            sha256 = await origin.copy(key, copy)
        except NotFound:  # deleted since it was listed
            continue
        size = await asyncio.to_thread(_add_file, archive, file_name(key), copy)
        stored.append(StoredFile(key=key, size=size, sha256=sha256))
        tell(Progress("files", number, len(keys)))
    with archive.open(_entry(FILES), "w", force_zip64=True) as sink:
        lines = Lines(sink)
        await asyncio.to_thread(lines.write, stored)
    return lines.part


def _add_file(archive: ZipFile, name: str, file: Path) -> int:
    """Its size; the file is gone afterwards."""
    entry = _entry(name)
    entry.compress_type = ZIP_STORED  # they are compressed already
    entry.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
        poured(source, sink)
    file.unlink()
    return entry.file_size


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, date_time=now().timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


@contextmanager
def _made(path: Path) -> Iterator[BinaryIO]:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b", CHUNK_BYTES) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def writable() -> Iterator[None]:
    """Raises Unavailable `backup_unwritable`."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The backup can't be written: {error.strerror or error}.",
            code="backup_unwritable",
            hint="Check that the folder is there and yours to write, and that the disk has room.",
        ) from error
