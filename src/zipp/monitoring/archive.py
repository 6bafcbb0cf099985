"""Finished logs in the bucket: written there in the background, brought back to a machine that has lost its own.

A log goes there when its build has ended (as it is then) and when the deployment has stopped. Nothing waits for that,
and nothing fails by it: what an outage holds up is tried again, also by the next start.
"""

from __future__ import annotations

import asyncio
import shutil
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog

from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import NotFound, ZippError
from zipp.domain.ids import new_id
from zipp.monitoring.packed import pack, size_of, unpack
from zipp.records.records import Change
from zipp.storage.storage import Storage, log_key

SETTLE_SECONDS = 5.0  # after the last change: what is still being written comes along
LATE_SECONDS = 90.0  # after a log was archived: what an old container printed while it was drained
RETRY_SECONDS = 60.0
KNOWN_ABSENT = 10_000  # at most so many are remembered

logger = structlog.get_logger()


class Lookup(Protocol):
    """The part of the records that is needed here."""

    async def get_deployment(self, deployment_id: str) -> Deployment | None: ...


class LogArchive:
    """`folder` is the log store's. What was archived of each log, its size, stands in a file beside them."""

    def __init__(self, folder: Path, storage: Storage, records: Lookup) -> None:
        self._folder = folder
        self._storage = storage
        self._records = records
        self._marks = _Marks(folder / ".archived")
        self._due: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._born = new_id()  # later ids are those of deployments that no other machine has a log of
        self._absent: dict[str, None] = {}
        self._restoring: dict[str, asyncio.Task[bool]] = {}

    def start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.create_task(self._run(), name="log archive")
            self._loop.add_done_callback(_ended)

    async def close(self) -> None:
        tasks = [task for task in (self._loop, *self._restoring.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def record_changed(self, change: Change) -> None:
        if change.deployment is not None and not change.gone:
            self._later(change.deployment, SETTLE_SECONDS)

    async def bring_back(self, deployment_id: str) -> bool:
        """Make the log local again, if it is archived and not here; whether it was. Raises Unavailable."""
        if deployment_id > self._born or deployment_id in self._absent:
            return False
        task = self._restoring.get(deployment_id)
        if task is None:
            task = asyncio.create_task(self._restore(deployment_id))
            self._restoring[deployment_id] = task
            task.add_done_callback(lambda done: self._restored(deployment_id, done))
        return await asyncio.shield(task)

    async def lives_apart(self, deployment_id: str) -> None:
        """It could not be brought back and goes on here without its beginning: it must not replace what is archived."""
        try:
            await asyncio.to_thread(self._marks.write, deployment_id, _APART)
        except OSError as error:
            logger.warning("log_not_marked", deployment_id=deployment_id, reason=str(error))

    async def forget(self, deployment_id: str) -> None:
        """Deleted with its deployment, at once or as soon as the bucket can be reached."""
        try:
            await asyncio.to_thread(self._marks.write, deployment_id, _GONE)
        except OSError as error:
            logger.warning("archived_log_not_deleted", deployment_id=deployment_id, reason=str(error))
        self._later(deployment_id, 0)

    # ---------------------------------------------------------------------------------------------------------------
    def _later(self, deployment_id: str, seconds: float) -> None:
        self._due[deployment_id] = time.monotonic() + seconds
        self._wake.set()

    async def _run(self) -> None:
        try:
            for deployment_id in await asyncio.to_thread(self._unarchived):
                self._due.setdefault(deployment_id, time.monotonic())
        except OSError as error:
            logger.warning("logs_not_looked_through", reason=str(error))
        while True:
            self._wake.clear()
            now = time.monotonic()
            for deployment_id in [each for each, due in self._due.items() if due <= now]:
                del self._due[deployment_id]
                await self._attend(deployment_id)
            pause = min(self._due.values(), default=now + RETRY_SECONDS) - time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0, pause)):  # wait_for may lose a cancellation (python/cpython#86296)
                    await self._wake.wait()

    async def _attend(self, deployment_id: str) -> None:
        try:
            if await asyncio.to_thread(self._marks.read, deployment_id) == _GONE:
                await self._storage.delete(log_key(deployment_id))
                await asyncio.to_thread(self._marks.remove, deployment_id)
            elif await self._archive(deployment_id):
                self._later(deployment_id, LATE_SECONDS)
        except (ZippError, OSError) as error:
            logger.warning("log_not_archived", deployment_id=deployment_id, reason=str(error))
            self._later(deployment_id, RETRY_SECONDS)

    async def _archive(self, deployment_id: str) -> bool:
        """Whether there was something new to be archived."""
        folder = self._folder / deployment_id
        mark = await asyncio.to_thread(self._marks.read, deployment_id)
        size = await asyncio.to_thread(size_of, folder)
        if size == 0 or mark in (_APART, str(size)):
            return False
        deployment = await self._records.get_deployment(deployment_id)
        if deployment is None or deployment.status in UNDER_WAY:
            return False
        if deployment.status is Status.RUNNING and mark is not None:  # its output is archived once it has stopped
            return False
        packed = await asyncio.to_thread(self._marks.beside, deployment_id)
        try:
            await asyncio.to_thread(pack, folder, packed)
            await self._storage.put(log_key(deployment_id), packed)
            if await asyncio.to_thread(self._marks.read, deployment_id) == mark:  # not deleted meanwhile
                await asyncio.to_thread(self._marks.write, deployment_id, str(size))
            else:
                self._later(deployment_id, 0)
        finally:
            await asyncio.to_thread(packed.unlink, missing_ok=True)
        return True

    def _unarchived(self) -> list[str]:
        """Logs that have grown since they were archived, or never were, and those that were to be deleted."""
        logs = [path.name for path in self._folder.glob("*") if path.is_dir() and not path.name.startswith(".")]
        grown = [name for name in logs if self._marks.read(name) not in (str(size_of(self._folder / name)), _APART)]
        return [*grown, *(name for name in self._marks.names() if self._marks.read(name) == _GONE)]

    async def _restore(self, deployment_id: str) -> bool:
        folder = self._folder / deployment_id
        if await asyncio.to_thread(self._marks.read, deployment_id) == _GONE:
            return False
        try:
            packed = await self._storage.fetch(log_key(deployment_id))
            await asyncio.to_thread(self._unpack, packed, folder)
        except NotFound:
            self._remember_absent(deployment_id)
            return False
        except (EOFError, zlib.error, OSError) as error:
            logger.error("log_not_restored", deployment_id=deployment_id, reason=str(error))
            self._remember_absent(deployment_id)
            return False
        return True

    def _unpack(self, packed: Path, folder: Path) -> None:
        unpacked = self._marks.beside(f"{folder.name}.d")
        try:
            unpack(packed, unpacked)
            if folder.exists():
                self._marks.write(folder.name, _APART)
                return
            unpacked.rename(folder)
            self._marks.write(folder.name, str(size_of(folder)))
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)

    def _restored(self, deployment_id: str, task: asyncio.Task[bool]) -> None:
        del self._restoring[deployment_id]
        if not task.cancelled():
            task.exception()  # seen, also when nobody waits any more

    def _remember_absent(self, deployment_id: str) -> None:
        self._absent[deployment_id] = None
        while len(self._absent) > KNOWN_ABSENT:
            del self._absent[next(iter(self._absent))]


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("log_archive_ended", exc_info=error)


_GONE = "gone"
_APART = "apart"


class _Marks:
    """A small file for each log: its size when it was archived, or one of the words above. Blocking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text()
        except FileNotFoundError:
            return None

    def write(self, name: str, mark: str) -> None:
        new = self.beside(name)
        new.write_text(mark)
        new.replace(self._folder / name)

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        return [path.name for path in self._folder.glob("*") if "." not in path.name]

    def beside(self, name: str) -> Path:
        """Where something may be made before it has its place."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{name}.new"
