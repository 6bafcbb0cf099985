"""A site: a name that people's deployments go live under, one after the other."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from zipp.domain.plan import Limits


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
