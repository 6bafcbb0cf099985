"""A site: a name that people's deployments go live under, one after the other."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from zipp.domain.deployment import Deployment, Status
from zipp.domain.plan import Limits

ENV_ENTRIES = 200  # variables that a site may have


class SiteStatus(StrEnum):
    """What its owner wants to know first; while one deploys, an earlier version may be live."""

    LIVE = "live"
    DEPLOYING = "deploying"
    FAILED = "failed"
    STOPPED = "stopped"
    EMPTY = "empty"


class Site(BaseModel):
    """`env_encrypted` is the environment as one encrypted text; only the pipeline opens it."""

    model_config = ConfigDict(frozen=True)

    name: str
    owner: str
    domains: tuple[str, ...] = ()
    live_deployment: str | None = None
    limits: Limits = Limits()
    framework: str | None = None
    env_encrypted: str = ""
    created_at: datetime


def status_of(site: Site, latest: Deployment | None, *, deploying: bool) -> SiteStatus:
    """As visitors meet it: a failed deployment leaves the live version, and one that was cancelled no trace."""
    if deploying:
        return SiteStatus.DEPLOYING
    if site.live_deployment is not None:
        return SiteStatus.LIVE
    if latest is None:
        return SiteStatus.EMPTY
    cancelled = latest.error is not None and latest.error.code == "cancelled"
    return SiteStatus.FAILED if latest.status is Status.FAILED and not cancelled else SiteStatus.STOPPED
