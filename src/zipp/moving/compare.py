"""What an origin has and a home has not: asked before anything is moved, to go on after an interruption, and as the
check at the end. What a home has already is all that an interrupted move leaves behind, so nothing else keeps track.

Records are read page by page; of each only its key and a digest are kept meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from zipp.moving.collections import Collection
from zipp.moving.origin import Home, Origin
from zipp.moving.pace import together

FILES = "files"
EXAMPLES = 5
_FILES_AT_A_TIME = 100


@dataclass(slots=True)
class Comparison:
    """Of one collection: counts, and the names of a few that stand in the way."""

    name: str
    at_origin: int = 0
    at_home: int = 0
    missing: int = 0
    different: int = 0
    extra: int = 0
    examples: list[str] = field(default_factory=list)
    present: set[str] = field(default_factory=set, repr=False)

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.different or self.extra)

    @property
    def is_in_the_way(self) -> bool:
        return bool(self.different or self.extra)

    def note(self, label: str) -> None:
        if len(self.examples) < EXAMPLES:
            self.examples.append(label)


async def compare(origin: Origin, home: Home, collection: Collection[Any]) -> Comparison:
    found = Comparison(collection.name)
    there: dict[str, tuple[bytes, str]] = {}
    async for page in home.entries(collection):
        there.update((collection.key(entry), (_digest(entry), collection.label(entry))) for entry in page)
    found.at_home = len(there)
    async for page in origin.entries(collection):
        found.at_origin += len(page)
        for entry in page:
            at_home = there.pop(collection.key(entry), None)
            if at_home is None:
                found.missing += 1
                continue
            found.present.add(collection.key(entry))
            if at_home[0] != _digest(entry):
                found.different += 1
                found.note(collection.label(entry))
    found.extra = len(there)
    for _, label in there.values():
        found.note(label)
    return found


async def compare_files(origin: Origin, home: Home, *, contents: bool) -> Comparison:
    """Only of the origin's own: what else a home stores is in nobody's way, as a key names one content. With
    `contents`, each is read at both sides."""
    here, there = await origin.files(), set(await home.files())
    found = Comparison(FILES, at_origin=len(here), present=there.intersection(here))
    found.at_home = len(found.present)
    found.missing = len(here) - len(found.present)

    async def is_same(key: str) -> bool:
        return await origin.digest(key) == await home.digest(key)

    keys = sorted(found.present) if contents else []
    for start in range(0, len(keys), _FILES_AT_A_TIME):
        some = keys[start : start + _FILES_AT_A_TIME]
        for key, same in zip(some, await together(is_same, some), strict=True):
            if not same:
                found.different += 1
                found.note(key)
    return found


def _digest(entry: BaseModel) -> bytes:
    """Of what it says, in whatever order a store gives a map's keys back."""
    return hashlib.sha256(json.dumps(entry.model_dump(mode="json"), sort_keys=True).encode()).digest()
