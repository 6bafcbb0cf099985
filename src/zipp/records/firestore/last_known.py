"""What Firestore last said, so that the dashboard can still be read while it does not answer.

Bounded, and of this process alone. What was changed through this process is known as changed: a token that was deleted
or a user who was disabled never comes back from here, not even when it stayed unclear whether that was stored.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from google.cloud.firestore_v1 import Increment

from zipp.records.firestore.documents import Document, weight
from zipp.records.firestore.paths import collection_of
from zipp.records.firestore.queries import Query
from zipp.records.firestore.writes import Write, Writes

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_DOCUMENTS = 3000
_LARGEST = 100_000  # bytes
_ANSWERS = 1000
_OLDEST_SECONDS = 3600  # between when it was said and when Firestore was last heard of

# Who may come in: kept only as long as nothing speaks against it. What was asked for in vain is not kept at all, or
# guesses could drive the rest out.
_ACCESS = {"users", "tokens"}
_CONTENT = {"sites", "site_secrets", "domains", "deployments", "deployment_secrets", "events"}


@dataclass
class Reading:
    """A read that is under way; what is written meanwhile, it may have seen or not."""

    unclear: set[str] = field(default_factory=set)


class LastKnown:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard_at = clock()
        self._documents: _Bounded[str, Document | None] = _Bounded(_DOCUMENTS)
        self._answers: _Bounded[Query, tuple[str, ...]] = _Bounded(_ANSWERS)
        self._counts: _Bounded[Query, int] = _Bounded(_ANSWERS)
        self._open: dict[int, Reading] = {}

    def heard(self) -> None:
        """Firestore has answered something."""
        self._heard_at = self._clock()

    # reading ---------------------------------------------------------------------------------------------------------
    def begin(self) -> Reading:
        reading = Reading()
        self._open[id(reading)] = reading
        return reading

    def end(self, reading: Reading) -> None:
        del self._open[id(reading)]

    def learn(self, reading: Reading, path: str, document: Document | None) -> None:
        if path not in reading.unclear:
            self._keep(path, document)

    def learn_answer(self, query: Query, paths: Iterable[str]) -> None:
        self._answers.put(query, tuple(paths), self._clock())

    def learn_count(self, query: Query, count: int) -> None:
        self._counts.put(query, count, self._clock())

    # recalling -------------------------------------------------------------------------------------------------------
    def current(self, path: str) -> Document | None:
        """Of what was read or written here last, to decide from: only with a condition that it is still so."""
        document = self._documents.get(path, since=float("-inf"), default=None)
        return document if document is not None and document.updated is not None else None

    def documents(self, paths: Sequence[str]) -> list[Document | None] | None:
        """None when one of them is not known; so is in the list what is known not to be there."""
        found = [self._documents.get(path, since=self._since, default=_UNKNOWN) for path in paths]
        return None if _UNKNOWN in found else found

    def some(self, paths: Sequence[str]) -> list[Document | None]:
        return [self._documents.get(path, since=self._since, default=None) for path in paths]

    def answer(self, query: Query) -> list[Document] | None:
        paths = self._answers.get(query, since=self._since, default=None)
        if paths is None:
            return None
        return [document for document in self.some(paths) if document is not None and _fits(document, query)]

    def count(self, query: Query) -> int | None:
        return self._counts.get(query, since=self._since, default=None)

    @property
    def _since(self) -> float:
        return self._heard_at - _OLDEST_SECONDS

    # writing ---------------------------------------------------------------------------------------------------------
    def writing(self, writes: Writes) -> dict[str, Document]:
        """Before a commit; what was known of its documents is for `written` or `unwritten`."""
        self._unclear(writes)
        before = {write.path: self._documents.pop(write.path) for write in writes.all}
        return {path: document for path, document in before.items() if document is not None}

    def unwritten(self, writes: Writes, before: dict[str, Document]) -> None:
        """Refused, or nobody knows."""
        self._unclear(writes)
        for path, document in before.items():
            if collection_of(path) not in _ACCESS:
                self._keep(path, replace(document, updated=None))

    def written(self, writes: Writes, before: dict[str, Document], times: Sequence[datetime | None]) -> None:
        self._unclear(writes)
        for write, updated in zip(writes.all, times, strict=True):
            if write.fields is None:
                if collection_of(write.path) in _CONTENT | _ACCESS:
                    self._documents.put(write.path, None, self._clock())
            elif (document := _after(write, before.get(write.path), updated)) is not None:
                self._keep(write.path, document)

    def _unclear(self, writes: Writes) -> None:
        for reading in self._open.values():
            reading.unclear.update(write.path for write in writes.all)

    def _keep(self, path: str, document: Document | None) -> None:
        collection = collection_of(path)
        worth = collection in _CONTENT or (collection in _ACCESS and document is not None)
        if worth and (document is None or weight(document.fields) <= _LARGEST):
            self._documents.put(path, document, self._clock())
        else:
            self._documents.pop(path)


def _after(write: Write, before: Document | None, updated: datetime | None) -> Document | None:
    """The document as it is now; `updated` stays unknown where the fields may not be all as they are stored."""
    fields = {name: value for name, value in (write.fields or {}).items() if not isinstance(value, Increment)}
    if write.whole:
        return Document(write.path, fields, updated)
    if write.base is not None and write.base.updated is not None:
        return Document(write.path, {**write.base.fields, **fields}, updated)
    if before is not None:
        return Document(write.path, {**before.fields, **fields}, None)
    return None


def _fits(document: Document, query: Query) -> bool:
    """A change through this process may have taken it out of the answer."""
    among = query.among is None or document.fields.get(query.among[0]) in query.among[1]
    return among and all(document.fields.get(name) == value for name, value in query.equal)


_UNKNOWN: Any = object()


class _Bounded(Generic[K, V]):
    """The longest unused go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def put(self, key: K, value: V, at: float) -> None:
        self._entries[key] = (at, value)
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def get(self, key: K, *, since: float, default: V | Any) -> V | Any:
        at, value = self._entries.get(key, (since, default))
        if at < since:
            return default
        if key in self._entries:
            self._entries.move_to_end(key)
        return value

    def pop(self, key: K) -> V | None:
        _, value = self._entries.pop(key, (0.0, None))
        return value
