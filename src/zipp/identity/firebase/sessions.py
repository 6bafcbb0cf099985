"""Signing in and out. A session is a cookie of Firebase's making (createSessionCookie), which nothing is stored of."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import NoReturn

from zipp.domain.errors import Conflict, NotAllowed, NotAuthenticated
from zipp.domain.ids import now
from zipp.domain.user import Token, User
from zipp.identity.addresses import normal_email
from zipp.identity.firebase.first_sign_in import FirstSignIn
from zipp.identity.firebase.google import Account
from zipp.identity.firebase.part import password_elsewhere
from zipp.identity.firebase.standing import require_good
from zipp.identity.firebase.tokens import Claims
from zipp.identity.identity import Grant, Principal
from zipp.identity.passwords import NO_PASSWORD
from zipp.identity.shared.api_tokens import THIS_MACHINE, ApiTokens
from zipp.identity.shared.part import refuse_disabled, token_invalid

# Firebase's advice for createSessionCookie: only for a sign-in just made, so that a stolen ID token is of little use.
SIGN_IN_SECONDS = 300
_OURS = "zipp_"


class Sessions(FirstSignIn, ApiTokens):
    async def authenticate(self, secret: str) -> Principal:
        if secret.startswith(_OURS):
            return await self._by_api_token(secret)
        claims = await self._google.verify(secret)
        confirmed, user = await asyncio.gather(
            self._standing.confirm(secret, claims.uid, issued_at=claims.issued_at),
            self._accounts.get_user(claims.uid),
        )
        if user is None:
            raise _not_a_member()
        refuse_disabled(user)
        return Principal(
            user=user, token_id=_id_of(secret), kind="session", expires_at=claims.expires_at, confirmed=confirmed
        )

    async def login_with_token(
        self, id_token: str, *, name: str = "", setup_token: str | None = None, invite: str | None = None
    ) -> Grant:
        claims = await self._google.verify(id_token)
        if claims.kind != "id":
            raise token_invalid()
        if time.time() - claims.signed_in_at > SIGN_IN_SECONDS:
            raise NotAuthenticated(
                "You signed in too long ago to begin a session.", code="token_expired", hint="Sign in again."
            )
        account = require_good(await self._google.account(claims.uid), issued_at=claims.issued_at)
        user = await self._accounts.get_user(account.uid)
        if user is None:
            user = await self._joined(account, name=name, setup_token=setup_token, invite=invite)
        refuse_disabled(user)
        await self._forget_password(user)
        user = await self._followed(user, account)
        await self._tell_claims(user, account)
        grant = await self._granted(user, id_token)
        await self._refuse_overtaken(claims)
        return grant

    async def logout(self, principal: Principal) -> None:
        if principal.kind == "api":
            await self._accounts.delete_token(principal.token_id, uid=principal.user.uid)
        else:
            await self._end_sessions(principal.user.uid)

    async def signup(
        self,
        *,
        email: str,
        password: str,
        name: str = "",
        setup_token: str | None = None,
        invite: str | None = None,
    ) -> NoReturn:
        raise password_elsewhere()

    async def login(self, *, email: str, password: str) -> NoReturn:
        raise password_elsewhere()

    async def change_password(self, principal: Principal, *, current: str, new: str) -> NoReturn:
        raise password_elsewhere("/current_password")

    async def _by_api_token(self, secret: str) -> Principal:
        """Whose Firebase account is gone or disabled loses these too. This machine's own CLI is the operator's, and
        works while Firebase can't be reached."""
        user, token = await self._by_row(secret, "api")
        confirmed = True
        if user.email is not None and token.name != THIS_MACHINE:
            confirmed = await self._standing.confirm(secret, user.uid, issued_at=None)
        return Principal(user=user, token_id=token.id, kind="api", expires_at=token.expires_at, confirmed=confirmed)

    async def _begin_session(self, user: User) -> Grant:
        require_good(await self._google.account(user.uid), issued_at=None)
        return await self._granted(user, await self._google.sign_in_as(user.uid))

    async def _granted(self, user: User, id_token: str) -> Grant:
        cookie = await self._google.session_cookie(id_token)
        claims = await self._google.verify(cookie)
        token = Token(
            id=_id_of(cookie),
            uid=user.uid,
            kind="session",
            secret_sha256=hashlib.sha256(cookie.encode()).hexdigest(),
            created_at=now(),
            expires_at=claims.expires_at,
        )
        return Grant(user=user, secret=cookie, token=token)

    async def _forget_password(self, user: User) -> None:
        """The one that the platform itself checked before they came to Firebase: they may have changed it there since,
        and it must not be good again after a way back (`zipp migrate`)."""
        found = None if user.email is None else await self._accounts.find_credentials(user.email)
        if found is not None and found[0].uid == user.uid and found[1] not in (None, NO_PASSWORD):
            await self._accounts.replace_password(user.uid, expected=str(found[1]), to=NO_PASSWORD)

    async def _followed(self, user: User, account: Account) -> User:
        """With the address that they have at Firebase by now, if it is proved to be theirs and nobody else's here."""
        address = normal_email(account.email or "")
        if address in (None, user.email) or not account.email_verified:
            return user
        try:
            return await self._accounts.update_user(user.uid, {"email": address})
        except Conflict:
            return user

    async def _joined(self, account: Account, *, name: str, setup_token: str | None, invite: str | None) -> User:
        try:
            return await self._join(account, name=name, setup_token=setup_token, invite=invite)
        except (Conflict, NotAllowed):
            user = await self._accounts.get_user(account.uid)
            if user is None:
                raise
            return user  # another sign-in of theirs was faster

    async def _refuse_overtaken(self, claims: Claims) -> None:
        """What an admin did, or a sign-out elsewhere, while the session was being made ends it too."""
        require_good(await self._google.account(claims.uid), issued_at=claims.issued_at)
        user = await self._accounts.get_user(claims.uid)
        if user is None:
            raise token_invalid()
        refuse_disabled(user)


def _id_of(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()[:32]


def _not_a_member() -> NotAuthenticated:
    return NotAuthenticated(
        "This Firebase account has no account on this platform.",
        code="token_invalid",
        hint="Sign in on the page first; it may take an invite.",
    )
