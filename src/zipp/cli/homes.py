"""Where the platform lives, opened beside it: for verbs that move, keep and bring back all that it has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from zipp.domain.errors import Unavailable
from zipp.identity.identity import Identity
from zipp.moving.origin import Home
from zipp.settings import Settings
from zipp.wiring import DataDirLock, open_identity, open_records, open_storage


@dataclass(frozen=True, slots=True)
class Opened:
    home: Home
    identity: Identity


@asynccontextmanager
async def opened(settings: Settings, *, start_storage: bool = True) -> AsyncIterator[Opened]:
    """Starting storage clears away what is under way, so not while a platform runs there."""
    records, storage = open_records(settings), open_storage(settings)
    identity = open_identity(settings, records)
    try:
        await records.start()
        if start_storage:
            await storage.start()
        yield Opened(Home(records, storage), identity)
    finally:
        await identity.close()
        await storage.close()
        await records.close()


@contextmanager
def stopped(settings: Settings) -> Iterator[None]:
    """No platform runs on the data folder meanwhile. Raises Unavailable `already_running`."""
    lock = DataDirLock(settings.data_dir)
    try:
        lock.acquire()
    except Unavailable as error:
        if error.code != "already_running":
            raise
        raise Unavailable(
            f"The platform on {settings.data_dir} runs: what it changes meanwhile would be lost.",
            code=error.code,
            hint="Stop it with `zipp down --keep-sites` (live sites go on being served), or as your service manager "
            "does; then say this again.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_stopped(settings: Settings) -> bool:
    try:
        with stopped(settings):
            return True
    except Unavailable as error:
        if error.code != "already_running":
            raise
        return False
