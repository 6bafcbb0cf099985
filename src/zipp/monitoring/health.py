"""Whether the platform and its parts answer. Probes share one look a second, so that asking often costs nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from zipp import __version__
from zipp.domain.errors import Unreachable, ZippError
from zipp.identity.identity import Identity
from zipp.proxy.proxy import Proxy
from zipp.records.records import Records
from zipp.runtime.runtime import Runtime
from zipp.storage.storage import Storage

T = TypeVar("T")

TIMEOUT_SECONDS = 3.0
FRESH_SECONDS = 1.0
LOW_DISK_BYTES = 1024**3


class State(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Component:
    """`elsewhere`: it runs on other machines than this, and can't be reached."""

    status: State
    latency_ms: float
    detail: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Containers:
    """`unhealthy` counts those that are there but don't run: they crashed, or are being restarted."""

    running: int = 0
    unhealthy: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    status: State
    version: str
    components: Mapping[str, Component]
    containers: Containers


class Health:
    def __init__(
        self, *, records: Records, identity: Identity, storage: Storage, runtime: Runtime, proxy: Proxy
    ) -> None:
        self._records = records
        self._identity = identity
        self._storage = storage
        self._runtime = runtime
        self._proxy = proxy
        self._report: Report | None = None
        self._looked_at = 0.0
        self._looking = asyncio.Lock()

    async def report(self) -> Report:
        """At most a second old."""
        async with self._looking:
            if self._report is None or time.monotonic() - self._looked_at > FRESH_SECONDS:
                self._report = await self._look()
                self._looked_at = time.monotonic()
            return self._report

    async def _look(self) -> Report:
        started = time.monotonic()
        (
            (database, _),
            (identity, _),
            (docker, _),
            (proxy, _),
            (storage, free),
            (listing, containers),
        ) = await asyncio.gather(
            _ask(self._records.ping()),
            _ask(self._identity.ping()),
            _ask(self._runtime.ping()),
            _ask(self._proxy.ping()),
            _ask(self._storage_room()),
            _ask(self._count_containers()),
        )
        if storage.status is State.OK and free is not None and free < LOW_DISK_BYTES:
            storage = Component(State.DEGRADED, storage.latency_ms, f"The disk is nearly full: {free >> 20} MiB free.")
        if docker.status is State.OK and listing.status is not State.OK:
            docker = Component(State.DEGRADED, docker.latency_ms, listing.detail)
        components = {
            "api": Component(State.OK, _milliseconds_since(started)),
            "database": database,
            "docker": docker,
            "proxy": proxy,
            "storage": storage,
        }
        if self._identity.kind != "local":  # local accounts are records
            components["identity"] = identity
        return Report(_overall(components), __version__, components, containers or Containers())

    async def _storage_room(self) -> int | None:
        await self._storage.ping()
        return await self._storage.free_bytes()

    async def _count_containers(self) -> Containers:
        states = [container.state for container in await self._runtime.list()]
        unhealthy = sum(state in ("restarting", "exited", "dead") for state in states)
        return Containers(running=states.count("running"), unhealthy=unhealthy)


async def _ask(question: Awaitable[T]) -> tuple[Component, T | None]:
    started = time.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = await question
    except TimeoutError:
        return Component(State.DOWN, _milliseconds_since(started), "It does not answer in time."), None
    except Unreachable as error:
        return Component(State.DOWN, _milliseconds_since(started), error.message, elsewhere=True), None
    except ZippError as error:
        return Component(State.DOWN, _milliseconds_since(started), error.message), None
    except OSError:
        return Component(State.DOWN, _milliseconds_since(started), "It can't be reached."), None
    return Component(State.OK, _milliseconds_since(started)), answer


def _overall(components: Mapping[str, Component]) -> State:
    """Nothing can be done with broken records. Without another part, or with records elsewhere that can't be reached
    just now, live sites are served and some requests answered."""
    if components["database"].status is State.DOWN and not components["database"].elsewhere:
        return State.DOWN
    return State.OK if all(part.status is State.OK for part in components.values()) else State.DEGRADED


def _milliseconds_since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 2)
