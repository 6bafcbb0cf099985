"""Where records and files come from (a home or a backup), and a home, which they also go to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from zipp.moving.collections import Collection, E
from zipp.records.records import Records
from zipp.storage.storage import Storage

# What is kept in storage and lasts: uploaded archives and finished logs. Backups are no part of what they are of.
ARCHIVES = "archives/"
PREFIXES = (ARCHIVES, "logs/")
CHUNK_BYTES = 1024**2


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Origin(Protocol):
    def entries(self, collection: Collection[E]) -> AsyncIterator[Sequence[E]]:
        """All of them, page by page; empty pages may come."""

    async def files(self) -> Sequence[str]:
        """The keys."""

    async def digest(self, key: str) -> str:
        """The content's SHA-256 in hex. Raises NotFound `file_missing`."""

    async def copy(self, key: str, to: Path) -> str:
        """Write the content to a new file; answers with its SHA-256 in hex. Raises NotFound `file_missing`."""


@dataclass(frozen=True, slots=True)
class Home:
    """A platform's records and files, wherever they live; both are started."""

    records: Records
    storage: Storage

    def entries(self, collection: Collection[E]) -> AsyncIterator[Sequence[E]]:
        return collection.read(self.records)

    async def files(self) -> Sequence[str]:
        return [key for prefix in PREFIXES for key in await self.storage.list(prefix)]

    async def digest(self, key: str) -> str:
        return await asyncio.to_thread(hashed, await self.storage.fetch(key))

    async def copy(self, key: str, to: Path) -> str:
        return await asyncio.to_thread(hashed, await self.storage.fetch(key), to)


def hashed(file: Path, copy: Path | None = None) -> str:
    """The file's SHA-256 in hex; with `copy`, its content is written there in the same pass."""
    with file.open("rb") as source, copy.open("xb") if copy else nullcontext() as target:
        return poured(source, target)


def poured(source: BinaryIO, target: Sink | None) -> str:
    """All of `source` to `target`; its SHA-256 in hex."""
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest()
