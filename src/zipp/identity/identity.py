"""Who is calling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from zipp.domain.user import Invite, Role, Token, TokenKind, User

HANDOVER_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller who proved who they are, and with which credential."""

    user: User
    token_id: str
    kind: Literal["session", "api"]
    expires_at: datetime | None
    confirmed: bool = True
    """False: their Firebase account was good minutes ago and can't be asked now. They may look, and change nothing."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A credential just made; `secret` is shown once and never stored."""

    user: User
    secret: str
    token: Token


@dataclass(frozen=True, slots=True)
class NewInvite:
    """An invite just made; `secret` is shown once and never stored."""

    invite: Invite
    secret: str


class Accounts(Protocol):
    """What an identity with accounts of its own keeps; every Records keeps these promises (records.py)."""

    async def create_user(self, user: User, *, password_hash: str | None = None, invite: str | None = None) -> None: ...

    async def get_user(self, uid: str) -> User | None: ...

    async def find_credentials(self, email: str) -> tuple[User, str | None] | None: ...

    async def update_user(self, uid: str, changes: Mapping[str, Any], *, password_hash: str | None = None) -> User: ...

    async def replace_password(
        self, uid: str, *, expected: str, to: str, end_sessions_except: str | None = None
    ) -> bool: ...

    async def delete_user(self, uid: str) -> None: ...

    async def replace_user(self, uid: str, user: User) -> None: ...

    async def oldest_admin(self) -> User | None: ...

    async def add_invite(self, invite: Invite) -> None: ...

    async def find_invite(self, secret_sha256: str) -> Invite | None: ...

    async def list_invites(self) -> Sequence[Invite]: ...

    async def delete_invite(self, invite_id: str) -> bool: ...

    async def add_token(self, token: Token) -> None: ...

    async def find_token(self, secret_sha256: str) -> Token | None: ...

    async def list_tokens(self, uid: str, kind: TokenKind) -> Sequence[Token]: ...

    async def delete_token(self, token_id: str, *, uid: str | None = None) -> bool: ...


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page needs to sign people in with Firebase's web SDK; nothing of it is secret.

    `auth_emulator` is a URL, in development only.
    """

    project: str
    api_key: str
    auth_domain: str
    auth_emulator: str | None = None


class Identity(Protocol):
    @property
    def kind(self) -> Literal["local", "firebase"]:
        """How people sign in: the page asks for it."""

    @property
    def password_link_seconds(self) -> int:
        """How long what new_password_link gives can be used."""

    @property
    def sign_in_page(self) -> SignInPage | None:
        """None where the platform has its own accounts."""

    async def ping(self) -> None:
        """Raises Unavailable when accounts can't be proved at the moment."""

    async def close(self) -> None: ...

    async def needs_setup(self) -> bool:
        """Whether the first account still waits for its set-up link."""

    async def authenticate(self, secret: str) -> Principal:
        """Raises NotAuthenticated `token_invalid` (what was revoked is), `token_expired` or `account_disabled`."""

    async def signup(
        self,
        *,
        email: str,
        password: str,
        name: str = "",
        setup_token: str | None = None,
        invite: str | None = None,
    ) -> Grant:
        """With a set-up token, completes the first account; with an invite (its secret), makes one of its role
        whatever the sign-up policy is; else by the policy. Only a sign-up that succeeds uses token or invite up.

        Raises InvalidInput (email_invalid, password_weak, name_invalid, invite_email), NotAllowed (setup_token_required
        until the first account is complete, signup_closed, invite_required, setup_token_invalid, invite_invalid,
        invite_expired), Conflict email_taken.
        """

    async def login(self, *, email: str, password: str) -> Grant:
        """Raises NotAuthenticated `credentials_invalid`, doing the same work for an unknown address;
        `account_disabled` only to who knows the password. InvalidInput `password_elsewhere` (signup and change_password
        too) where people sign in with Firebase."""

    async def login_with_token(
        self, id_token: str, *, name: str = "", setup_token: str | None = None, invite: str | None = None
    ) -> Grant:
        """Trades a Firebase ID token for a session. The first time it makes the account, by the rules of `signup`.

        Raises InvalidInput `id_token_unsupported` where the platform has its own accounts; NotAuthenticated and
        NotAllowed as `authenticate` and `signup` do, `email_unverified` where an address would decide.
        """

    async def hand_over(self, user: User, *, challenge: str) -> str:
        """A secret with which another program of the same person (`zipp login`) begins a session of its own, once and
        within minutes. `challenge` is the SHA-256 of a verifier that only that program has, urlsafe base64 without
        padding (PKCE's S256, RFC 7636). Raises InvalidInput `challenge_invalid`.
        """

    async def take_over(self, secret: str, *, verifier: str) -> Grant:
        """Any attempt uses it up. With Firebase the session begins with a custom token, which never leaves the
        platform: its holder would need no verifier.

        Raises NotAuthenticated `handover_invalid` (also for one that was used, has expired, or is another's).
        """

    async def logout(self, principal: Principal) -> None:
        """The credential stops working at once; with Firebase, so do all sessions of the account."""

    async def change_password(self, principal: Principal, *, current: str, new: str) -> None:
        """Every other session of the user ends, API tokens stay.

        Raises InvalidInput (password_wrong, password_weak).
        """

    async def rename(self, user: User, name: str) -> User:
        """Raises InvalidInput name_invalid."""

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
        """A fresh API token of the oldest admin (the first account, most often) for this machine's own CLI; earlier
        ones stop working."""

    async def adopt(self, users: Sequence[User]) -> Sequence[User]:
        """Make sure that these recorded users can prove who they are here; answers with those who need a new password
        (`zipp migrate` asks for it). Idempotent."""

    # what admins do ------------------------------------------------------------------------------------------------
    async def change_user(self, uid: str, *, role: Role | None = None, disabled: bool | None = None) -> User:
        """What is None stays. Who is disabled loses every session and API token at once, and for good.

        Raises NotFound, Conflict last_admin.
        """

    async def delete_user(self, uid: str) -> None:
        """Raises NotFound, Conflict (last_admin, user_has_sites)."""

    async def new_password_link(self, uid: str) -> str:
        """A secret (local accounts) or a whole URL (Firebase) with which they choose a new password, once. Of
        the platform's own links only the latest works.

        Raises NotFound, Conflict `account_waits` for an account without an address, `account_disabled`.
        """

    async def choose_password(self, secret: str, *, new: str) -> Grant:
        """With what new_password_link gave: the old password and every session end. Local accounts only.

        Raises InvalidInput (password_weak, password_elsewhere), NotAllowed `password_link_invalid`, NotAuthenticated
        `account_disabled`.
        """

    async def create_invite(
        self, by: User, *, email: str | None = None, role: Role = Role.MEMBER, expires_in_seconds: int | None = None
    ) -> NewInvite:
        """An earlier one for the same address stops working; all of an admin's do when they cease to be one.

        Raises InvalidInput (email_invalid, expires_in_invalid), Conflict email_taken.
        """

    async def list_invites(self) -> Sequence[Invite]:
        """Those that still work, newest first."""

    async def delete_invite(self, invite_id: str) -> None:
        """Raises NotFound."""
