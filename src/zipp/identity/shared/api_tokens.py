"""API tokens: what the CLI and CI sign in with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from zipp.domain.errors import InvalidInput, NotFound
from zipp.domain.ids import now
from zipp.domain.user import Token, User
from zipp.identity.addresses import check_name
from zipp.identity.credentials import is_expired
from zipp.identity.identity import Grant
from zipp.identity.shared.part import Part, refuse_disabled, token_expired, token_invalid

THIS_MACHINE = "this machine"
_LONGEST_TOKEN_SECONDS = 10 * 365 * 86400


class ApiTokens(Part):
    async def _by_row(self, secret: str, *kinds: Literal["session", "api"]) -> tuple[User, Token]:
        """Whose row it is. Raises NotAuthenticated."""
        token = await self._find(secret)
        if token is None or token.kind not in kinds:
            raise token_invalid()
        if is_expired(token, at=now()):
            raise token_expired()
        user = await self._accounts.get_user(token.uid)
        if user is None:
            raise token_invalid()
        refuse_disabled(user)
        return user, token

    async def create_api_token(self, user: User, *, name: str, expires_in_seconds: int | None = None) -> Grant:
        trimmed = check_name(name)
        if not trimmed or trimmed == THIS_MACHINE:
            raise InvalidInput(
                "A token needs a name of its own.",
                code="name_invalid",
                hint=f"Say what it is for, such as 'ci'; {THIS_MACHINE!r} is the platform's.",
                pointer="/name",
            )
        if expires_in_seconds is not None and not 1 <= expires_in_seconds <= _LONGEST_TOKEN_SECONDS:
            raise InvalidInput(
                "A token can't expire then.",
                code="expires_in_invalid",
                hint=f"Use 1 to {_LONGEST_TOKEN_SECONDS} seconds, or leave it out for one that does not expire.",
                pointer="/expires_in",
            )
        return await self._grant(user, "api", seconds=expires_in_seconds, name=trimmed)

    async def list_api_tokens(self, user: User) -> Sequence[Token]:
        return await self._accounts.list_tokens(user.uid, "api")

    async def delete_api_token(self, user: User, token_id: str) -> None:
        known = token_id in {token.id for token in await self.list_api_tokens(user)}
        if not known or not await self._accounts.delete_token(token_id, uid=user.uid):
            raise NotFound("There is no such token.", hint="List your tokens: it may have been deleted before.")
