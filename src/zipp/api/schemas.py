"""What goes in and out, by the names of the HTTP contract. Requests with unknown fields are refused."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from zipp.domain import deployment as domain
from zipp.domain import site as domain_site
from zipp.domain.deployment import Failure, Stage, Status
from zipp.domain.log import LogLine
from zipp.domain.names import SITE_NAME, check_site_name
from zipp.domain.plan import Limits
from zipp.domain.user import Role, Token
from zipp.domain.user import User as Account
from zipp.identity.identity import Grant
from zipp.monitoring.health import State

T = TypeVar("T")

ENV_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
ENV_VALUE_BYTES = 32 * 1024
ENV_ENTRIES = 200

# One line of printable text: no control characters.
_LINE = r"^[^\x00-\x1f\x7f]*$"


def _check_env(env: dict[str, str]) -> dict[str, str]:
    for key, value in env.items():
        if key == "PORT":
            raise PydanticCustomError(
                "env_reserved",
                "PORT is set by the platform",
                {"hint": "Leave PORT out: listen on the port that PORT names."},
            )
        if not ENV_KEY.match(key):
            raise PydanticCustomError(
                "env_name_invalid",
                "A variable's name is not usable",
                {"hint": "Use up to 128 letters, digits and '_', not starting with a digit."},
            )
        if "\0" in value or len(value.encode()) > ENV_VALUE_BYTES:
            raise PydanticCustomError(
                "env_value_invalid",
                "A variable's value is not usable",
                {"hint": "Use up to 32 KB of text without NUL."},
            )
    return env


_SITE_NAME = "^" + SITE_NAME.pattern.removesuffix(r"\Z") + "$"

SiteName = Annotated[
    str,
    AfterValidator(check_site_name),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _SITE_NAME,
            "maxLength": 40,
            "examples": ["my-site"],
        }
    ),
]
Env = Annotated[
    dict[str, str],
    Field(max_length=ENV_ENTRIES),
    AfterValidator(_check_env),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": ENV_ENTRIES,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$", "not": {"const": "PORT"}},
            "additionalProperties": {"type": "string", "maxLength": ENV_VALUE_BYTES, "pattern": "^[^\\x00]*$"},
            "examples": [{"GREETING": "hello"}],
        }
    ),
]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=_LINE, examples=["ada@example.com"])]
Password = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})]
Name = Annotated[str, Field(max_length=100, pattern=_LINE, examples=["Ada"])]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


# who ---------------------------------------------------------------------------------------------------------------
class SignupRequest(Request):
    """`setup_token` is the one of the set-up link, which completes the first account."""

    email: Email
    password: Password
    name: Name = ""
    setup_token: Annotated[str, Field(max_length=500, pattern=_LINE)] | None = None


class LoginRequest(Request):
    """An address and a password; or `id_token`, where identity is Firebase's."""

    email: Email | None = None
    password: Password | None = None
    id_token: Annotated[str, Field(max_length=8192, pattern=_LINE)] | None = None


class VerifyRequest(Request):
    token: Annotated[str, Field(max_length=8192)]


class TokenRequest(Request):
    """`expires_in` in seconds; left out, the token does not expire."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=_LINE, examples=["ci"])]
    expires_in: Annotated[int, Field(ge=1, le=10 * 365 * 86400)] | None = None


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
class GitRequest(Request):
    """`subdirectory` is the project's folder in the repository; `token` an access token for https, stored encrypted."""

    url: Annotated[str, Field(min_length=1, max_length=2048, pattern=_LINE, examples=["https://example.com/me/site"])]
    ref: Annotated[str, Field(min_length=1, max_length=255, pattern=_LINE)] | None = None
    subdirectory: Annotated[str, Field(max_length=1024, pattern=_LINE)] | None = None
    site: SiteName | None = None
    env: Env | None = None
    token: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")] | None = None


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


class Deployment(BaseModel):
    id: str
    site: str
    owner: str
    source: Annotated[ZipSource | GitSource, Field(discriminator="kind")]
    status: Status
    stage: str | None
    error: Failure | None
    is_live: bool
    url: str
    framework: str | None
    image: str | None
    port: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stages: list[Stage]

    @classmethod
    def of(cls, deployment: domain.Deployment, site: domain_site.Site | None, *, url: str) -> Deployment:
        stored = deployment.model_dump(exclude={"source": {"token_encrypted"}})
        return cls.model_validate(
            stored
            | {
                "stage": deployment.stage,
                "is_live": site is not None and site.live_deployment == deployment.id,
                "url": url,
                "framework": deployment.plan.framework if deployment.plan else None,
            }
        )


class LogPage(BaseModel):
    """`next` is the `after` of the next page; no lines: there are no more yet."""

    lines: list[LogLine]
    next: int


# sites -------------------------------------------------------------------------------------------------------------
class LimitsRequest(Request):
    """What is left out stays as it is. Sizes in bytes, `cpus` in cores."""

    memory_bytes: Annotated[int, Field(ge=16 * 1024**2, le=1024**4)] | None = None
    cpus: Annotated[float, Field(ge=0.05, le=256, allow_inf_nan=False)] | None = None
    pids: Annotated[int, Field(ge=8, le=65536)] | None = None


class SiteRequest(Request):
    domains: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=253, pattern=_LINE)]],
            Field(max_length=50, examples=[["www.example.com"]]),
        ]
        | None
    ) = None
    limits: LimitsRequest | None = None


class RollbackRequest(Request):
    """Left out, it goes to the deployment that was live before."""

    deployment_id: Annotated[str, Field(max_length=100, pattern=_LINE)] | None = None


class Site(BaseModel):
    """`live_deployment` is an id; `env_keys` the names of its variables (their values are never shown)."""

    name: str
    url: str
    domains: list[str]
    owner: str
    live_deployment: str | None
    limits: Limits
    framework: str | None
    created_at: datetime
    env_keys: list[str]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None


class ApiTokenList(Page[ApiToken]):
    """All of them: there is no next page."""


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
