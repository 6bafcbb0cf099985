"""Accounts in both places: recorded first, so that access is lost at once, then told to Firebase. Whatever Firebase
did not hear can be done again."""

from __future__ import annotations

from typing import Any, NoReturn

from zipp.domain.errors import NotFound
from zipp.domain.user import Role, User
from zipp.identity.addresses import check_name
from zipp.identity.firebase.part import FirebasePart, password_elsewhere
from zipp.identity.shared.part import require_can_sign_in

LINK_SECONDS = 3600  # Firebase's


class People(FirebasePart):
    password_link_seconds = LINK_SECONDS

    async def rename(self, user: User, name: str) -> User:
        from firebase_admin.auth import DELETE_ATTRIBUTE

        renamed = await self._accounts.update_user(user.uid, {"name": check_name(name)})
        await self._google.update(user.uid, display_name=renamed.name or DELETE_ATTRIBUTE)
        return renamed

    async def change_user(self, uid: str, *, role: Role | None = None, disabled: bool | None = None) -> User:
        wanted: dict[str, Any] = {"role": role, "disabled": disabled}
        changes = {name: value for name, value in wanted.items() if value is not None}
        user = await self._accounts.update_user(uid, changes)
        account = await self._google.account(uid) if changes else None
        if account is None:
            return user
        told: dict[str, Any] = {} if disabled is None else {"disabled": disabled}
        if role is not None:
            told["custom_claims"] = {**account.claims, **user.token_claims}
        await self._google.update(uid, **told)
        if role is not None or disabled:  # tokens with the old role, or from before
            await self._end_sessions(uid)
        return user

    async def delete_user(self, uid: str) -> None:
        try:
            await self._accounts.delete_user(uid)
        except NotFound:
            if not await self._was_ours(uid):
                raise
        self._standing.forget(uid)
        await self._google.delete(uid)

    async def new_password_link(self, uid: str) -> str:
        user = await self._accounts.get_user(uid)
        if user is None:
            raise _no_account()
        require_can_sign_in(user)
        account = await self._google.account(uid)
        link = None if account is None or not account.email else await self._google.password_link(account.email)
        if link is None:
            raise _no_account()
        return link

    async def choose_password(self, secret: str, *, new: str) -> NoReturn:
        raise password_elsewhere("/new_password")

    async def _was_ours(self, uid: str) -> bool:
        """Whether it is left over from a deletion that Firebase did not hear of. The project may have accounts that
        are none of the platform's: only its own bear a role."""
        account = await self._google.account(uid) if 1 <= len(uid) <= 128 else None
        return account is not None and account.claims.get("role") in list(Role)


def _no_account() -> NotFound:
    return NotFound("There is no such account.", hint="List the members: it may have been deleted.")
