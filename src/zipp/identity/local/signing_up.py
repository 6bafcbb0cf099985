"""Signing up with an address and a password; the first account."""

from __future__ import annotations

from zipp.domain.ids import new_id, now
from zipp.domain.user import Token, User
from zipp.identity.addresses import check_email, check_name
from zipp.identity.first_account import first_account
from zipp.identity.identity import Grant
from zipp.identity.local.part import LocalPart
from zipp.identity.passwords import check_password
from zipp.identity.shared.joining import Joining
from zipp.identity.shared.set_up import SetUp


class SigningUp(LocalPart, SetUp, Joining):
    async def signup(
        self,
        *,
        email: str,
        password: str,
        name: str = "",
        setup_token: str | None = None,
        invite: str | None = None,
    ) -> Grant:
        admission = await self._admission(setup_token=setup_token, invite=invite)
        address, trimmed = check_email(email), check_name(name)
        check_password(password, email=address)
        admission.require_address(address)
        password_hash = await self._passwords.hash(password)
        if admission.link is None:
            user = User(uid=new_id(), email=address, name=trimmed, role=admission.role, created_at=now())
            await self._create(user, admission, password_hash=password_hash)
        else:
            user = await self._complete_first(admission.link, address, trimmed, password_hash)
        return await self._begin_session(user)

    async def _complete_first(self, link: Token, email: str, name: str, password_hash: str) -> User:
        first = await self._waiting_for(link)
        changes = {"email": email, "name": name}
        user = await self._accounts.update_user(first.uid, changes, password_hash=password_hash)
        await self._delete_all(await self._accounts.list_tokens(first.uid, "setup"))
        return user

    async def _first_account(self) -> tuple[User, str | None]:
        user, password = first_account(self._settings)
        return user, None if password is None else await self._passwords.hash(password)
