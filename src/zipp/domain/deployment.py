"""A deployment and its states. This is the only place that knows which state may follow which.

PENDING ──> CLONING ──> BUILDING ──> RUNNING ──> STOPPED
   │           │            │           ▲           │
   └───────────┴────────────┴─> FAILED  └───────────┘  (rolled back to: its image or release was kept)
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zipp.domain.errors import Conflict
from zipp.domain.plan import BuildPlan


class Status(StrEnum):
    PENDING = "PENDING"
    CLONING = "CLONING"
    BUILDING = "BUILDING"
    RUNNING = "RUNNING"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.CLONING, Status.FAILED}),
    Status.CLONING: frozenset({Status.BUILDING, Status.FAILED}),
    Status.BUILDING: frozenset({Status.RUNNING, Status.FAILED}),
    Status.RUNNING: frozenset({Status.STOPPED}),
    Status.STOPPED: frozenset({Status.RUNNING}),  # a rollback makes a kept deployment live again
    Status.FAILED: frozenset(),
}

UNDER_WAY = frozenset({Status.PENDING, Status.CLONING, Status.BUILDING})


class Step(StrEnum):
    """The named steps of pipeline/deploy.py, in order; each is a stage in the record and a `stage` of the log."""

    FETCH = "fetch"
    DETECT = "detect"
    BUILD = "build"
    START = "start"
    CHECK = "check"
    ROUTE = "route"


STATUS_DURING: dict[Step, Status] = {
    Step.FETCH: Status.CLONING,
    Step.DETECT: Status.CLONING,
    Step.BUILD: Status.BUILDING,
    Step.START: Status.BUILDING,
    Step.CHECK: Status.BUILDING,
    Step.ROUTE: Status.BUILDING,
}


class ZipSource(BaseModel):
    """`size` in bytes; `sha256` in hex is also the archive's key in storage."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["zip"] = "zip"
    filename: str
    size: int
    sha256: str


class GitSource(BaseModel):
    """`commit` is what was checked out (40 hex digits), known once cloned; a redeploy starts from `ref` again.

    `token_encrypted` is an https access token at rest; it never leaves the platform.
    """

    model_config = ConfigDict(frozen=True)
    kind: Literal["git"] = "git"
    url: str
    ref: str | None = None
    commit: str | None = None
    subdirectory: str | None = None
    token_encrypted: str = ""


Source = Annotated[ZipSource | GitSource, Field(discriminator="kind")]


class Failure(BaseModel):
    """Why a deployment FAILED: a stable code, a plain sentence, what to do next, and the step it happened in.

    `line` is the offending line of its log, where one was found; secrets are out of it as they are out of the log.
    """

    model_config = ConfigDict(frozen=True)
    code: str
    message: str
    hint: str = ""
    stage: str = ""
    line: str = ""


class Stage(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str
    started_at: datetime
    finished_at: datetime | None = None


class Deployment(BaseModel):
    """`image` is the engine's image id (sha256:...) or None for a release folder; `port` is published on 127.0.0.1.

    `version` counts saves: every save is a compare-and-set on it. `cancel_requested` is set by a stop before it ran.
    `forgotten`: what was built for it has been removed, so that no rollback can lead to it any more.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    site: str
    owner: str
    source: Source
    status: Status = Status.PENDING
    error: Failure | None = None
    plan: BuildPlan | None = None
    image: str | None = None
    port: int | None = None
    stages: tuple[Stage, ...] = ()
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cancel_requested: bool = False
    forgotten: bool = False
    version: int = 0

    @property
    def stage(self) -> str | None:
        """The step that is under way, or the last one that was."""
        return self.stages[-1].name if self.stages else None

    @property
    def can_roll_back(self) -> bool:
        """Whether its site can go back to it: it ran, runs no longer, and what was built for it is kept."""
        return self.status is Status.STOPPED and self.plan is not None and not self.forgotten


def moved(deployment: Deployment, to: Status, *, at: datetime, error: Failure | None = None) -> Deployment:
    """The deployment in its next state. Raises Conflict where TRANSITIONS has no such arrow."""
    if to not in TRANSITIONS[deployment.status]:
        raise Conflict(
            f"A deployment can't go from {deployment.status} to {to}.",
            code="invalid_transition",
            hint="Read the deployment again: its state has changed.",
        )
    changes: dict[str, object] = {"status": to, "error": error}
    if deployment.started_at is None and to is Status.CLONING:
        changes["started_at"] = at
    if deployment.finished_at is None and to in (Status.RUNNING, Status.FAILED):  # a rollback keeps the first
        changes["finished_at"] = at
        changes["stages"] = _closed(deployment.stages, at)
    return deployment.model_copy(update=changes)


def entered(deployment: Deployment, step: Step, *, at: datetime) -> Deployment:
    """The deployment with `step` begun at `at`; a step that is run again (after a crash) keeps its first start."""
    if any(stage.name == step for stage in deployment.stages):
        return deployment
    stages = (*_closed(deployment.stages, at), Stage(name=step, started_at=at))
    return deployment.model_copy(update={"stages": stages})


def _closed(stages: tuple[Stage, ...], at: datetime) -> tuple[Stage, ...]:
    if not stages or stages[-1].finished_at is not None:
        return stages
    return (*stages[:-1], stages[-1].model_copy(update={"finished_at": at}))
