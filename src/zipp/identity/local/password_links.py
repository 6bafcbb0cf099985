"""A new password for who has lost theirs: by a link that an admin gives them."""

from __future__ import annotations

from zipp.domain.errors import NotAllowed, NotFound
from zipp.identity.identity import Grant
from zipp.identity.local.part import LocalPart
from zipp.identity.passwords import check_password
from zipp.identity.shared.part import refuse_disabled, require_can_sign_in

LINK_SECONDS = 24 * 3600


class PasswordLinks(LocalPart):
    password_link_seconds = LINK_SECONDS

    async def new_password_link(self, uid: str) -> str:
        user = await self._accounts.get_user(uid)
        if user is None:
            raise NotFound("There is no such account.", hint="List the members: it may have been deleted.")
        require_can_sign_in(user)
        await self._delete_all(await self._accounts.list_tokens(uid, "password"))
        return (await self._grant(user, "password", seconds=LINK_SECONDS)).secret

    async def choose_password(self, secret: str, *, new: str) -> Grant:
        token = await self._find_one_time(secret, "password")
        user = None if token is None else await self._accounts.get_user(token.uid)
        if token is None or user is None:
            raise _link_invalid()
        refuse_disabled(user)
        check_password(new, email=user.email or "", pointer="/new_password")
        password_hash = await self._passwords.hash(new)
        if not await self._accounts.delete_token(token.id):  # which decides between two who hold the same link
            raise _link_invalid()
        # In this order: a sign-in with the old password that comes between sees that it has changed (sessions.py).
        await self._accounts.update_user(user.uid, {}, password_hash=password_hash)
        await self._delete_all(await self._accounts.list_tokens(user.uid, "session"))
        return await self._begin_session(user)


def _link_invalid() -> NotAllowed:
    return NotAllowed(
        "This link is not valid (any more).",
        code="password_link_invalid",
        hint="Each works once, for a day, and only the latest: ask an admin of this platform for a new one.",
    )
