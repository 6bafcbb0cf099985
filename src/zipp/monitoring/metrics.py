"""Counters and histograms in Prometheus' text format. Numbers only: no name of a site or a person is a label."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from datetime import datetime

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import Unreachable, ZippError
from zipp.domain.ids import now
from zipp.monitoring.health import Containers
from zipp.records.records import Change, Records

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
QUEUE_LIMIT = 200  # a longer queue is reported as this
REMEMBERED = 10_000

logger = structlog.get_logger()


class Metrics:
    """Counts since the platform's start, as Prometheus expects it."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._since = now()
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._under_way: set[str] = set()
        self._counted: OrderedDict[str, None] = OrderedDict()
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._deployments = Counter("zipp_deployments", "Deployments that ended so.", ["status"], registry=registry)
        for status in (Status.RUNNING, Status.FAILED):
            self._deployments.labels(status.value)
        self._durations = Histogram(
            "zipp_deployment_duration_seconds",
            "From the accepted request to the live site.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900),
            registry=registry,
        )
        self._requests = Counter(
            "zipp_http_requests", "Answered API requests.", ["method", "route", "status"], registry=registry
        )
        self._request_durations = Histogram(
            "zipp_http_request_duration_seconds",
            "To the last byte of the answer.",
            ["method", "route"],
            buckets=(0.005, 0.025, 0.1, 0.5, 1, 5, 30),
            registry=registry,
        )
        self._containers = Gauge("zipp_containers_running", "Containers that run.", registry=registry)
        self._unhealthy = Gauge("zipp_containers_unhealthy", "Containers that should run and don't.", registry=registry)
        self._queue = Gauge("zipp_build_queue_depth", "Deployments that wait for a worker.", registry=registry)

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="metrics")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def record_changed(self, change: Change) -> None:
        if change.deployment is not None and not change.gone:
            self._changed.add(change.deployment)
            self._wake.set()

    def request_answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._request_durations.labels(method, route).observe(seconds)

    async def text(self, containers: Containers) -> bytes:
        with contextlib.suppress(Unreachable):  # the rest is worth knowing just then
            waiting = await self._records.list_deployments(statuses={Status.PENDING}, limit=QUEUE_LIMIT)
            self._queue.set(len(waiting.items))
        self._containers.set(containers.running)
        self._unhealthy.set(containers.unhealthy)
        return generate_latest(self.registry)

    async def _watch(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._changed:
                try:
                    deployment = await self._records.get_deployment(self._changed.pop())
                except ZippError as error:
                    logger.warning("deployment_not_counted", reason=error.code)
                    continue
                if deployment is not None:
                    self._count(deployment)

    def _count(self, deployment: Deployment) -> None:
        """Each deployment once, when it first ends: one that a rollback made live again is no new one."""
        if deployment.status in UNDER_WAY:
            self._under_way.add(deployment.id)
            return
        new = deployment.id in self._under_way or deployment.created_at >= self._since
        self._under_way.discard(deployment.id)
        if not new or deployment.id in self._counted or deployment.status is Status.STOPPED:
            return
        self._counted[deployment.id] = None
        if len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)
        self._deployments.labels(deployment.status.value).inc()
        if deployment.status is Status.RUNNING:
            self._durations.observe(_seconds(deployment.created_at, deployment.finished_at))


def _seconds(start: datetime, end: datetime | None) -> float:
    return max(0.0, ((end or now()) - start).total_seconds())
