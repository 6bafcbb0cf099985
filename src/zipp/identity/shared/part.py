"""What the parts of an identity share."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import Conflict, NotAuthenticated
from zipp.domain.ids import now
from zipp.domain.user import Token, TokenKind, User
from zipp.identity.credentials import digest, is_expired, new_token
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Accounts, Grant
from zipp.settings import Settings


class Part:
    def __init__(self, accounts: Accounts, settings: Settings) -> None:
        self._accounts = accounts
        self._settings = settings

    async def needs_setup(self) -> bool:
        first = await self._accounts.get_user(FIRST_UID)
        if first is not None:
            return first.email is None
        return await self._accounts.oldest_admin() is None  # with another admin, the first account has been deleted

    async def _begin_session(self, user: User) -> Grant:
        raise NotImplementedError

    async def _grant(self, user: User, kind: TokenKind, *, seconds: int | None, name: str = "") -> Grant:
        """Raises NotAuthenticated `account_disabled` also for who was disabled meanwhile: no credential is left that
        would work again once the account is enabled."""
        secret, token = new_token(user.uid, kind, seconds=seconds, name=name)
        await self._accounts.add_token(token)
        user = await self._accounts.get_user(user.uid) or user
        if user.disabled:
            await self._accounts.delete_token(token.id)
        refuse_disabled(user)
        return Grant(user=user, secret=secret, token=token)

    async def _find(self, secret: str) -> Token | None:
        stored_as = digest(secret)
        return None if stored_as is None else await self._accounts.find_token(stored_as)

    async def _find_one_time(self, secret: str, kind: TokenKind) -> Token | None:
        """None for one of another kind, and for one that has expired."""
        token = await self._find(secret)
        return None if token is None or token.kind != kind or is_expired(token, at=now()) else token

    async def _forget_expired(self, user: User, kind: TokenKind) -> None:
        at = now()
        tokens = await self._accounts.list_tokens(user.uid, kind)
        await self._delete_all([token for token in tokens if is_expired(token, at=at)])

    async def _delete_all(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            await self._accounts.delete_token(token.id)


def refuse_disabled(user: User) -> None:
    if user.disabled:
        raise account_disabled()


def account_disabled() -> NotAuthenticated:
    return NotAuthenticated("This account is disabled.", code="account_disabled", hint="Ask an admin of this platform.")


def require_can_sign_in(user: User) -> None:
    """Raises Conflict `account_waits`, `account_disabled`: a new password would be of no use to them."""
    if user.email is None:
        raise Conflict(
            "This account waits for its set-up link.",
            code="account_waits",
            hint="Run `make up` or `zipp up` on the server: it prints a fresh set-up link.",
        )
    if user.disabled:
        raise Conflict("This account is disabled.", code="account_disabled", hint="Enable it first.")


def token_invalid() -> NotAuthenticated:
    return NotAuthenticated("The session or token is not valid.", code="token_invalid", hint="Sign in again.")


def token_expired() -> NotAuthenticated:
    return NotAuthenticated("The session or token has expired.", code="token_expired", hint="Sign in again.")
