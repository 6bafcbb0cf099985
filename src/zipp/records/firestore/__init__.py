"""Records (records.py) in Firestore: one document for each, changed by atomic commits (writes.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy

from zipp.firebase.connection import Firebase
from zipp.records.firestore import queries
from zipp.records.firestore.activity import Activity
from zipp.records.firestore.calls import Calls
from zipp.records.firestore.deployments import Deployments
from zipp.records.firestore.invites import Invites
from zipp.records.firestore.ports import Ports
from zipp.records.firestore.queue import Queue
from zipp.records.firestore.replacing import Replacing
from zipp.records.firestore.schema import COLLECTIONS, prepare
from zipp.records.firestore.sites import Sites
from zipp.records.firestore.store import Store
from zipp.records.firestore.tokens import Tokens
from zipp.records.firestore.users import Users
from zipp.records.firestore.writes import MOST


class FirestoreRecords(Users, Replacing, Tokens, Invites, Sites, Deployments, Queue, Ports, Activity):
    """Belongs to the event loop in which it was started."""

    def __init__(self, firebase: Firebase, *, store: Store | None = None) -> None:
        super().__init__(store or Store(Calls(firebase)))
        self._firebase = firebase

    is_remote = True

    @property
    def certain(self) -> FirestoreRecords:
        view = copy(self)
        view._store = self._store.without_memory()
        return view

    async def start(self) -> None:
        await self._store.calls.open()
        await self.ping()  # which knows best why it does not answer
        await prepare(self._store)

    async def close(self) -> None:
        await self._store.settled()
        await self._store.calls.close()

    async def ping(self) -> None:
        await self._store.calls.ping()
        self._store.known.heard()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[FirestoreRecords]:
        """Firestore keeps moments for an hour; a copy that takes longer must be begun again."""
        calls = await self._store.calls.at_this_moment()
        yield FirestoreRecords(self._firebase, store=Store(calls, recalls=False))

    async def erase(self) -> None:
        for collection in COLLECTIONS:
            while found := await self._store.find(queries.some(collection, limit=MOST)):
                await self._store.remove_all_but(0, found)
