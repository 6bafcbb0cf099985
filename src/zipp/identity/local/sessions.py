"""Signing in and out; the password that it takes."""

from __future__ import annotations

from zipp.domain.errors import InvalidInput, NotAuthenticated
from zipp.domain.ids import now
from zipp.domain.user import User
from zipp.identity.addresses import normal_email
from zipp.identity.credentials import is_expired
from zipp.identity.identity import Grant, Principal
from zipp.identity.local.part import Part, refuse_disabled
from zipp.identity.passwords import check_password


class Sessions(Part):
    async def authenticate(self, secret: str) -> Principal:
        token = await self._find(secret)
        if token is None or token.kind == "setup":
            raise _token_invalid()
        if is_expired(token, at=now()):
            raise NotAuthenticated("The session or token has expired.", code="token_expired", hint="Sign in again.")
        user = await self._accounts.get_user(token.uid)
        if user is None:
            raise _token_invalid()
        refuse_disabled(user)
        return Principal(user=user, token_id=token.id, kind=token.kind, expires_at=token.expires_at)

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
        await self._forget_expired_sessions(user)
        grant = await self._grant(user, "session", seconds=self._settings.session_seconds)
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

    async def _is_still(self, email: str, stored: str) -> bool:
        """Whether the password is as it was when it was checked: changing it ends the sessions that there are, and
        must not miss one that is just being made."""
        found = await self._accounts.find_credentials(email)
        return found is not None and found[1] == stored

    async def _forget_expired_sessions(self, user: User) -> None:
        at = now()
        sessions = await self._accounts.list_tokens(user.uid, "session")
        await self._delete_all([session for session in sessions if is_expired(session, at=at)])


def _token_invalid() -> NotAuthenticated:
    return NotAuthenticated("The session or token is not valid.", code="token_invalid", hint="Sign in again.")


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
