"""What the API answers, by the names of the HTTP contract (what it is sent: requests.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from zipp.domain import deployment as domain
from zipp.domain import site as domain_site
from zipp.domain import user as domain_user
from zipp.domain.deployment import Failure, Stage, Status
from zipp.domain.log import LogLine
from zipp.domain.plan import Limits, Serve
from zipp.domain.user import Role, Token
from zipp.domain.user import User as Account
from zipp.identity.identity import Grant
from zipp.monitoring.health import State

T = TypeVar("T")


# who ---------------------------------------------------------------------------------------------------------------
class User(BaseModel):
    uid: str
    email: str | None
    name: str
    role: Role
    claims: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, user: Account) -> User:
        return cls.model_validate(user.model_dump(exclude={"disabled"}))


class SignInConfig(BaseModel):
    """What a page must know before anybody is signed in; nothing of it is secret.

    `needs_setup`: the first account waits for its set-up link. `signup`: who can sign up without an invite is only told
    by `open`. `site_url` has `{site}` where the name goes. `limits` are those of a new site.
    """

    identity: Literal["local", "firebase"]
    needs_setup: bool
    signup: Literal["open", "invite", "closed"]
    version: str
    base_domain: str
    site_url: str = Field(examples=["http://{site}.zipp.localhost:8080"])
    upload_max_bytes: int
    limits: Limits


class Member(BaseModel):
    """An account as admins see it; `sites` is how many it owns."""

    uid: str
    email: str | None
    name: str
    role: Role
    disabled: bool
    created_at: datetime
    sites: int

    @classmethod
    def of(cls, user: Account, *, sites: int) -> Member:
        return cls.model_validate(user.model_dump(exclude={"claims"}) | {"sites": sites})


class Invite(BaseModel):
    id: str
    email: str | None
    role: Role
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invite: domain_user.Invite) -> Invite:
        return cls.model_validate(invite.model_dump(exclude={"created_by", "secret_sha256"}))


class NewInvite(Invite):
    """`token`, and `url` where it is used, are shown this once."""

    token: str
    url: str = Field(examples=["http://localhost:8000/signup#invite=zipp_invite_…"])


class Session(BaseModel):
    user: User
    token: str
    expires_at: datetime | None

    @classmethod
    def of(cls, grant: Grant) -> Session:
        return cls(user=User.of(grant.user), token=grant.secret, expires_at=grant.token.expires_at)


class Verification(BaseModel):
    """Of an invalid token only `valid` and `code` say something."""

    valid: bool
    uid: str | None = None
    claims: dict[str, Any] | None = None
    expires_at: datetime | None = None
    code: str | None = None


class ApiToken(BaseModel):
    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> ApiToken:
        return cls(id=token.id, name=token.name, created_at=token.created_at, expires_at=token.expires_at)


class NewApiToken(ApiToken):
    """`token` is the secret: it is shown this once."""

    token: str


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


class ApiTokenList(Page[ApiToken]):
    """All of them: there is no next page."""


class MemberList(Page[Member]):
    """Oldest first."""


class InviteList(Page[Invite]):
    """All of them, newest first: there is no next page."""


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
    api: ComponentHealth
    database: ComponentHealth
    docker: ComponentHealth
    proxy: ComponentHealth
    storage: ComponentHealth


class HealthReport(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    status: State
    version: str
    components: Components
    containers: ContainerCount


class Alive(BaseModel):
    status: Literal["ok"] = "ok"
