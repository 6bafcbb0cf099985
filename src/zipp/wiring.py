"""Settings -> Platform: the only file that names implementations."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from zipp.domain.errors import Unavailable, Unreachable, ZippError
from zipp.firebase.connection import Firebase
from zipp.identity.identity import Accounts, Identity
from zipp.identity.local import LocalIdentity
from zipp.images.bases import Bases
from zipp.images.builder import DockerImages
from zipp.images.images import Images
from zipp.monitoring.access import AccessLog
from zipp.monitoring.archive import LogArchive
from zipp.monitoring.logs import LogStore
from zipp.pipeline.actions import PipelineOperations
from zipp.pipeline.deploy import Deployer
from zipp.pipeline.kit import Kit
from zipp.pipeline.operations import Operations
from zipp.pipeline.reconcile import Reconciler
from zipp.pipeline.worker import Worker
from zipp.proxy.layout import Layout
from zipp.proxy.nginx import Nginx
from zipp.proxy.proxy import Proxy
from zipp.records.records import Records
from zipp.records.sql import SqlRecords
from zipp.runtime.docker import DockerRuntime
from zipp.runtime.runtime import Runtime
from zipp.settings import Settings
from zipp.storage.local import LocalStorage
from zipp.storage.storage import Storage
from zipp.storage.vault import Vault

RETRY_SECONDS = 3.0

Steps = deque[Callable[[], Awaitable[None]]]

logger = structlog.get_logger()


@dataclass(frozen=True)
class Platform:
    """Everything that the API and the CLI's own-machine verbs work with, started and closed as one."""

    settings: Settings
    records: Records
    identity: Identity
    storage: Storage
    images: Images
    bases: Bases
    runtime: Runtime
    proxy: Proxy
    logs: LogStore
    access: AccessLog
    operations: Operations
    worker: Worker
    reconciler: Reconciler
    lock: DataDirLock
    late: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Records, routes, then the rest: live sites are served again before anything else happens.

        Raises Unavailable (already_running, records_unreadable, proxy_...). An engine that does not answer is only
        reported by health, since static sites need none; so are records and files elsewhere that can't be reached:
        sites are then served by the routes that are there, and the rest of the start follows.
        """
        self.lock.acquire()
        self.operations.incoming.mkdir(exist_ok=True, mode=0o700)
        ahead: Steps = deque(
            (
                self.records.start,
                self.storage.start,
                self.identity.prepare_first_account,
                self._let_this_machine_in,
                self.proxy.start,
                self.reconciler.start,
                self.worker.start,
                self.logs.start,
            )
        )
        try:
            await _each(ahead)
        except Unreachable as error:
            logger.warning("start_continues_later", code=error.code, reason=error.message)
            await self.proxy.start()
            self.late.append(asyncio.create_task(_later(ahead), name="late start"))
        await self.access.start()

    async def close(self) -> None:
        """Sites go on being served; what is under way is taken up again by the next start."""
        for task in self.late:
            task.cancel()
        await asyncio.gather(*self.late, return_exceptions=True)
        await self.reconciler.close()
        await self.worker.close()
        await self.logs.close()
        await self.access.close()
        await self.images.close()
        await self.runtime.close()
        await self.identity.close()
        await self.storage.close()
        await self.records.close()
        self.lock.release()

    async def _let_this_machine_in(self) -> None:
        """How this machine's own `zipp` signs in: readable only by the account that runs the platform."""
        token = await self.identity.operator_token()
        file = self.settings.data_dir / "operator.json"
        temporary = file.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump({"url": self.settings.api_url, "token": token}, out)
        temporary.replace(file)


async def _each(ahead: Steps) -> None:
    """One after the other; what could not be done is still in `ahead`, and begun anew the next time."""
    while ahead:
        await ahead[0]()
        ahead.popleft()


async def _later(ahead: Steps) -> None:
    while ahead:
        await asyncio.sleep(RETRY_SECONDS)
        try:
            await _each(ahead)
        except ZippError as error:
            logger.warning("start_continues_later", code=error.code, reason=error.message)
    logger.info("start_complete")


class DataDirLock:
    """One platform a data folder: held by the kernel, so that a kill -9 frees it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Raises Unavailable `already_running`, `data_dir_unwritable`."""
        try:
            # Others may pass through (nginx's workers serve releases below it) but not list.
            self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
            file = open(self._data_dir / "zipp.lock", "w")  # noqa: SIM115
        except OSError as error:
            raise Unavailable(
                f"The data folder {self._data_dir} can't be written.",
                code="data_dir_unwritable",
                hint="Set ZIPP_DATA_DIR to a folder of yours.",
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise Unavailable(
                f"Another Zipp runs on {self._data_dir}.",
                code="already_running",
                hint="Stop it with `zipp down`, or give this one its own ZIPP_DATA_DIR and ZIPP_INSTANCE.",
            ) from error
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def open_records(settings: Settings) -> Records:
    if settings.records_kind == "sqlite":
        return SqlRecords(settings.data_dir / "zipp.db")
    from zipp.records.firestore import FirestoreRecords  # Google's libraries take a second to import

    return FirestoreRecords(Firebase(settings))


def open_storage(settings: Settings) -> Storage:
    if settings.storage_kind == "local":
        return LocalStorage(settings.data_dir / "storage")
    from zipp.storage.bucket import BucketStorage

    return BucketStorage(Firebase(settings), copies=settings.data_dir / "copies")


def open_identity(settings: Settings, accounts: Accounts) -> Identity:
    if settings.identity_kind == "local":
        return LocalIdentity(accounts, settings)
    from zipp.identity.firebase import FirebaseIdentity

    return FirebaseIdentity(accounts, settings, Firebase(settings))


def build(settings: Settings) -> Platform:
    """As the settings choose; the default is SQLite, local disk, local accounts. One Docker engine, one nginx. Touches
    nothing yet."""
    data = settings.data_dir
    records = open_records(settings)
    storage = open_storage(settings)
    bases = Bases(settings)
    images = DockerImages(settings, bases)
    runtime = DockerRuntime(settings)
    proxy = Nginx(settings)
    archive = LogArchive(data / "logs", storage, records) if storage.is_remote else None
    logs = LogStore(data / "logs", runtime, keep_runtime_lines=settings.log_lines_per_deployment, archive=archive)
    records.changed.append(logs.record_changed)
    kit = Kit(
        settings=settings,
        records=records.certain,
        storage=storage,
        vault=Vault.lazy(settings),
        images=images,
        runtime=runtime,
        proxy=proxy,
        log=logs,
    )
    worker = Worker(kit, Deployer(kit), name=settings.instance)
    return Platform(
        settings=settings,
        records=records,
        identity=open_identity(settings, records),
        storage=storage,
        images=images,
        bases=bases,
        runtime=runtime,
        proxy=proxy,
        logs=logs,
        access=AccessLog(Layout.of(settings), proxy),
        operations=PipelineOperations(kit, worker),
        worker=worker,
        reconciler=Reconciler(kit),
        lock=DataDirLock(data),
    )
