"""Firestore's calls, each with a deadline. What a broken connection may have cut off is asked again once or twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from google.api_core.exceptions import DeadlineExceeded
from google.auth.transport.requests import Request
from google.cloud.firestore_v1 import AsyncClient
from google.cloud.firestore_v1.async_aggregation import AsyncAggregationQuery

from zipp.domain.errors import Unreachable
from zipp.firebase.connection import CALL_SECONDS, Firebase
from zipp.firebase.failures import FIRESTORE, unreachable
from zipp.records.firestore.channel import Channel
from zipp.records.firestore.documents import Document, native
from zipp.records.firestore.failures import REFUSED, moment_lost, of_reads, understood
from zipp.records.firestore.paths import SCHEMA
from zipp.records.firestore.queries import Query, built
from zipp.records.firestore.writes import Writes

T = TypeVar("T")

PING_SECONDS = 3
_MOMENT_SECONDS = 3500  # Firestore can read as of any moment of the last hour
_PAUSES_SECONDS = (0.1, 0.4)
_GET_AT_ONCE = 200  # documents
_ASK_AT_ONCE = 50  # calls that one call of ours is made of


class Calls:
    """`reachable` is what the last call found out; `lost_at` is when one found that it is not. With a `moment`
    everything is read as it was then."""

    def __init__(self, firebase: Firebase, *, channel: Channel | None = None, moment: datetime | None = None) -> None:
        self.reachable = True
        self.lost_at = 0.0
        self._firebase = firebase
        self._channel = channel
        self._moment = moment
        self._moment_ends = time.monotonic() + _MOMENT_SECONDS

    async def open(self) -> None:
        if self._channel is None:
            if self._firebase.settings.firestore_emulator is None:
                await asyncio.to_thread(getattr, self._firebase, "credentials")  # may ask the machine it runs on
            self._channel = Channel(self._firebase)

    async def close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def ping(self) -> datetime:
        """The time at Firestore."""

        async def ask() -> datetime:
            schema = [self._client.document(SCHEMA)]
            found = [each async for each in self._client.get_all(schema, retry=None, timeout=PING_SECONDS)]
            at: datetime = native(found[0].read_time)
            return at

        try:
            return await self._tried(ask, of_reads)
        except Unreachable:
            await self._refuse_bad_credentials()
            raise

    async def at_this_moment(self) -> Calls:
        return Calls(self._firebase, channel=self._channel, moment=await self.ping())

    async def get(self, paths: Sequence[str]) -> dict[str, Document | None]:
        async def ask(some: Sequence[str]) -> dict[str, Document | None]:
            found: dict[str, Document | None] = {}
            references = [self._client.document(path) for path in some]
            async for snapshot in self._client.get_all(references, **self._how):
                path = snapshot.reference.path
                fields = snapshot.to_dict()
                found[path] = None if fields is None else Document(path, native(fields), snapshot.update_time)
            return found

        distinct = list(dict.fromkeys(paths))
        parts = [distinct[at : at + _GET_AT_ONCE] for at in range(0, len(distinct), _GET_AT_ONCE)]
        answers = await at_once(*(partial(self._repeated, partial(ask, part)) for part in parts))
        return {path: document for answer in answers for path, document in answer.items()}

    async def find(self, query: Query) -> list[Document]:
        async def ask() -> list[Document]:
            found = await built(self._client, query).get(**self._how)
            return [Document(each.reference.path, native(each.to_dict() or {}), each.update_time) for each in found]

        return await self._repeated(ask)

    async def count(self, query: Query) -> int:
        async def ask() -> int:
            counted = AsyncAggregationQuery(built(self._client, query)).count()
            found = await counted.get(**self._how)
            return int(found[0][0].value)

        return await self._repeated(ask)

    async def commit(self, writes: Writes) -> list[datetime | None]:
        """When each was updated. Raises one of REFUSED; Unreachable also when nobody knows whether it was stored."""

        async def ask() -> list[datetime | None]:
            results = await writes.batch(self._client).commit(retry=None, timeout=CALL_SECONDS)
            return [result.update_time or None for result in results]

        if self._moment is not None:
            raise TypeError("a snapshot can only be read")
        unknown = False
        for pause in (*self._pauses(), None):
            try:
                return await self._tried(ask, understood)
            except REFUSED as error:
                if unknown:  # perhaps by our own earlier attempt
                    raise unreachable(FIRESTORE) from error
                raise
            except Unreachable as error:
                unknown = True
                await _pause(error, pause)
        raise AssertionError

    async def _refuse_bad_credentials(self) -> None:
        """To gRPC a call is one that could not be sent, when there was no access token for it."""
        if self._firebase.settings.firestore_emulator is None and not self._firebase.credentials.valid:
            request = partial(Request(), timeout=PING_SECONDS)
            with understood():
                await asyncio.to_thread(self._firebase.credentials.refresh, request)

    @property
    def _client(self) -> AsyncClient:
        if self._channel is None:
            raise unreachable(FIRESTORE)  # not yet: the start was put off
        return self._channel.client

    @property
    def _how(self) -> dict[str, Any]:
        if self._moment is not None and time.monotonic() > self._moment_ends:
            raise moment_lost()
        return {"retry": None, "timeout": CALL_SECONDS, "read_time": self._moment}

    async def _repeated(self, ask: Callable[[], Awaitable[T]]) -> T:
        for pause in (*self._pauses(), None):
            try:
                return await self._tried(ask, of_reads)
            except Unreachable as error:
                await _pause(error, pause)
        raise AssertionError

    async def _tried(self, ask: Callable[[], Awaitable[T]], context: Callable[[], AbstractContextManager[None]]) -> T:
        try:
            with context():
                answer = await ask()
        except Unreachable:
            self.reachable = False
            self.lost_at = time.monotonic()
            raise
        self.reachable = True
        return answer

    def _pauses(self) -> Sequence[float]:
        """None while it is known to be away: whoever waits for an answer should hear of it."""
        return _PAUSES_SECONDS if self.reachable else ()


async def _pause(error: Unreachable, seconds: float | None) -> None:
    if seconds is None or isinstance(error.__cause__, DeadlineExceeded):
        raise error
    await asyncio.sleep(seconds)


async def at_once(*calls: Callable[[], Awaitable[T]]) -> list[T]:
    """All of them, not too many at a time; the first error is the answer."""
    if len(calls) == 1:
        return [await calls[0]()]
    calm = asyncio.Semaphore(_ASK_AT_ONCE)

    async def one(call: Callable[[], Awaitable[T]]) -> T:
        async with calm:
            return await call()

    return await asyncio.gather(*map(one, calls))
