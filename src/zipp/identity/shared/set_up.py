"""The platform's own start: its first account, the set-up link, and how this machine's own CLI signs in."""

from __future__ import annotations

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.user import User
from zipp.identity.first_account import FIRST_UID, waiting_account
from zipp.identity.shared.api_tokens import THIS_MACHINE
from zipp.identity.shared.part import Part

SETUP_SECONDS = 24 * 3600  # `zipp up` prints a fresh link each time


class SetUp(Part):
    async def prepare_first_account(self) -> None:
        if await self._accounts.get_user(FIRST_UID) or await self._accounts.oldest_admin():
            return
        user, password_hash = await self._first_account()
        try:
            await self._accounts.create_user(user, password_hash=password_hash)
        except Conflict:
            if await self._accounts.get_user(FIRST_UID) is None:  # not another start that was faster
                raise

    async def new_setup_token(self) -> str | None:
        await self.prepare_first_account()
        user = await self._accounts.get_user(FIRST_UID)
        if user is None or user.email is not None:
            return None
        await self._delete_all(await self._accounts.list_tokens(FIRST_UID, "setup"))
        return (await self._grant(user, "setup", seconds=SETUP_SECONDS)).secret

    async def operator_token(self) -> str:
        await self.prepare_first_account()
        user = await self._accounts.oldest_admin()
        if user is None:
            raise NotFound("No admin is left.", code="admin_missing")
        for uid in {FIRST_UID, user.uid}:  # the first account's is left over once it is no admin any more
            before = await self._accounts.list_tokens(uid, "api")
            await self._delete_all([token for token in before if token.name == THIS_MACHINE])
        return (await self._grant(user, "api", seconds=None, name=THIS_MACHINE)).secret

    async def _first_account(self) -> tuple[User, str | None]:
        """With the hash of its password, where it is complete from the start."""
        return waiting_account(), None
