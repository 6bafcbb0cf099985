"""What Prometheus is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from zipp.domain.deployment import Deployment, Status, ZipSource
from zipp.domain.ids import new_id, now
from zipp.monitoring.health import Containers
from zipp.monitoring.metrics import Metrics
from zipp.records.records import Change, Page


class FewRecords:
    def __init__(self) -> None:
        self.deployments: dict[str, Deployment] = {}

    async def get_deployment(self, deployment_id: str) -> Deployment | None:
        return self.deployments.get(deployment_id)

    async def list_deployments(self, *, statuses: set[Status], limit: int) -> Page[Deployment]:
        return Page([each for each in self.deployments.values() if each.status in statuses][:limit], None)


@pytest.fixture
def records() -> FewRecords:
    return FewRecords()


@pytest.fixture
async def metrics(records: FewRecords) -> AsyncIterator[Metrics]:
    made = Metrics(records)  # type: ignore[arg-type]
    made.start()
    yield made
    await made.close()


async def samples(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    text = (await metrics.text(Containers(running=3, unhealthy=1))).decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def deployment(status: Status, **changes: Any) -> Deployment:
    source = ZipSource(filename="a.zip", size=1, sha256="0" * 64)
    return Deployment(id=new_id(), site="s", owner="o", source=source, created_at=now()).model_copy(
        update={"status": status, **changes}
    )


async def tell(metrics: Metrics, records: FewRecords, *deployments: Deployment) -> None:
    for each in deployments:
        records.deployments[each.id] = each
        metrics.record_changed(Change(each.site, each.owner, each.id))
        await asyncio.sleep(0.01)


async def test_each_deployment_is_counted_once(metrics: Metrics, records: FewRecords) -> None:
    one = deployment(Status.PENDING)
    done = one.model_copy(update={"status": Status.RUNNING, "finished_at": one.created_at + timedelta(seconds=2)})
    await tell(metrics, records, one, done, done)
    await tell(metrics, records, done.model_copy(update={"status": Status.STOPPED}), done)  # stopped, rolled back to
    await tell(metrics, records, deployment(Status.FAILED))

    values = await samples(metrics)
    assert values["zipp_deployments_total", ("RUNNING",)] == 1
    assert values["zipp_deployments_total", ("FAILED",)] == 1
    assert values["zipp_deployment_duration_seconds_sum", ()] == 2


async def test_a_rollback_to_a_deployment_of_an_earlier_life_is_no_new_one(
    metrics: Metrics, records: FewRecords
) -> None:
    await tell(metrics, records, deployment(Status.RUNNING, created_at=now() - timedelta(days=1)))
    assert (await samples(metrics))["zipp_deployments_total", ("RUNNING",)] == 0


async def test_queue_containers_and_process_are_told(metrics: Metrics, records: FewRecords) -> None:
    await tell(metrics, records, deployment(Status.PENDING), deployment(Status.PENDING))
    values = await samples(metrics)
    assert values["zipp_build_queue_depth", ()] == 2
    assert values["zipp_containers_running", ()] == 3
    assert values["process_resident_memory_bytes", ()] > 0


async def test_requests_are_counted_by_route(metrics: Metrics) -> None:
    metrics.request_answered("GET", "/api/sites/{name}", 200, 0.01)
    metrics.request_answered("GET", "/api/sites/{name}", 200, 0.01)
    values = await samples(metrics)
    assert values["zipp_http_requests_total", ("GET", "/api/sites/{name}", "200")] == 2
    assert values["zipp_http_request_duration_seconds_count", ("GET", "/api/sites/{name}")] == 2
