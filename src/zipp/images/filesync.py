"""The source of a build, given to BuildKit file by file: what it lacks, and nothing that it has from the last time.

It keeps what was sent under the session's shared key, and takes a file for unchanged that has the same size, mode and
time of modification. So that time is made out of the content here: no clock is asked, and two contents never share one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from itertools import chain

from zipp.domain.errors import Unavailable
from zipp.images import packets
from zipp.images.grpc_server import NOT_FOUND, UNKNOWN, Call, CallFailed, framed
from zipp.images.listing import Entry

DIFF_COPY = "/moby.filesync.v1.FileSync/DiffCopy"
READ_BYTES = 256 * 1024
BATCH_BYTES = 256 * 1024

# From 1980, where ZIP's and FAT's times begin, for 17 years: in the past for every program, and within every file
# system's range. Seconds and nanoseconds together are 59 bits of the hash.
_FIRST_SECOND = 315_619_200
_SECONDS = 2**29
_NANOSECONDS = 10**9

Listing = Callable[[Collection[str]], Iterator[Entry]]  # (the paths that are asked for, none for all) -> entries


class Changed(OSError):
    """A file is not any more what the engine was told that it is."""


class FileSync:
    """`folders` are those that the engine may ask for, by the names that it knows them by.

    Whether it has `asked` for one yet; the `failure`, where one could not be read: Unavailable source_unreadable.
    """

    def __init__(self, folders: Mapping[str, Listing]) -> None:
        self._folders = folders
        self.asked = False
        self.failure: Unavailable | None = None

    async def diff_copy(self, call: Call) -> None:
        self.asked = True
        name = next(iter(call.metadata.get("dir-name", ())), "")
        if name not in self._folders:
            raise CallFailed(NOT_FOUND, f"no access allowed to dir {name!r}")
        transfer = _Transfer(self._folders[name](call.metadata.get("followpaths", ())))
        telling = asyncio.create_task(_send(call, transfer.stats()))
        giving = asyncio.create_task(_give(call, transfer))
        try:
            await asyncio.wait({telling, giving}, return_when=asyncio.FIRST_EXCEPTION)
            for task in (telling, giving):
                if task.done():
                    task.result()
        except ConnectionError:
            raise
        except OSError as error:
            self.failure = Unavailable(
                "The source could not be read while the engine fetched it.",
                code="source_unreadable",
                hint="Deploy again; if it stays so, look whether the disk of this server is all right.",
            )
            self.failure.__cause__ = error
            await call.send(framed(packets.error("the source can't be read")))
            raise CallFailed(UNKNOWN, "the source can't be read") from error
        finally:
            telling.cancel()
            giving.cancel()
            await asyncio.wait({telling, giving})


async def _give(call: Call, transfer: _Transfer) -> None:
    """The files that are asked for, until there are no more."""
    while messages := await call.receive():
        said = [packets.read(message) for message in messages]
        if wanted := [packet.id for packet in said if packet.type == packets.REQUEST]:
            await _send(call, transfer.contents(wanted))
        if any(packet.type == packets.ERROR for packet in said):
            raise CallFailed(UNKNOWN, "the receiver gave up")  # and says why as the build's own failure
        if any(packet.type == packets.FINISHED for packet in said):
            await call.send(framed(packets.finished()))
            return
    raise CallFailed(UNKNOWN, "the receiver went away")


async def _send(call: Call, messages: Iterator[bytes]) -> None:
    async for batch in _batches(messages):
        await call.send(batch)


async def _batches(messages: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Made by threads, since files are read for them; never more than one batch is held."""
    while True:
        batch, is_last = await asyncio.to_thread(_batch, messages)
        if batch:
            yield batch
        if is_last:
            return


def _batch(messages: Iterator[bytes]) -> tuple[bytes, bool]:
    batch = bytearray()
    for message in messages:
        batch += framed(message)
        if len(batch) >= BATCH_BYTES:
            return bytes(batch), False
    return bytes(batch), True


class _Transfer:
    """`_told` are the files that may be asked for, each once, and the times that the engine was told."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries
        self._told: dict[int, tuple[Entry, int]] = {}

    def stats(self) -> Iterator[bytes]:
        for number, entry in enumerate(self._entries):
            name, target = os.fsencode(entry.name), os.fsencode(entry.target)
            size, modified = len(target), _FIRST_SECOND * _NANOSECONDS
            if entry.kind == "file":
                size, modified = _size_and_time(entry)
                self._told[number] = (entry, modified)
            yield packets.stat(name, entry.kind, entry.mode, size=size, modified=modified, target=target)
        yield packets.end_of_stats()

    def contents(self, wanted: Collection[int]) -> Iterator[bytes]:
        return chain.from_iterable(self._content(number) for number in wanted)

    def _content(self, number: int) -> Iterator[bytes]:
        if number not in self._told:
            raise CallFailed(UNKNOWN, f"invalid file id {number}")
        entry, told = self._told.pop(number)
        digest = hashlib.sha256()
        for chunk in _chunks(entry):
            digest.update(chunk)
            for start in range(0, len(chunk), packets.DATA_MAX_BYTES):
                yield packets.data(number, chunk[start : start + packets.DATA_MAX_BYTES])
        if modified_for(digest.digest()) != told:  # it would be kept as what it was
            raise Changed(f"{entry.name} changed while it was sent")
        yield packets.data(number, b"")


def modified_for(digest: bytes) -> int:
    """The time of modification of a file of that content, in nanoseconds since 1970."""
    return _FIRST_SECOND * _NANOSECONDS + int.from_bytes(digest[:16], "big") % (_SECONDS * _NANOSECONDS)


def _size_and_time(entry: Entry) -> tuple[int, int]:
    size, digest = 0, hashlib.sha256()
    for chunk in _chunks(entry):
        size += len(chunk)
        digest.update(chunk)
    return size, modified_for(digest.digest())


def _chunks(entry: Entry) -> Iterator[bytes]:
    if entry.content is not None:
        yield entry.content
        return
    with open(entry.path, "rb", buffering=0, opener=_opened) as file:
        while chunk := file.read(READ_BYTES):
            yield chunk


def _opened(path: str, flags: int) -> int:
    """No link is followed that took the file's place."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)
