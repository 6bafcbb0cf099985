"""Who is calling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from zipp.domain.user import Token, User


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller who proved who they are, and with which credential."""

    user: User
    token_id: str
    kind: Literal["session", "api"]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A credential just made; `secret` is shown once and never stored."""

    user: User
    secret: str
    token: Token


class Accounts(Protocol):
    """What an identity with accounts of its own keeps; every Records keeps these promises (records.py)."""

    async def create_user(self, user: User, *, password_hash: str | None = None) -> None: ...

    async def get_user(self, uid: str) -> User | None: ...

    async def find_credentials(self, email: str) -> tuple[User, str | None] | None: ...

    async def save_user(self, user: User, *, password_hash: str | None = None) -> None: ...

    async def add_token(self, token: Token) -> None: ...

    async def find_token(self, secret_sha256: str) -> Token | None: ...

    async def list_tokens(self, uid: str, kind: Literal["session", "api", "setup"]) -> Sequence[Token]: ...

    async def delete_token(self, token_id: str, *, uid: str | None = None) -> bool: ...


class Identity(Protocol):
    async def authenticate(self, secret: str) -> Principal:
        """Raises NotAuthenticated `token_invalid`, `token_expired` or `account_disabled`."""

    async def signup(self, *, email: str, password: str, name: str = "", setup_token: str | None = None) -> Grant:
        """With a set-up token, completes the first account (the token is used up); else by the sign-up policy.

        Raises InvalidInput (email_invalid, password_weak, name_invalid), NotAllowed (setup_token_required until the
        first account is complete, signup_closed, setup_token_invalid), Conflict email_taken.
        """

    async def login(self, *, email: str, password: str) -> Grant:
        """Raises NotAuthenticated `credentials_invalid`, doing the same work for an unknown address;
        `account_disabled` only to who knows the password."""

    async def logout(self, principal: Principal) -> None:
        """The credential stops working at once."""

    async def create_api_token(self, user: User, *, name: str, expires_in_seconds: int | None = None) -> Grant:
        """Raises InvalidInput (name_invalid, expires_in_invalid)."""

    async def list_api_tokens(self, user: User) -> Sequence[Token]: ...

    async def delete_api_token(self, user: User, token_id: str) -> None:
        """Raises NotFound."""

    async def prepare_first_account(self) -> None:
        """At the first start: the first account, complete (ZIPP_ADMIN_*) or waiting for its set-up link. Idempotent."""

    async def new_setup_token(self) -> str | None:
        """A fresh one-time set-up secret (older ones stop working); None once the first account is complete."""

    async def operator_token(self) -> str:
        """A fresh API token of the first account for this machine's own CLI; earlier ones stop working."""
