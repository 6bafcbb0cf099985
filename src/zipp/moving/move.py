"""The move: look, refuse or make room, put in what is missing, look again.

Each part can be cut off anywhere, also by kill -9, and the whole be run again: it goes on with what is missing. The
origin is only read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zipp.domain.errors import Conflict
from zipp.domain.user import User
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Identity
from zipp.moving.collections import COLLECTIONS, PAGE, Collection
from zipp.moving.compare import FILES, Comparison, compare, compare_files
from zipp.moving.origin import ARCHIVES, Home, Origin
from zipp.moving.pace import together
from zipp.records.records import Records
from zipp.storage.storage import archive_key

_FILES_AT_A_TIME = 4  # each may be a copy of half a gigabyte, on this disk and on its way


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` are there now; how many is not known before they have been counted (None)."""

    what: str
    done: int
    total: int | None


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Move:
    """`folder` is for copies under way, and empty otherwise."""

    origin: Origin
    target: Home
    folder: Path
    tell: Tell
    records: bool = True
    files: bool = True

    async def look(self, *, contents: bool = False) -> list[Comparison]:
        """Each collection, in the order in which they are moved. With `contents`, stored files are read too."""
        found = []
        if self.files:
            self.tell(Progress("looking at files", 0, None))
            found.append(await compare_files(self.origin, self.target, contents=contents))
        for collection in COLLECTIONS if self.records else ():
            self.tell(Progress(f"looking at {collection.name}", 0, None))
            found.append(await compare(self.origin, self.target, collection))
        return found

    async def run(self, *, overwrite: bool = False) -> list[Comparison]:
        """Everything that is missing; answers with how the two compare then.

        Raises Conflict `target_not_empty` when the target holds other records, unless they are to be overwritten.
        """
        found = {each.name: each for each in await self.look(contents=overwrite)}
        refused = [each for each in found.values() if each.name != FILES and each.is_in_the_way]
        if refused:
            if not (overwrite or await _is_untouched(self.target.records)):
                raise _not_empty(refused)
            await self.target.records.erase()
        if self.files:
            await self._move_files(found[FILES], overwrite=overwrite)
        for collection in COLLECTIONS if self.records else ():
            before = found[collection.name]
            await self._move_records(collection, set() if refused else before.present, total=before.at_origin)
        return await self.look(contents=True)

    async def _move_records(self, collection: Collection[Any], present: set[str], *, total: int) -> None:
        done = 0
        self.tell(Progress(collection.name, done, total))
        async for page in self.origin.entries(collection):
            missing = [entry for entry in page if collection.key(entry) not in present]
            if collection.one_by_one:
                for entry in missing:
                    await collection.add(self.target.records, entry)
            else:
                await together(lambda entry: collection.add(self.target.records, entry), missing)
            done += len(page)
            self.tell(Progress(collection.name, done, total))

    async def _move_files(self, found: Comparison, *, overwrite: bool) -> None:
        keys = await self.origin.files()
        done = 0

        async def move(key: str) -> None:
            nonlocal done
            if key not in found.present or (overwrite and not await self._is_same(key)):
                await self._move_file(key)
            done += 1
            self.tell(Progress(FILES, done, len(keys)))

        self.tell(Progress(FILES, 0, len(keys)))
        for start in range(0, len(keys), _FILES_AT_A_TIME):
            await together(move, keys[start : start + _FILES_AT_A_TIME])

    async def _is_same(self, key: str) -> bool:
        return await self.origin.digest(key) == await self.target.digest(key)

    async def _move_file(self, key: str) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            copy = Path(folder) / "copy"
            if archive_key(await self.origin.copy(key, copy)) != key and key.startswith(ARCHIVES):
                raise _damaged(key)
            await self.target.storage.put(key, copy)


async def adopt(records: Records, identity: Identity) -> Sequence[User]:
    """Everybody recorded can prove who they are by `identity`, but those answered need a new password first."""
    waiting: list[User] = []
    cursor: str | None = None
    while True:
        page = await records.list_users(limit=PAGE, cursor=cursor)
        waiting.extend(await identity.adopt(page.items))
        cursor = page.next_cursor
        if cursor is None:
            return waiting


async def _is_untouched(records: Records) -> bool:
    """Whether a platform was started there and nothing more: its first account waits for its set-up link."""
    users = (await records.list_users(limit=2)).items
    waits = [user.uid for user in users] == [FIRST_UID] and users[0].email is None
    return waits and not (await records.list_sites(owner=None, limit=1)).items


def _damaged(key: str) -> Conflict:
    return Conflict(
        f"The stored file {key} is damaged: its content is not what its name says.",
        code="file_damaged",
        hint="No deployment can be made of it any more. Take it away at the source, and say the same again.",
    )


def _not_empty(refused: Sequence[Comparison]) -> Conflict:
    told = "; ".join(_told(each) for each in refused)
    return Conflict(
        f"There are other records at the target already: {told}.",
        code="target_not_empty",
        hint="Nothing was changed. To replace everything that is recorded there, say --overwrite.",
    )


def _told(found: Comparison) -> str:
    count = found.different + found.extra
    more = ", …" if count > len(found.examples) else ""
    return f"{count} of {found.name} ({', '.join(found.examples)}{more})"
