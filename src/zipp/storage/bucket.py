"""Files by key in a bucket of Firebase Storage (Google Cloud Storage), with copies of the archives at hand."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import requests
import structlog
import urllib3
from google.api_core import exceptions as core
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Bucket, Client
from google.cloud.storage.blob import Blob
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY

from zipp.domain.errors import Unavailable
from zipp.firebase.connection import CALL_SECONDS, Firebase
from zipp.firebase.failures import STORAGE, translated, unreachable
from zipp.storage.copies import MAX_BYTES, Copies
from zipp.storage.files import checked, disk_errors, is_key, missing
from zipp.storage.links import Links
from zipp.storage.transfer import CHUNK_BYTES, Digest, Stopped, digest, receive, send

T = TypeVar("T")

CALLS = 8  # at once; short ones never wait for transfers
TRANSFERS = 4
PING_SECONDS = 2.5  # health waits no longer

_ARCHIVE = re.compile(r"archives/([0-9a-f]{64})\.zip\Z")
_FILENAME = re.compile(r"[A-Za-z0-9._-]{1,200}\Z")
RETRY_SECONDS = 5.0  # of short calls: somebody waits for the answer
_RETRY = DEFAULT_RETRY.with_delay(initial=0.2, maximum=2).with_timeout(RETRY_SECONDS)
_CALL = {"timeout": (3, CALL_SECONDS), "retry": _RETRY}

logger = structlog.get_logger()


class BucketStorage:
    """`copies` holds archives, which never change; whatever else is fetched lies there under its generation's name.

    Google's client is a blocking one: calls run in threads, each with a deadline.
    """

    def __init__(self, firebase: Firebase, *, copies: Path, copies_max_bytes: int = MAX_BYTES) -> None:
        self._firebase = firebase
        self._copies = Copies(copies, max_bytes=copies_max_bytes)
        self._links = Links(lambda: firebase.credentials)
        self._calls = ThreadPoolExecutor(CALLS, "bucket-call")
        self._transfers = ThreadPoolExecutor(TRANSFERS, "bucket-transfer")
        self._stopping = threading.Event()
        self._puts: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._fetches: dict[str, asyncio.Task[Path]] = {}
        self._pinging: asyncio.Task[None] | None = None

    @property
    def is_remote(self) -> bool:
        return True

    async def start(self) -> None:
        """Only what is on this machine: the bucket may be out of reach for now."""
        await asyncio.to_thread(self._copies.start)

    async def close(self) -> None:
        """What is being transferred ends at its next piece, half-done: nothing of it is there."""
        self._stopping.set()
        waiting = [task for task in (*self._fetches.values(), self._pinging) if task is not None]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for pool in (self._calls, self._transfers):
            pool.shutdown(wait=False, cancel_futures=True)
        if "_client" in self.__dict__:
            self._client.close()

    async def ping(self) -> None:
        if self._pinging is None or self._pinging.done():
            self._pinging = asyncio.create_task(self._in(self._calls, self._ping, PING_SECONDS))
            self._pinging.add_done_callback(_seen)
        await asyncio.shield(self._pinging)

    async def put(self, key: str, file: Path) -> None:
        checked(key)
        async with self._puts.setdefault(key, asyncio.Lock()):
            await self._in(self._transfers, self._put, key, file)

    async def fetch(self, key: str) -> Path:
        name = _archive_name(checked(key))
        if name is not None and (copy := await asyncio.to_thread(self._copies.find, name)):
            return copy
        task = self._fetches.get(key)
        if task is None:
            task = asyncio.create_task(self._in(self._transfers, self._fetch, key), name=f"fetch {key}")
            self._fetches[key] = task
            task.add_done_callback(partial(self._fetched, key))
        return await asyncio.shield(task)  # others may wait for it too

    async def link(self, key: str, *, filename: str, seconds: int) -> str | None:
        if not _FILENAME.match(filename):
            raise ValueError(f"not a plain file name: {filename!r}")
        return await self._in(self._calls, self._link, checked(key), filename, seconds)

    async def list(self, prefix: str) -> Sequence[str]:
        return await self._in(self._calls, self._list, prefix)

    async def exists(self, key: str) -> bool:
        return await self._in(self._calls, self._find, checked(key)) is not None

    async def delete(self, key: str) -> None:
        await self._in(self._calls, self._delete, checked(key))

    async def free_bytes(self) -> int | None:
        """Of this machine's disk, which what is received and the copies need; a bucket is never full."""
        return await asyncio.to_thread(self._copies.free_bytes)

    # in threads ----------------------------------------------------------------------------------------------------
    async def _in(self, pool: Executor, work: Callable[..., T], *arguments: object) -> T:
        def guarded() -> T:
            with self._errors():
                return work(*arguments)

        if self._stopping.is_set():
            raise _closed()
        return await asyncio.get_running_loop().run_in_executor(pool, guarded)

    @cached_property
    def _client(self) -> Client:
        emulator = self._firebase.settings.storage_emulator
        if emulator is not None:  # which must never see real credentials
            anonymous = AnonymousCredentials()  # type: ignore[no-untyped-call]
            client = Client(self._firebase.project, anonymous, client_options={"api_endpoint": emulator})
        else:
            client = Client(self._firebase.project, self._firebase.credentials)
        client._bucket_metadata_cache = None  # for traces that nobody records it asks what our role may not
        return client

    @property
    def _bucket(self) -> Bucket:
        return self._client.bucket(self._firebase.bucket)

    def _ping(self, seconds: float) -> None:
        """That objects can be listed: it takes the network, the credentials, the bucket and a part of the role."""
        list(self._client.list_blobs(self._bucket, max_results=1, fields="items(name)", timeout=seconds, retry=None))

    def _put(self, key: str, file: Path) -> None:
        if not file.exists():
            if self._find(key) is None:
                raise missing()
            return  # taken over before, in a life that ended before it could say so
        content = digest(file)
        name = _archive_name(key)
        if name is not None and name != _copy_name(content.sha256):
            raise _damaged()
        there = self._bucket.get_blob(key, **_CALL)
        if there is None or not _is_same(there, content):
            send(self._bucket.blob(key, chunk_size=CHUNK_BYTES), file, content, self._stopping)
        if name is None:
            file.unlink(missing_ok=True)
        else:
            self._keep(name, file)

    def _keep(self, name: str, file: Path) -> None:
        """The bucket has it: that no copy can be kept is no failure."""
        try:
            self._copies.take(name, file)
        except Unavailable as error:
            logger.warning("copy_not_kept", code=error.code)
            file.unlink(missing_ok=True)

    def _fetch(self, key: str) -> Path:
        for _ in range(2):
            found = self._find(key)
            if found is None:
                raise missing()
            name = _archive_name(key) or _generation_name(key, found.generation)
            if copy := self._copies.find(name):
                return copy
            blob = self._bucket.blob(key, generation=found.generation)  # found's own address may be another network's
            with self._copies.receiving(found.size) as file, suppress(core.NotFound):  # when it is replaced just now
                content = receive(blob, found.size, file, self._stopping)
                if _is_same(found, content) and _archive_name(key) in (None, _copy_name(content.sha256)):
                    return self._copies.take(name, file)
        raise _damaged()

    def _fetched(self, key: str, task: asyncio.Task[Path]) -> None:
        if self._fetches.get(key) is task:
            del self._fetches[key]
        _seen(task)

    def _find(self, key: str) -> Blob | None:
        """None only when the bucket itself is there."""
        blob = self._bucket.get_blob(key, **_CALL)
        if blob is None:
            self._ping(CALL_SECONDS)
        return blob

    def _link(self, key: str, filename: str, seconds: int) -> str | None:
        blob = self._find(key)
        if blob is None:
            raise missing()
        return self._links.link(blob, filename=filename, seconds=seconds)

    def _list(self, prefix: str) -> Sequence[str]:
        found = self._client.list_blobs(self._bucket, prefix=prefix, fields="items(name),nextPageToken", **_CALL)
        return sorted(blob.name for blob in found if is_key(blob.name))

    def _delete(self, key: str) -> None:
        with suppress(core.NotFound):
            self._bucket.blob(key).delete(**_CALL)
        if name := _archive_name(key):
            self._copies.forget(name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with disk_errors(), translated(STORAGE), _broken_connections():
                yield
        except Stopped as error:
            raise _closed() from error
        except core.NotFound as error:
            raise Unavailable(
                f"There is no bucket {self._firebase.bucket}.",
                code="storage_bucket_missing",
                hint="Open Storage in the Firebase console once to make it, or name yours in ZIPP_FIREBASE_BUCKET.",
            ) from error
        except DataCorruption as error:
            raise _damaged() from error
        except core.ServerError as error:
            raise unreachable(STORAGE) from error
        except (core.GoogleAPICallError, ValueError) as error:
            logger.error("storage_failed", reason=str(error)[:500])
            raise Unavailable(
                "Firebase Storage did not do what it was asked for.",
                code="storage_failed",
                hint="Try again in a moment. If it stays, the platform's log has Google's answer.",
            ) from error


@contextmanager
def _broken_connections() -> Iterator[None]:
    """However the libraries below call one."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
        raise ConnectionError("broken") from error


def _seen(task: asyncio.Task[Any]) -> None:
    """An error is no news when everybody who waited for it has gone."""
    if not task.cancelled():
        task.exception()


def _archive_name(key: str) -> str | None:
    """The copy's name where the key says what the content is."""
    match = _ARCHIVE.match(key)
    return _copy_name(match[1]) if match else None


def _copy_name(sha256: str) -> str:
    return f"{sha256}.zip"


def _generation_name(key: str, generation: int) -> str:
    return hashlib.sha256(f"{key}\n{generation}".encode()).hexdigest()


def _is_same(blob: Blob, content: Digest) -> bool:
    return bool(blob.size == content.size and blob.crc32c == content.crc32c)


def _damaged() -> Unavailable:
    return Unavailable(
        "The file is not what its checksum says.",
        code="storage_damaged",
        hint="Upload it again: a new deployment stores it anew.",
    )


def _closed() -> Unavailable:
    return Unavailable("The platform is being stopped.", code="storage_closed", hint="Try again once it runs.")
