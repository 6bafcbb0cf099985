"""Invites: links with which one person can make an account."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import Conflict, InvalidInput, NotFound
from zipp.domain.ids import now
from zipp.domain.user import Invite, Role, User
from zipp.identity.addresses import check_email
from zipp.identity.credentials import is_expired, new_invite
from zipp.identity.identity import NewInvite
from zipp.identity.shared.part import Part

INVITE_SECONDS = 7 * 86400
SHORTEST_INVITE_SECONDS, LONGEST_INVITE_SECONDS = 60, 30 * 86400


class Invites(Part):
    async def create_invite(
        self, by: User, *, email: str | None = None, role: Role = Role.MEMBER, expires_in_seconds: int | None = None
    ) -> NewInvite:
        address = None if email is None else check_email(email)
        seconds = INVITE_SECONDS if expires_in_seconds is None else expires_in_seconds
        if not SHORTEST_INVITE_SECONDS <= seconds <= LONGEST_INVITE_SECONDS:
            raise InvalidInput(
                "An invite can't expire then.",
                code="expires_in_invalid",
                hint=f"Use {SHORTEST_INVITE_SECONDS} to {LONGEST_INVITE_SECONDS} seconds; left out, it is a week.",
                pointer="/expires_in",
            )
        if address is not None and await self._accounts.find_credentials(address) is not None:
            raise Conflict(
                "There is an account with that email address already.",
                code="email_taken",
                hint="Its owner can sign in; the list of members shows whether it is disabled.",
            )
        secret, invite = new_invite(by, email=address, role=role, seconds=seconds)
        await self._accounts.add_invite(invite)
        return NewInvite(invite=invite, secret=secret)

    async def list_invites(self) -> Sequence[Invite]:
        at = now()
        return [invite for invite in await self._accounts.list_invites() if not is_expired(invite, at=at)]

    async def delete_invite(self, invite_id: str) -> None:
        if not await self._accounts.delete_invite(invite_id):
            raise NotFound("There is no such invite.", hint="List the invites: it may have been used or taken back.")
