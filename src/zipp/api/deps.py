"""What routes are given."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from zipp.monitoring.health import Health
from zipp.monitoring.metrics import Metrics
from zipp.wiring import Platform


def _platform(request: Request) -> Platform:
    return cast(Platform, request.app.state.platform)


def _health(request: Request) -> Health:
    return cast(Health, request.app.state.health)


def _metrics(request: Request) -> Metrics:
    return cast(Metrics, request.app.state.metrics)


PlatformDep = Annotated[Platform, Depends(_platform)]
HealthDep = Annotated[Health, Depends(_health)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
