"""A backup as an origin."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

from zipp.domain.errors import InvalidInput, NotFound
from zipp.domain.names import SITE_NAME
from zipp.domain.site import Site
from zipp.moving.backup_format import (
    FILES,
    FORMAT,
    KEY,
    LONGEST_LINE_BYTES,
    MANIFEST,
    Manifest,
    Part,
    StoredFile,
    Version,
    damaged,
    file_name,
    readable,
    records_name,
)
from zipp.moving.collections import COLLECTIONS, PAGE, Collection, E, Life
from zipp.moving.origin import CHUNK_BYTES

_LONGEST_MANIFEST_BYTES = 1024**2
_LONGEST_KEY_BYTES = 64 * 1024
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


class Backup:
    """An Origin. Everything that is read of it is held to what its manifest says."""

    def __init__(self, archive: ZipFile, manifest: Manifest, stored: dict[str, StoredFile]) -> None:
        self._archive = archive
        self.manifest = manifest
        self._stored = stored

    @classmethod
    async def open(cls, file: Path) -> Backup:
        """Raises InvalidInput `backup_damaged`, `backup_too_new`; Unavailable `backup_unreadable`."""
        return await asyncio.to_thread(cls._open, file)

    @classmethod
    def _open(cls, file: Path) -> Backup:
        with readable():
            archive = ZipFile(file)
            with archive.open(MANIFEST) as source:
                told = _whole(source, _LONGEST_MANIFEST_BYTES)
            version = Version.model_validate_json(told)
            if version.format > FORMAT:
                raise InvalidInput(
                    f"This backup was made by a newer Zipp ({version.zipp[:40]}).",
                    code="backup_too_new",
                    hint="Restore it with that version, or a later one.",
                )
            manifest = Manifest.model_validate_json(told)
            backup = cls(archive, manifest, {})
            if manifest.has_files:
                with archive.open(FILES) as source:
                    while page := _page(source, StoredFile):
                        backup._stored.update((stored.key, stored) for stored in page)
            return backup

    def close(self) -> None:
        self._archive.close()

    @property
    def key(self) -> str | None:
        """The secret key of the platform that it is of, where it is in it. Raises InvalidInput `backup_damaged`."""
        if not self.manifest.has_key:
            return None
        with readable(), self._archive.open(KEY) as source:
            key = _whole(source, _LONGEST_KEY_BYTES)
            if hashlib.sha256(key).hexdigest() != self.manifest.parts[KEY].sha256:
                raise damaged("the key in it is not as it was written")
            return key.decode("ascii")

    async def entries(self, collection: Collection[E]) -> AsyncIterator[Sequence[E]]:
        with readable():
            source = await asyncio.to_thread(self._archive.open, records_name(collection.name))
        with source:
            while page := await asyncio.to_thread(_readable_page, source, collection.model):
                yield page

    async def files(self) -> Sequence[str]:
        return list(self._stored)

    async def digest(self, key: str) -> str:
        return self._file(key).sha256

    async def copy(self, key: str, to: Path) -> str:
        return await asyncio.to_thread(self._pour, self._file(key), to)

    async def check(self) -> None:
        """Read all of it once. Raises InvalidInput `backup_damaged`."""
        for collection in COLLECTIONS:
            name = records_name(collection.name)
            with readable():
                await asyncio.to_thread(self._check_part, name, self.manifest.parts[name])
        if self.manifest.has_files:
            await asyncio.to_thread(self._check_part, FILES, self.manifest.parts[FILES])
        _ = self.key
        for stored in self._stored.values():
            await asyncio.to_thread(self._pour, stored, None)

    def _file(self, key: str) -> StoredFile:
        if key not in self._stored:
            raise NotFound("The backup has no such file.", code="file_missing")
        return self._stored[key]

    def _check_part(self, name: str, part: Part) -> None:
        digest, count = hashlib.sha256(), 0
        with readable(), self._archive.open(name) as source:
            while line := _line(source):
                digest.update(line)
                count += 1
        if (count, digest.hexdigest()) != (part.count, part.sha256):
            raise damaged(f"{name} is not as it was written")

    def _pour(self, stored: StoredFile, to: Path | None) -> str:
        """Never more than was written once, whatever the archive unpacks to."""
        digest, left = hashlib.sha256(), stored.size
        with readable(), self._archive.open(file_name(stored.key)) as source:
            target = to.open("xb") if to else None
            try:
                while chunk := source.read(min(CHUNK_BYTES, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        break
                    digest.update(chunk)
                    if target is not None:
                        target.write(chunk)
            finally:
                if target is not None:
                    target.close()
        if left != 0 or digest.hexdigest() != stored.sha256:
            raise damaged(f"{stored.key} is not as it was written")
        return stored.sha256


def _readable_page(source: IO[bytes], model: type[E]) -> list[E]:
    with readable():
        return _page(source, model)


def _page(source: IO[bytes], model: type[Any]) -> list[Any]:
    page: list[Any] = []
    while len(page) < PAGE and (line := _line(source)):
        entry = model.model_validate_json(line)
        if not _is_sound(entry):
            raise damaged("a name or an id in it is none that Zipp gives")
        page.append(entry)
    return page


def _is_sound(entry: object) -> bool:
    """Names and ids become parts of paths; whoever made them checked them, but not whoever made this file."""
    if isinstance(entry, Site):
        return SITE_NAME.match(entry.name) is not None
    if isinstance(entry, Life):
        deployment = entry.deployment
        return _ID.match(deployment.id) is not None and SITE_NAME.match(deployment.site) is not None
    return True


def _line(source: IO[bytes]) -> bytes:
    line = source.readline(LONGEST_LINE_BYTES + 1)
    if len(line) > LONGEST_LINE_BYTES:
        raise damaged("a record in it is longer than any can be")
    return line


def _whole(source: IO[bytes], most: int) -> bytes:
    data = source.read(most + 1)
    if len(data) > most:
        raise damaged("a part of it is longer than any can be")
    return data
