"""Signing up: with the set-up link, with an invite, or as the policy allows."""

from __future__ import annotations

from zipp.domain.errors import InvalidInput, NotAllowed, NotFound
from zipp.domain.ids import new_id, now
from zipp.domain.user import Invite, Role, Token, User
from zipp.identity.addresses import check_email, check_name
from zipp.identity.credentials import digest, is_expired
from zipp.identity.identity import Grant
from zipp.identity.local.part import Part
from zipp.identity.passwords import check_password


class SigningUp(Part):
    async def signup(
        self,
        *,
        email: str,
        password: str,
        name: str = "",
        setup_token: str | None = None,
        invite: str | None = None,
    ) -> Grant:
        link = None if setup_token is None else await self._set_up_link(setup_token)
        invited = await self._allowed_to_sign_up(invite) if link is None else None
        address, trimmed = check_email(email), check_name(name)
        check_password(password, email=address)
        if invited is not None:
            _require_invited(invited, address)
        password_hash = await self._passwords.hash(password)
        if link is None:
            user = await self._create(address, trimmed, password_hash, invited)
        else:
            user = await self._complete_first(link, address, trimmed, password_hash)
        return await self._grant(user, "session", seconds=self._settings.session_seconds)

    async def _set_up_link(self, secret: str) -> Token:
        token = await self._find(secret)
        if token is None or token.kind != "setup" or is_expired(token, at=now()):
            raise _setup_token_invalid()
        return token

    async def _allowed_to_sign_up(self, secret: str | None) -> Invite | None:
        """The invite; None where the policy lets anybody in. Raises NotAllowed."""
        if await self.needs_setup():
            raise NotAllowed(
                "This platform waits for its first account.",
                code="setup_token_required",
                hint="Open the set-up link that `make up` or `zipp up` printed on the server.",
            )
        if secret is not None:
            return await self._invite(secret)
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
        return None

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

    async def _create(self, email: str, name: str, password_hash: str, invite: Invite | None) -> User:
        role = Role.MEMBER if invite is None else invite.role
        user = User(uid=new_id(), email=email, name=name, role=role, created_at=now())
        used = None if invite is None else invite.id
        try:
            await self._accounts.create_user(user, password_hash=password_hash, invite=used)
        except NotFound as error:  # somebody else used it, or an admin took it back, in this moment
            raise _invite_invalid() from error
        return user

    async def _complete_first(self, token: Token, email: str, name: str, password_hash: str) -> User:
        """Deleting the token is what decides between two who hold the same link."""
        if not await self._accounts.delete_token(token.id):
            raise _setup_token_invalid()
        first = await self._accounts.get_user(token.uid)
        if first is None or first.email is not None:
            raise _setup_token_invalid()
        changes = {"email": email, "name": name}
        user = await self._accounts.update_user(token.uid, changes, password_hash=password_hash)
        await self._delete_all(await self._accounts.list_tokens(token.uid, "setup"))
        return user


def _require_invited(invite: Invite, email: str) -> None:
    if invite.email not in (None, email):
        raise InvalidInput(  # whose it is, is not for the link's holder to learn
            "This invite is for another email address.",
            code="invite_email",
            hint="Use the address that you were invited by, or ask for an invite for this one.",
            pointer="/email",
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
