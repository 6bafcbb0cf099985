"""What the parts of LocalIdentity share."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import NotAuthenticated
from zipp.domain.user import Token, User
from zipp.identity.credentials import Kind, digest, new_token
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Accounts, Grant
from zipp.identity.passwords import Passwords
from zipp.settings import Settings


class Part:
    def __init__(self, accounts: Accounts, settings: Settings, passwords: Passwords | None = None) -> None:
        self._accounts = accounts
        self._settings = settings
        self._passwords = passwords or Passwords()

    async def needs_setup(self) -> bool:
        first = await self._accounts.get_user(FIRST_UID)
        if first is not None:
            return first.email is None
        return await self._accounts.oldest_admin() is None  # with another admin, the first account has been deleted

    async def _grant(self, user: User, kind: Kind, *, seconds: int | None, name: str = "") -> Grant:
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

    async def _delete_all(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            await self._accounts.delete_token(token.id)


def refuse_disabled(user: User) -> None:
    if user.disabled:
        raise NotAuthenticated(
            "This account is disabled.", code="account_disabled", hint="Ask an admin of this platform."
        )
