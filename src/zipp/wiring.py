"""Settings -> Platform: the only file that names implementations."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zipp.domain.errors import Unavailable
from zipp.identity.identity import Identity
from zipp.identity.local import LocalIdentity
from zipp.images.bases import Bases
from zipp.images.builder import DockerImages
from zipp.images.images import Images
from zipp.monitoring.access import AccessLog
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

    async def start(self) -> None:
        """Records, routes, then the rest: live sites are served again before anything else happens.

        Raises Unavailable (already_running, records_unreadable, proxy_...); an engine that does not answer is only
        reported by health, since static sites need none.
        """
        self.lock.acquire()
        self.operations.incoming.mkdir(exist_ok=True, mode=0o700)
        await self.records.start()
        await self.storage.start()
        await self.identity.prepare_first_account()
        self._write_operator(await self.identity.operator_token())
        await self.proxy.start()
        await self.reconciler.start()
        await self.access.start()
        await self.worker.start()

    async def close(self) -> None:
        """Sites go on being served; what is under way is taken up again by the next start."""
        await self.reconciler.close()
        await self.worker.close()
        await self.logs.close()
        await self.access.close()
        await self.images.close()
        await self.runtime.close()
        await self.records.close()
        self.lock.release()

    def _write_operator(self, token: str) -> None:
        """How this machine's own `zipp` signs in: readable only by the account that runs the platform."""
        file = self.settings.data_dir / "operator.json"
        temporary = file.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"url": self.settings.api_url, "token": token}, out)
        temporary.replace(file)


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


def build(settings: Settings) -> Platform:
    """The embedded default: SQLite, local disk, local accounts, one Docker engine, one nginx. Touches nothing yet."""
    data = settings.data_dir
    records = SqlRecords(data / "zipp.db")
    storage = LocalStorage(data / "storage")
    bases = Bases(settings)
    images = DockerImages(settings, bases)
    runtime = DockerRuntime(settings)
    proxy = Nginx(settings)
    logs = LogStore(data / "logs", runtime, keep_runtime_lines=settings.log_lines_per_deployment)
    records.changed.append(logs.record_changed)
    kit = Kit(
        settings=settings,
        records=records,
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
        identity=LocalIdentity(records, settings),
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
