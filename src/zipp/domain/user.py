"""Who uses the platform."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TokenKind = Literal["session", "api", "setup", "handover", "password"]


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

    @property
    def token_claims(self) -> dict[str, Any]:
        """What is said of them to whoever may ask; with Firebase its custom claims, which security rules read."""
        return {**self.claims, "role": self.role.value}


class Token(BaseModel):
    """A credential as it is stored: only the SHA-256 of the secret is kept.

    A session and an API token sign in again and again. The others work once, for one thing: the set-up link, the
    hand-over of a session to another program (its `name` is the challenge), a link to choose a new password.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    uid: str
    kind: TokenKind
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
