"""What every group of rows measures with: the platform, the hands, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

from hand import ByHand
from live import LivePlatform


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds of what. `FULL` is what the published table is made with, `QUICK` only tells whether it works."""

    deploys: int
    cold_builds: int
    builds: int
    wrk_rounds: int
    wrk_seconds: int
    redeploys: int
    clients: int
    idle_seconds: int
    upload_bytes: int


FULL = Plan(
    deploys=9,
    cold_builds=3,
    builds=5,
    wrk_rounds=9,
    wrk_seconds=2,
    redeploys=20,
    clients=16,
    idle_seconds=10,
    upload_bytes=500_000_000,
)
QUICK = Plan(
    deploys=2,
    cold_builds=1,
    builds=1,
    wrk_rounds=1,
    wrk_seconds=1,
    redeploys=3,
    clients=16,
    idle_seconds=2,
    upload_bytes=50_000_000,
)


@dataclass(frozen=True, slots=True)
class Bench:
    plan: Plan
    platform: LivePlatform
    hand: ByHand
    has_buildkit: bool
