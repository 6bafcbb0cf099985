"""Whether it works, for people, orchestrators and Prometheus. Open to all: no name of anybody is in it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from zipp.api.deps import HealthDep, MetricsDep
from zipp.api.problems import documented
from zipp.api.schemas import Alive, HealthReport
from zipp.domain.errors import Unavailable
from zipp.monitoring.health import State
from zipp.monitoring.metrics import CONTENT_TYPE

router = APIRouter(prefix="/api/health", tags=["health"])


@router.get("", responses=documented(also={503: {"model": HealthReport, "description": "Down"}}))
async def health(response: Response, health: HealthDep) -> HealthReport:
    """Down: nothing can be done (503). Degraded: a part does not answer, or the disk is nearly full."""
    report = await health.report()
    if report.status is State.DOWN:
        response.status_code = 503
    return HealthReport.model_validate(report)


@router.get("/live", responses=documented())
async def live() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/ready", responses=documented(503))
async def ready(health: HealthDep) -> Alive:
    """It can take requests."""
    if (await health.report()).status is State.DOWN:
        raise Unavailable("The records can't be reached.", code="not_ready", hint="See /api/health.")
    return Alive()


@router.get(
    "/metrics",
    response_class=Response,
    responses=documented(503, also={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}),
)
async def metrics(metrics: MetricsDep, health: HealthDep) -> Response:
    """Prometheus text."""
    report = await health.report()
    return Response(await metrics.text(report.containers), media_type=CONTENT_TYPE)
