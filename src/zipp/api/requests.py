"""What callers send, by the names of the HTTP contract. Unknown fields are refused, and no error repeats a value."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from zipp.domain.names import SITE_NAME, check_site_name
from zipp.domain.site import ENV_ENTRIES
from zipp.domain.user import Role

ENV_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
ENV_VALUE_BYTES = 32 * 1024
LONGEST_CREDENTIAL = 8192  # a Firebase token with many claims has 2 KB

# One line of printable text: no control characters.
_LINE = r"^[^\x00-\x1f\x7f]*$"


_V = TypeVar("_V", str, str | None)


def _check_env(env: dict[str, _V]) -> dict[str, _V]:
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
        if value is not None and ("\0" in value or len(value.encode()) > ENV_VALUE_BYTES):
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
_ENV_NAMES = {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$", "not": {"const": "PORT"}}
_ENV_VALUE = {"type": "string", "maxLength": ENV_VALUE_BYTES, "pattern": "^[^\\x00]*$"}
Env = Annotated[
    dict[str, str],
    Field(max_length=ENV_ENTRIES),
    AfterValidator(_check_env),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": ENV_ENTRIES,
            "propertyNames": _ENV_NAMES,
            "additionalProperties": _ENV_VALUE,
            "examples": [{"GREETING": "hello"}],
        }
    ),
]
EnvChanges = Annotated[
    dict[str, str | None],
    Field(max_length=ENV_ENTRIES),
    AfterValidator(_check_env),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": ENV_ENTRIES,
            "propertyNames": _ENV_NAMES,
            "additionalProperties": {"anyOf": [_ENV_VALUE, {"type": "null"}]},
            "examples": [{"GREETING": "hello", "NO_LONGER_NEEDED": None}],
        }
    ),
]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=_LINE, examples=["ada@example.com"])]
Password = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})]
Name = Annotated[str, Field(max_length=100, pattern=_LINE, examples=["Ada"])]
Secret = Annotated[str, Field(max_length=500, pattern=_LINE)]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignupRequest(Request):
    """`setup_token` is the one of the set-up link, which completes the first account; `invite` the one of an invite."""

    email: Email
    password: Password
    name: Name = ""
    setup_token: Secret | None = None
    invite: Secret | None = None


class LoginRequest(Request):
    """An address and a password; or, where people sign in with Firebase, its `id_token`: the first time that makes the
    account, with the same `name`, `setup_token` and `invite` as sign-up."""

    email: Email | None = None
    password: Password | None = None
    id_token: Annotated[str, Field(max_length=LONGEST_CREDENTIAL, pattern=_LINE)] | None = None
    name: Name = ""
    setup_token: Secret | None = None
    invite: Secret | None = None


class ProfileRequest(Request):
    name: Name


class PasswordRequest(Request):
    current_password: Password
    new_password: Password


class VerifyRequest(Request):
    token: Annotated[str, Field(max_length=LONGEST_CREDENTIAL)]


class HandoverRequest(Request):
    """`challenge` is the SHA-256 of the other program's verifier, urlsafe base64 without padding (RFC 7636, S256)."""

    challenge: Annotated[str, Field(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]{43}$")]


class TakeoverRequest(Request):
    """`token` is what the hand-over gave, `verifier` what its challenge was made of."""

    token: Secret
    verifier: Annotated[str, Field(min_length=43, max_length=128, pattern=r"^[A-Za-z0-9._~-]{43,128}$")]


class PasswordResetRequest(Request):
    """`token` is the one of the link that an admin gave."""

    token: Secret
    new_password: Password


class TokenRequest(Request):
    """`expires_in` in seconds; left out, the token does not expire."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=_LINE, examples=["ci"])]
    expires_in: Annotated[int, Field(ge=1, le=10 * 365 * 86400)] | None = None


class MemberRequest(Request):
    """What is left out stays as it is."""

    role: Role | None = None
    disabled: bool | None = None


class InviteRequest(Request):
    """With `email` only that address can sign up with it; `expires_in` in seconds, a week when left out."""

    email: Email | None = None
    role: Role = Role.MEMBER
    expires_in: Annotated[int, Field(ge=60, le=30 * 86400)] | None = None


class GitRequest(Request):
    """`subdirectory` is the project's folder in the repository; `token` an access token for https, stored encrypted."""

    url: Annotated[str, Field(min_length=1, max_length=2048, pattern=_LINE, examples=["https://example.com/me/site"])]
    ref: Annotated[str, Field(min_length=1, max_length=255, pattern=_LINE)] | None = None
    subdirectory: Annotated[str, Field(max_length=1024, pattern=_LINE)] | None = None
    site: SiteName | None = None
    env: Env | None = None
    token: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")] | None = None


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
