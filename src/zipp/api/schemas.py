"""What the API answers about sites, deployments and itself, by the names of the HTTP contract (about people: people.py;
what it is sent: requests.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from zipp.domain import deployment as domain
from zipp.domain import site as domain_site
from zipp.domain.deployment import Failure, Stage, Status
from zipp.domain.log import LogLine
from zipp.domain.plan import Limits, Serve
from zipp.monitoring.health import State

T = TypeVar("T")


# what is deployed --------------------------------------------------------------------------------------------------
class ZipSource(BaseModel):
    kind: Literal["zip"]
    filename: str
    size: int
    sha256: str


class GitSource(BaseModel):
    kind: Literal["git"]
    url: str
    ref: str | None
    commit: str | None
    subdirectory: str | None


class Plan(BaseModel):
    """What was detected: the commands are run in the order of the fields, and what is empty is not needed."""

    framework: str
    summary: str
    serve: Serve
    root: str
    dockerfile: str
    builder: str
    base: str
    dependencies: list[str]
    install: list[str]
    build: list[str]
    output: str
    fallback: str
    before_start: str
    start: str
    port: int
    health_path: str


class Deployment(BaseModel):
    """`plan` is null until it has been detected; `framework` is the plan's. `can_roll_back`: it is not live, and what
    was built for it is kept, so that its site can go back to it at once.
    """

    id: str
    site: str
    owner: str
    source: Annotated[ZipSource | GitSource, Field(discriminator="kind")]
    status: Status
    stage: str | None
    error: Failure | None
    is_live: bool
    can_roll_back: bool
    url: str
    framework: str | None
    plan: Plan | None
    image: str | None
    port: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stages: list[Stage]

    @classmethod
    def of(cls, deployment: domain.Deployment, *, is_live: bool, url: str) -> Deployment:
        stored = deployment.model_dump(exclude={"source": {"token_encrypted"}})
        return cls.model_validate(
            stored
            | {
                "stage": deployment.stage,
                "is_live": is_live,
                "can_roll_back": deployment.can_roll_back,
                "url": url,
                "framework": deployment.plan.framework if deployment.plan else None,
            }
        )


class LogPage(BaseModel):
    """`next` is the `after` of the next page; no lines: there are no more yet."""

    lines: list[LogLine]
    next: int


# sites -------------------------------------------------------------------------------------------------------------
class Traffic(BaseModel):
    """Requests to the site, and those of them that ended with a status of 500 or more: of the last 24 hours by the
    hour, oldest first. The last hour is still going on; the first began at `since`.
    """

    model_config = ConfigDict(from_attributes=True)
    since: datetime
    step_seconds: int
    requests: list[int]
    errors: list[int]


class Site(BaseModel):
    """`live_deployment` is an id, `latest` the newest deployment, live or not; `env_keys` the names of its variables
    (their values are never shown).
    """

    name: str
    url: str
    domains: list[str]
    owner: str
    live_deployment: str | None
    limits: Limits
    framework: str | None
    created_at: datetime
    env_keys: list[str]
    status: domain_site.SiteStatus
    latest: Deployment | None
    traffic: Traffic


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None


class DeploymentList(Page[Deployment]):
    """Newest first."""


class SiteList(Page[Site]):
    """By name."""


# health ------------------------------------------------------------------------------------------------------------
class ComponentHealth(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    status: State
    latency_ms: float
    detail: str


class ContainerCount(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    running: int
    unhealthy: int


class Components(BaseModel):
    """`identity` is null where the platform has its own accounts, which are records."""

    api: ComponentHealth
    database: ComponentHealth
    docker: ComponentHealth
    proxy: ComponentHealth
    storage: ComponentHealth
    identity: ComponentHealth | None = None


class HealthReport(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    status: State
    version: str
    components: Components
    containers: ContainerCount


class Alive(BaseModel):
    status: Literal["ok"] = "ok"
