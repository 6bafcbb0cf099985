"""Secrets that stand for an account. A prefix names the kind, so that secret scanners find one that leaked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from zipp.domain.ids import new_id, now
from zipp.domain.user import Invite, Role, Token, TokenKind, User

PREFIXES: dict[TokenKind | Literal["invite"], str] = {
    "session": "zipp_s_",
    "api": "zipp_t_",
    "setup": "zipp_setup_",
    "handover": "zipp_handover_",
    "password": "zipp_password_",
    "invite": "zipp_invite_",
}
_RANDOM_BYTES = 32  # 256 bits: not to be guessed, so an unsalted fast hash is enough to store
_LONGEST = 100


def new_token(uid: str, kind: TokenKind, *, seconds: int | None, name: str = "") -> tuple[str, Token]:
    """A secret and the token that is stored for it; `seconds` None never expires."""
    secret, sha256 = _new_secret(kind)
    at = now()
    expires_at = None if seconds is None else at + timedelta(seconds=seconds)
    token = Token(
        id=new_id(),
        uid=uid,
        kind=kind,
        name=name,
        secret_sha256=sha256,
        created_at=at,
        expires_at=expires_at,
    )
    return secret, token


def new_invite(by: User, *, email: str | None, role: Role, seconds: int) -> tuple[str, Invite]:
    """A secret and the invite that is stored for it."""
    secret, sha256 = _new_secret("invite")
    at = now()
    invite = Invite(
        id=new_id(),
        email=email,
        role=role,
        created_by=by.uid,
        secret_sha256=sha256,
        created_at=at,
        expires_at=at + timedelta(seconds=seconds),
    )
    return secret, invite


def digest(secret: str) -> str | None:
    """What a secret is stored under; None for a text that can be none of ours."""
    if len(secret) > _LONGEST or not secret.isascii() or not secret.startswith(tuple(PREFIXES.values())):
        return None
    return hashlib.sha256(secret.encode()).hexdigest()


def is_expired(credential: Token | Invite, *, at: datetime) -> bool:
    return credential.expires_at is not None and credential.expires_at <= at


def _new_secret(kind: TokenKind | Literal["invite"]) -> tuple[str, str]:
    secret = PREFIXES[kind] + secrets.token_urlsafe(_RANDOM_BYTES)
    return secret, hashlib.sha256(secret.encode()).hexdigest()
