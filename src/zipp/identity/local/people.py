"""Accounts as the platform's own records have them: an admin's work, and one's own name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zipp.domain.user import Role, User
from zipp.identity.addresses import check_name
from zipp.identity.passwords import NO_PASSWORD
from zipp.identity.shared.part import Part


class People(Part):
    async def rename(self, user: User, name: str) -> User:
        return await self._accounts.update_user(user.uid, {"name": check_name(name)})

    async def change_user(self, uid: str, *, role: Role | None = None, disabled: bool | None = None) -> User:
        wanted: dict[str, Any] = {"role": role, "disabled": disabled}
        changes = {name: value for name, value in wanted.items() if value is not None}
        return await self._accounts.update_user(uid, changes)

    async def delete_user(self, uid: str) -> None:
        await self._accounts.delete_user(uid)

    async def adopt(self, users: Sequence[User]) -> Sequence[User]:
        return [user for user in users if await self._lacks_password(user)]

    async def _lacks_password(self, user: User) -> bool:
        if user.email is None:  # it waits for its set-up link
            return False
        found = await self._accounts.find_credentials(user.email)
        return found is None or found[1] in (None, NO_PASSWORD)
