"""Who may join the platform: with the set-up link, with an invite, or as the policy allows."""

from __future__ import annotations

from dataclasses import dataclass

from zipp.domain.errors import InvalidInput, NotAllowed, NotFound
from zipp.domain.ids import now
from zipp.domain.user import Invite, Role, Token, User
from zipp.identity.credentials import digest, is_expired
from zipp.identity.shared.part import Part


@dataclass(frozen=True, slots=True)
class Admission:
    """What lets somebody in. `link` is a set-up link's token; without it and `invite` it is the policy."""

    link: Token | None = None
    invite: Invite | None = None

    @property
    def role(self) -> Role:
        return Role.MEMBER if self.invite is None else self.invite.role

    def require_address(self, email: str) -> None:
        """Raises InvalidInput when the invite is somebody else's."""
        if self.invite is not None and self.invite.email not in (None, email):
            raise InvalidInput(  # whose it is, is not for the link's holder to learn
                "This invite is for another email address.",
                code="invite_email",
                hint="Use the address that you were invited by, or ask for an invite for this one.",
                pointer="/email",
            )


class Joining(Part):
    async def _admission(self, *, setup_token: str | None, invite: str | None) -> Admission:
        """Raises NotAllowed, and uses nothing up."""
        if setup_token is not None:
            return Admission(link=await self._set_up_link(setup_token))
        if await self.needs_setup():
            raise NotAllowed(
                "This platform waits for its first account.",
                code="setup_token_required",
                hint="Open the set-up link that `make up` or `zipp up` printed on the server.",
            )
        if invite is not None:
            return Admission(invite=await self._invite(invite))
        self._require_open()
        return Admission()

    async def _create(self, user: User, admission: Admission, *, password_hash: str | None = None) -> None:
        used = None if admission.invite is None else admission.invite.id
        try:
            await self._accounts.create_user(user, password_hash=password_hash, invite=used)
        except NotFound as error:  # somebody else used it, or an admin took it back, in this moment
            raise _invite_invalid() from error

    async def _waiting_for(self, link: Token) -> User:
        """The account that the link completes, for the one caller who gets it: deleting the token is what decides
        between two who hold the same link."""
        if not await self._accounts.delete_token(link.id):
            raise _setup_token_invalid()
        first = await self._accounts.get_user(link.uid)
        if first is None or first.email is not None:
            raise _setup_token_invalid()
        return first

    async def _set_up_link(self, secret: str) -> Token:
        token = await self._find_one_time(secret, "setup")
        if token is None:
            raise _setup_token_invalid()
        return token

    async def _invite(self, secret: str) -> Invite:
        stored_as = digest(secret)
        invite = None if stored_as is None else await self._accounts.find_invite(stored_as)
        if invite is None:
            raise _invite_invalid()
        if is_expired(invite, at=now()):
            raise NotAllowed(
                "This invite has expired.", code="invite_expired", hint="Ask an admin of this platform for a new one."
            )
        return invite

    def _require_open(self) -> None:
        if self._settings.signup == "invite":
            raise NotAllowed(
                "Signing up here takes an invite.",
                code="invite_required",
                hint="Open the link of your invite, or ask an admin of this platform for one.",
            )
        if self._settings.signup == "closed":
            raise NotAllowed(
                "Nobody can sign up here by themselves.",
                code="signup_closed",
                hint="Ask an admin of this platform for an account.",
            )


def _invite_invalid() -> NotAllowed:
    return NotAllowed(
        "This invite is not valid (any more).",
        code="invite_invalid",
        hint="Each can be used once: sign in if you did, else ask an admin of this platform for a new one.",
    )


def _setup_token_invalid() -> NotAllowed:
    return NotAllowed(
        "This set-up link is no longer valid.",
        code="setup_token_invalid",
        hint="Run `make up` or `zipp up` on the server: it prints a fresh one, unless the account exists already.",
    )
