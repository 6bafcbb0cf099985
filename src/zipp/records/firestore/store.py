"""What is read and written, whole: a change is one commit, decided anew while others are quicker (writes.py); reads for
people fall back on what was last known (last_known.py)."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

from zipp.domain.errors import Unreachable
from zipp.firebase.failures import FIRESTORE, unreachable
from zipp.records.firestore.calls import Calls, at_once
from zipp.records.firestore.documents import Document
from zipp.records.firestore.failures import REFUSED, busy
from zipp.records.firestore.last_known import LastKnown, Reading
from zipp.records.firestore.paths import id_of, is_possible
from zipp.records.firestore.queries import Query
from zipp.records.firestore.writes import MOST, Writes
from zipp.records.records import Change

T = TypeVar("T")

BUSY_SECONDS = 15  # how long a change is tried again while others are quicker
ASK_AGAIN_SECONDS = 5  # while it is away, one reader finds out; the others are not kept waiting


class Store:
    """`recall` in reads: what was last known will do while Firestore can't be reached. Never where something is decided
    from it."""

    def __init__(self, calls: Calls, *, recalls: bool = True) -> None:
        self.changed: list[Callable[[Change], None]] = []
        self.calls = calls
        self._recalls = recalls
        self.known = LastKnown()
        self._ask_again_at = 0.0
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._changing: set[asyncio.Task[object]] = set()
        self._recalls = True

    def without_memory(self) -> Store:
        """The same, all but the state of this very attribute."""
        view = copy(self)
        view._recalls = False
        return view

    # reading -----------------------------------------------------------------------------------------------------
    async def get(self, *paths: str, recall: bool = False) -> list[Document | None]:
        """In that order; None for what is not there."""
        return await self._get(paths, partial(self.known.documents, paths) if recall else None)

    async def get_known(self, *paths: str) -> list[Document | None]:
        """As `get` with `recall`, but what is not known counts as not there."""
        return await self._get(paths, partial(self.known.some, paths))

    async def _get(
        self, paths: Sequence[str], recall: Callable[[], list[Document | None] | None] | None
    ) -> list[Document | None]:
        possible = [path for path in paths if is_possible(id_of(path))]
        if not possible:
            return [None for _ in paths]

        async def ask(reading: Reading) -> list[Document | None]:
            found = await self.calls.get(possible)
            for path, document in found.items():
                self.known.learn(reading, path, document)
            return [found.get(path) for path in paths]

        return await self._asked(ask, recall)

    async def find(self, query: Query, *, recall: bool = False) -> list[Document]:
        if query.is_hopeless:
            return []

        async def ask(reading: Reading) -> list[Document]:
            found = await self.calls.find(query)
            for document in found:
                self.known.learn(reading, document.path, document)
            if recall:
                self.known.learn_answer(query, (document.path for document in found))
            return found

        return await self._asked(ask, partial(self.known.answer, query) if recall else None)

    async def find_all(self, *wanted: Query, recall: bool = False) -> list[list[Document]]:
        return await at_once(*(partial(self.find, query, recall=recall) for query in wanted))

    async def count_all(self, *wanted: Query) -> list[int]:
        return await at_once(*(partial(self._count, query) for query in wanted))

    async def _count(self, query: Query) -> int:
        async def ask(_: Reading) -> int:
            count = await self.calls.count(query)
            self.known.learn_count(query, count)
            return count

        return 0 if query.is_hopeless else await self._asked(ask, partial(self.known.count, query))

    async def _asked(self, ask: Callable[[Reading], Awaitable[T]], recall: Callable[[], T | None] | None) -> T:
        recall = recall if self._recalls else None
        if not self._recalls:
            recall = None
        if recall is not None and not self.calls.reachable:
            if time.monotonic() < self._ask_again_at and (known := recall()) is not None:
                return known
            self._ask_again_at = time.monotonic() + ASK_AGAIN_SECONDS
        reading = self.known.begin()
        try:
            answer = await ask(reading)
        except Unreachable:
            self._ask_again_at = time.monotonic() + ASK_AGAIN_SECONDS
            if recall is None or (known := recall()) is None:
                raise
            return known
        finally:
            self.known.end(reading)
        self.known.heard()
        return answer

    # changing ----------------------------------------------------------------------------------------------------
    async def change(
        self,
        work: Callable[[Writes], Awaitable[T]],
        *,
        told: Callable[[T], Iterable[Change]] | None = None,
        queue: str | None = None,
    ) -> T:
        """`work` reads, decides and says what to write; whatever it raises, nothing is written. It is called again when
        another has changed any of that meanwhile. Those of one `queue` wait for each other instead of colliding.

        Raises Unavailable `records_busy` when others are quicker again and again.
        """
        task = asyncio.create_task(self._change(work, told, queue))
        self._changing.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)  # a caller who goes away leaves none half done, nor untold

    async def settled(self) -> None:
        """Every change that was begun before has ended."""
        if self._changing:
            await asyncio.wait(set(self._changing))

    async def commit(self, writes: Writes) -> None:
        """Raises one of REFUSED, Unreachable."""
        before = self.known.writing(writes)
        try:
            times = await self.calls.commit(writes)
        except BaseException:
            self.known.unwritten(writes, before)
            raise
        self.known.written(writes, before, times)
        self.known.heard()

    async def remove_all_but(self, most: int, documents: Sequence[Document]) -> Sequence[Document]:
        """The `most` that are left, of documents that are too many for one commit."""
        while len(documents) > most:
            writes = Writes()
            for document in documents[-MOST:]:
                writes.remove(document.path)
            await self.commit(writes)
            documents = documents[:-MOST]
        return documents

    async def _change(
        self, work: Callable[[Writes], Awaitable[T]], told: Callable[[T], Iterable[Change]] | None, queue: str | None
    ) -> T:
        asked_at = time.monotonic()
        async with self._in_line(queue):
            if self.calls.lost_at > asked_at and not self.calls.reachable:
                raise unreachable(FIRESTORE)  # as those ahead in the line have found out
            refused: Exception | None = None
            for again_seconds in _waits():
                writes = Writes(refused)
                try:
                    result = await work(writes)
                    if writes.all:
                        await self.commit(writes)
                except REFUSED as error:
                    refused = error
                    await asyncio.sleep(again_seconds)
                    continue
                if writes.all and told is not None:
                    self._tell(told(result))
                return result
            raise busy() from refused

    @asynccontextmanager
    async def _in_line(self, queue: str | None) -> AsyncIterator[None]:
        if queue is None:
            yield
            return
        lock = self._queues.setdefault(queue, asyncio.Lock())
        async with lock:
            yield

    def _tell(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for listener in self.changed:
                listener(change)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._changing.discard(task)
        if not task.cancelled():
            task.exception()  # whoever wanted to know may have gone away


def _waits() -> Iterable[float]:
    """After each attempt a little longer, at random, so that two don't go on colliding."""
    until = time.monotonic() + BUSY_SECONDS
    longest = 0.01
    while time.monotonic() < until:
        yield random.uniform(0, longest)  # noqa: S311
        longest = min(longest * 1.6, 0.5)


class Part:
    """A part of FirestoreRecords: the collections of one kind of record."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changed = store.changed
