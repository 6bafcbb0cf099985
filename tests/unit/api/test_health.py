"""Health, for people, orchestrators and Prometheus."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from zipp.domain.errors import Unavailable


async def test_health_has_the_shape_of_the_contract(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.get("/api/health")
    assert response.status_code == 200
    report = response.json()
    assert set(report) == {"status", "version", "components", "containers"}
    assert report["components"].pop("identity") is None, "local accounts are records"
    assert set(report["components"]) == {"api", "database", "docker", "proxy", "storage"}
    assert all(set(part) == {"status", "latency_ms", "detail"} for part in report["components"].values())
    assert report["containers"] == {"running": 0, "unhealthy": 0}


async def test_without_records_it_is_down_and_not_ready_but_alive(
    anonymous: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone() -> None:
        raise Unavailable("The records can't be read.")

    monkeypatch.setattr(stand.records, "ping", gone)
    response = await anonymous.get("/api/health")
    assert (response.status_code, response.json()["status"]) == (503, "down")
    assert (await anonymous.get("/api/health/ready")).status_code == 503
    assert (await anonymous.get("/api/health/live")).json() == {"status": "ok"}


async def test_metrics_count_requests_by_route_and_deployments(ada: httpx.AsyncClient, stand: Any) -> None:
    await ada.get("/api/sites/one")
    await ada.get("/api/sites/two")
    await ada.get("/api/nothing/here")
    shown = (await ada.post("/api/deployments/git", json={"url": "https://git.example.com/a/b"})).json()
    await ada.post(f"/api/deployments/{shown['id']}/stop")
    response = await ada.get("/api/health/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert values["zipp_http_requests_total", ("GET", "/api/sites/{name}", "404")] == 2
    assert values["zipp_http_requests_total", ("GET", "unmatched", "404")] == 1
    assert values["zipp_deployments_total", ("FAILED",)] == 1
    assert "/api/sites/one" not in response.text
