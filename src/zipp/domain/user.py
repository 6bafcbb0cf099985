"""Who uses the platform."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Role(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"


class User(BaseModel):
    """An account. `email` is None only for the first account before its set-up link was used."""

    model_config = ConfigDict(frozen=True)

    uid: str
    email: str | None
    name: str = ""
    role: Role = Role.MEMBER
    claims: dict[str, Any] = Field(default_factory=dict)
    disabled: bool = False
    created_at: datetime


class Token(BaseModel):
    """A credential as it is stored: only the SHA-256 of the secret is kept."""

    model_config = ConfigDict(frozen=True)

    id: str
    uid: str
    kind: Literal["session", "api", "setup"]
    name: str = ""
    secret_sha256: str
    created_at: datetime
    expires_at: datetime | None


class Invite(BaseModel):
    """Lets one person make an account with that role; only whoever has `email`, when it is given."""

    model_config = ConfigDict(frozen=True)

    id: str
    email: str | None
    role: Role
    created_by: str
    secret_sha256: str
    created_at: datetime
    expires_at: datetime
