"""Settings -> Platform: the only file that names implementations."""

from __future__ import annotations

from dataclasses import dataclass

from zipp.identity.identity import Identity
from zipp.monitoring.logs import LogStore
from zipp.pipeline.operations import Operations
from zipp.proxy.proxy import Proxy
from zipp.records.records import Records
from zipp.runtime.runtime import Runtime
from zipp.settings import Settings
from zipp.storage.storage import Storage


@dataclass(frozen=True)
class Platform:
    settings: Settings
    records: Records
    identity: Identity
    storage: Storage
    runtime: Runtime
    proxy: Proxy
    logs: LogStore
    operations: Operations

    async def start(self) -> None: ...

    async def close(self) -> None: ...


def build(settings: Settings) -> Platform:
    raise NotImplementedError
