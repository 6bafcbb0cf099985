"""Accounts of the platform's own: passwords, sessions, API tokens."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from zipp.domain.ids import new_id, now
from zipp.domain.user import Token, User
from zipp.identity.addresses import check_email, check_name, normal_email
from zipp.identity.credentials import Kind, digest, is_expired, new_token
from zipp.identity.first_account import FIRST_UID, first_account
from zipp.identity.identity import Accounts, Grant, Principal
from zipp.identity.passwords import Passwords, check_password
from zipp.settings import Settings

THIS_MACHINE = "this machine"
SETUP_SECONDS = 24 * 3600  # `zipp up` prints a fresh link each time
_LONGEST_TOKEN_SECONDS = 10 * 365 * 86400


class LocalIdentity:
    """Sessions and tokens are rows: one that is deleted stops working with the next request."""

    def __init__(self, accounts: Accounts, settings: Settings, passwords: Passwords | None = None) -> None:
        self._accounts = accounts
        self._settings = settings
        self._passwords = passwords or Passwords()

    async def authenticate(self, secret: str) -> Principal:
        token = await self._find(secret)
        if token is None or token.kind == "setup":
            raise _token_invalid()
        if is_expired(token, at=now()):
            raise NotAuthenticated("The session or token has expired.", code="token_expired", hint="Sign in again.")
        user = await self._accounts.get_user(token.uid)
        if user is None:
            raise _token_invalid()
        _refuse_disabled(user)
        return Principal(user=user, token_id=token.id, kind=token.kind, expires_at=token.expires_at)

    async def login(self, *, email: str, password: str) -> Grant:
        address = normal_email(email)
        found = None if address is None else await self._accounts.find_credentials(address)
        user, stored = found or (None, None)
        matches = await self._passwords.verify(stored, password)
        if user is None or stored is None or not matches:
            raise NotAuthenticated(
                "The email address or the password is wrong.",
                code="credentials_invalid",
                hint="Check both; an admin can help with a forgotten password.",
            )
        _refuse_disabled(user)
        if self._passwords.is_outdated(stored):
            password_hash = await self._passwords.hash(password)
            user = await self._accounts.get_user(user.uid) or user  # as it is by now: hashing takes its time
            await self._accounts.save_user(user, password_hash=password_hash)
        await self._forget_expired_sessions(user)
        return await self._grant(user, "session", seconds=self._settings.session_seconds)

    async def logout(self, principal: Principal) -> None:
        await self._accounts.delete_token(principal.token_id, uid=principal.user.uid)

    async def signup(self, *, email: str, password: str, name: str = "", setup_token: str | None = None) -> Grant:
        token = await self._allowed_to_sign_up(setup_token)
        address, trimmed = check_email(email), check_name(name)
        check_password(password, email=address)
        password_hash = await self._passwords.hash(password)
        if token is None:
            user = User(uid=new_id(), email=address, name=trimmed, created_at=now())
            await self._accounts.create_user(user, password_hash=password_hash)
        else:
            user = await self._complete_first(token, address, trimmed, password_hash)
        return await self._grant(user, "session", seconds=self._settings.session_seconds)

    async def create_api_token(self, user: User, *, name: str, expires_in_seconds: int | None = None) -> Grant:
        trimmed = check_name(name)
        if not trimmed or trimmed == THIS_MACHINE:
            raise InvalidInput(
                "A token needs a name of its own.",
                code="name_invalid",
                hint=f"Say what it is for, such as 'ci'; {THIS_MACHINE!r} is the platform's.",
                pointer="/name",
            )
        if expires_in_seconds is not None and not 1 <= expires_in_seconds <= _LONGEST_TOKEN_SECONDS:
            raise InvalidInput(
                "A token can't expire then.",
                code="expires_in_invalid",
                hint=f"Use 1 to {_LONGEST_TOKEN_SECONDS} seconds, or leave it out for one that does not expire.",
                pointer="/expires_in",
            )
        return await self._grant(user, "api", seconds=expires_in_seconds, name=trimmed)

    async def list_api_tokens(self, user: User) -> Sequence[Token]:
        return await self._accounts.list_tokens(user.uid, "api")

    async def delete_api_token(self, user: User, token_id: str) -> None:
        known = token_id in {token.id for token in await self.list_api_tokens(user)}
        if not known or not await self._accounts.delete_token(token_id, uid=user.uid):
            raise NotFound("There is no such token.", hint="List your tokens: it may have been deleted before.")

    async def prepare_first_account(self) -> None:
        if await self._accounts.get_user(FIRST_UID) is not None:
            return
        user, password = first_account(self._settings)
        password_hash = None if password is None else await self._passwords.hash(password)
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
        user = await self._accounts.get_user(FIRST_UID)
        if user is None:
            raise NotFound("The first account has been deleted.", code="first_account_missing")
        before = [token for token in await self.list_api_tokens(user) if token.name == THIS_MACHINE]
        await self._delete_all(before)
        return (await self._grant(user, "api", seconds=None, name=THIS_MACHINE)).secret

    async def _allowed_to_sign_up(self, setup_token: str | None) -> Token | None:
        """The set-up token, None where the policy lets anybody in; raises NotAllowed."""
        if setup_token is not None:
            token = await self._find(setup_token)
            if token is None or token.kind != "setup" or is_expired(token, at=now()):
                raise _setup_token_invalid()
            return token
        first = await self._accounts.get_user(FIRST_UID)
        if first is None or first.email is None:
            raise NotAllowed(
                "This platform waits for its first account.",
                code="setup_token_required",
                hint="Open the set-up link that `make up` or `zipp up` printed on the server.",
            )
        if self._settings.signup != "open":
            raise NotAllowed(
                "Nobody can sign up here by themselves.",
                code="signup_closed",
                hint="Ask an admin of this platform for an account.",
            )
        return None

    async def _complete_first(self, token: Token, email: str, name: str, password_hash: str) -> User:
        """Deleting the token is what decides between two who hold the same link."""
        if not await self._accounts.delete_token(token.id):
            raise _setup_token_invalid()
        first = await self._accounts.get_user(token.uid)
        if first is None or first.email is not None:
            raise _setup_token_invalid()
        user = first.model_copy(update={"email": email, "name": name})
        await self._accounts.save_user(user, password_hash=password_hash)
        await self._delete_all(await self._accounts.list_tokens(token.uid, "setup"))
        return user

    async def _grant(self, user: User, kind: Kind, *, seconds: int | None, name: str = "") -> Grant:
        secret, token = new_token(user.uid, kind, seconds=seconds, name=name)
        await self._accounts.add_token(token)
        return Grant(user=user, secret=secret, token=token)

    async def _find(self, secret: str) -> Token | None:
        stored_as = digest(secret)
        return None if stored_as is None else await self._accounts.find_token(stored_as)

    async def _forget_expired_sessions(self, user: User) -> None:
        at = now()
        sessions = await self._accounts.list_tokens(user.uid, "session")
        await self._delete_all([session for session in sessions if is_expired(session, at=at)])

    async def _delete_all(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            await self._accounts.delete_token(token.id)


def _refuse_disabled(user: User) -> None:
    if user.disabled:
        raise NotAuthenticated(
            "This account is disabled.", code="account_disabled", hint="Ask an admin of this platform."
        )


def _token_invalid() -> NotAuthenticated:
    return NotAuthenticated("The session or token is not valid.", code="token_invalid", hint="Sign in again.")


def _setup_token_invalid() -> NotAllowed:
    return NotAllowed(
        "This set-up link is no longer valid.",
        code="setup_token_invalid",
        hint="Run `make up` or `zipp up` on the server: it prints a fresh one, unless the account exists already.",
    )
