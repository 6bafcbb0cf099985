"""The first time that a Firebase account signs in: whether it may join, and as whom."""

from __future__ import annotations

from zipp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from zipp.domain.ids import now
from zipp.domain.user import Role, User
from zipp.identity.addresses import check_name, normal_email
from zipp.identity.firebase.google import Account
from zipp.identity.firebase.part import FirebasePart
from zipp.identity.first_account import FIRST_UID
from zipp.identity.shared.joining import Admission, Joining
from zipp.identity.shared.set_up import SetUp


class FirstSignIn(FirebasePart, SetUp, Joining):
    async def _join(self, account: Account, *, name: str, setup_token: str | None, invite: str | None) -> User:
        """Raises InvalidInput (email_missing, name_invalid, invite_email), NotAllowed (as signup, email_unverified),
        Conflict (email_taken, uid_taken)."""
        address = _address(account)
        user = User(uid=account.uid, email=address, name=_name(name, account), created_at=now())
        if setup_token is None and await self._is_admins_address(address):
            _require_verified(account)
            return await self._take_first_place(user)
        admission = await self._admission(setup_token=setup_token, invite=invite)
        admission.require_address(address)
        if admission.invite is not None and admission.invite.email is not None:
            _require_verified(account)
        return await self._admitted(user, admission)

    async def _admitted(self, user: User, admission: Admission) -> User:
        if admission.link is None:
            member = user.model_copy(update={"role": admission.role})
            await self._create(member, admission)
            return member
        if await self._accounts.find_credentials(user.email or "") is not None:
            raise _email_taken()  # before the link is used up
        await self._waiting_for(admission.link)
        return await self._take_first_place(user)

    async def _take_first_place(self, user: User) -> User:
        """Of the first account: what was deployed before anybody signed in is theirs."""
        admin = user.model_copy(update={"role": Role.ADMIN})
        try:
            await self._accounts.replace_user(FIRST_UID, admin)
        except NotFound:
            raise NotAllowed(
                "The first account exists already.", code="setup_token_invalid", hint="Ask its owner for an invite."
            ) from None
        await self._delete_all(await self._accounts.list_tokens(admin.uid, "setup"))
        return admin

    async def _is_admins_address(self, address: str) -> bool:
        """Whether ZIPP_ADMIN_EMAIL is theirs, and the first account still waits."""
        wanted = self._settings.admin_email
        if wanted is None or normal_email(wanted) != address:
            return False
        first = await self._accounts.get_user(FIRST_UID)
        return first is not None and first.email is None

    async def _tell_claims(self, user: User, account: Account) -> None:
        """Security rules read the role from the tokens that Firebase issues from now on."""
        wanted = {**account.claims, **user.token_claims}
        if wanted != account.claims:
            await self._google.update(user.uid, custom_claims=wanted)


def _address(account: Account) -> str:
    address = normal_email(account.email or "")
    if address is None:
        raise InvalidInput(
            "This Firebase account has no email address.",
            code="email_missing",
            hint="Sign in with an account that has one.",
        )
    return address


def _name(name: str, account: Account) -> str:
    """The one that they gave, else the one that they have elsewhere, if it can be used."""
    if name.strip():
        return check_name(name)
    try:
        return check_name(account.name)
    except InvalidInput:
        return ""


def _require_verified(account: Account) -> None:
    if not account.email_verified:
        raise NotAllowed(
            "Your email address is not verified yet.",
            code="email_unverified",
            hint="Open the link in the message that Firebase sent you, then sign in again.",
        )


def _email_taken() -> Conflict:
    return Conflict(
        "There is an account with that email address already.",
        code="email_taken",
        hint="Ask an admin of this platform: the list of members shows whose it is.",
    )
