"""Signing in and out; the password that it takes."""

from __future__ import annotations

from typing import Literal

from zipp.domain.errors import InvalidInput, NotAuthenticated
from zipp.identity.addresses import normal_email
from zipp.identity.identity import Grant, Principal
from zipp.identity.local.part import LocalPart
from zipp.identity.passwords import check_password
from zipp.identity.shared.api_tokens import ApiTokens
from zipp.identity.shared.part import refuse_disabled


class Sessions(LocalPart, ApiTokens):
    async def authenticate(self, secret: str) -> Principal:
        user, token = await self._by_row(secret, "session", "api")
        kind: Literal["session", "api"] = "session" if token.kind == "session" else "api"
        return Principal(user=user, token_id=token.id, kind=kind, expires_at=token.expires_at)

    async def login_with_token(
        self, id_token: str, *, name: str = "", setup_token: str | None = None, invite: str | None = None
    ) -> Grant:
        raise InvalidInput(
            "This platform has its own accounts.",
            code="id_token_unsupported",
            hint="Send `email` and `password`.",
            pointer="/id_token",
        )

    async def login(self, *, email: str, password: str) -> Grant:
        address = normal_email(email)
        found = None if address is None else await self._accounts.find_credentials(address)
        user, stored = found or (None, None)
        matches = await self._passwords.verify(stored, password)
        if user is None or stored is None or not matches:
            raise _credentials_invalid()
        refuse_disabled(user)
        if self._passwords.is_outdated(stored):
            renewed = await self._passwords.hash(password)
            if await self._accounts.replace_password(user.uid, expected=stored, to=renewed):
                stored = renewed
        await self._forget_expired(user, "session")
        grant = await self._begin_session(user)
        if not await self._is_still(address or "", stored):
            await self._accounts.delete_token(grant.token.id)
            raise _credentials_invalid()
        return grant

    async def logout(self, principal: Principal) -> None:
        await self._accounts.delete_token(principal.token_id, uid=principal.user.uid)

    async def change_password(self, principal: Principal, *, current: str, new: str) -> None:
        user = principal.user
        check_password(new, email=user.email or "", pointer="/new_password")
        found = None if user.email is None else await self._accounts.find_credentials(user.email)
        stored = found[1] if found and found[0].uid == user.uid else None
        if not await self._passwords.verify(stored, current) or stored is None:
            raise _password_wrong()
        changed = await self._accounts.replace_password(
            user.uid, expected=stored, to=await self._passwords.hash(new), end_sessions_except=principal.token_id
        )
        if not changed:  # another change was faster: `current` is no longer the password
            raise _password_wrong()
        await self._delete_all(await self._accounts.list_tokens(user.uid, "password"))  # links to choose another

    async def _is_still(self, email: str, stored: str) -> bool:
        """Whether the password is as it was when it was checked: changing it ends the sessions that there are, and
        must not miss one that is just being made."""
        found = await self._accounts.find_credentials(email)
        return found is not None and found[1] == stored


def _credentials_invalid() -> NotAuthenticated:
    return NotAuthenticated(
        "The email address or the password is wrong.",
        code="credentials_invalid",
        hint="Check both; capital letters count in the password.",
    )


def _password_wrong() -> InvalidInput:
    # No 401: the caller is signed in and stays so.
    return InvalidInput(
        "This is not your current password.",
        code="password_wrong",
        hint="Type the password that you sign in with now.",
        pointer="/current_password",
    )
