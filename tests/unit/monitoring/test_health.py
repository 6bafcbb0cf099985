"""The platform's own diagnosis: what makes it degraded, what makes it down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from zipp.domain.errors import Unavailable, Unreachable
from zipp.monitoring import health as health_module
from zipp.monitoring.health import Health, State


@dataclass
class Part:
    """Any of the parts, as far as health asks it."""

    kind: str = "local"
    fail_with: Exception | None = None
    hang: bool = False
    free: int | None = 10**12
    states: Sequence[str] = ()
    asked: int = field(default=0)

    async def ping(self) -> None:
        self.asked += 1
        if self.hang:
            await asyncio.Event().wait()
        if self.fail_with:
            raise self.fail_with

    async def free_bytes(self) -> int | None:
        return self.free

    async def list(self) -> list[Any]:
        return [SimpleNamespace(state=state) for state in self.states]


def health(**parts: Part) -> Health:
    every: dict[str, Any] = {name: Part() for name in ("records", "identity", "storage", "runtime", "proxy")}
    return Health(**(every | parts))


async def test_everything_answers() -> None:
    report = await health(runtime=Part(states=["running", "running", "restarting", "exited", "created"])).report()
    assert report.status is State.OK
    assert set(report.components) == {"api", "database", "docker", "proxy", "storage"}
    assert (report.containers.running, report.containers.unhealthy) == (2, 2)


async def test_without_records_the_platform_is_down() -> None:
    report = await health(records=Part(fail_with=Unavailable("The database is locked."))).report()
    assert report.status is State.DOWN
    assert report.components["database"].detail == "The database is locked."


async def test_records_elsewhere_that_cannot_be_reached_leave_live_sites_served() -> None:
    report = await health(records=Part(fail_with=Unreachable("Firestore does not answer."))).report()
    assert report.status is State.DEGRADED
    assert report.components["database"].status is State.DOWN
    assert report.components["database"].detail == "Firestore does not answer."


async def test_accounts_elsewhere_are_a_part_of_their_own() -> None:
    identity = Part(kind="firebase", fail_with=Unreachable("Firebase Auth does not answer."))
    report = await health(identity=identity).report()
    assert report.status is State.DEGRADED
    assert report.components["identity"].detail == "Firebase Auth does not answer."


@pytest.mark.parametrize("name", ["storage", "runtime", "proxy"])
@pytest.mark.parametrize("error", [Unavailable("It is gone."), ConnectionRefusedError(), TimeoutError()])
async def test_without_another_part_it_is_degraded(name: str, error: Exception) -> None:
    report = await health(**{name: Part(fail_with=error)}).report()
    assert report.status is State.DEGRADED
    part = {"runtime": "docker"}.get(name, name)
    assert report.components[part].status is State.DOWN
    assert report.components[part].detail


async def test_a_part_that_hangs_counts_as_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "TIMEOUT_SECONDS", 0.05)
    report = await health(runtime=Part(hang=True)).report()
    assert report.components["docker"].status is State.DOWN
    assert report.status is State.DEGRADED


async def test_a_nearly_full_disk_is_degraded() -> None:
    report = await health(storage=Part(free=10_000)).report()
    assert report.status is State.DEGRADED
    assert "nearly full" in report.components["storage"].detail


async def test_many_probes_share_one_look() -> None:
    records = Part()
    asked = health(records=records)
    await asyncio.gather(*(asked.report() for _ in range(100)))
    assert records.asked == 1
