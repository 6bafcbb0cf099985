"""Firebase's accounts, asked for through firebase_admin: a synchronous library, so in threads, few at a time.

Nothing here raises an error with a token in it: the library quotes what it refuses, so its refusals end here.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from zipp.domain.errors import NotAuthenticated, Unavailable
from zipp.firebase.connection import CALL_SECONDS, Firebase
from zipp.firebase.failures import AUTH, denied, translated, unreachable
from zipp.identity.firebase.tokens import Claims, read
from zipp.identity.shared.part import account_disabled, token_expired, token_invalid

if TYPE_CHECKING:
    from firebase_admin import App

T = TypeVar("T")

CLOCK_SKEW_SECONDS = 10  # by which Google's clock may differ from ours
SHORTEST_SESSION, LONGEST_SESSION = 300, 14 * 86400  # createSessionCookie's
_THREADS = 16
_IDENTITY_TOOLKIT = "https://identitytoolkit.googleapis.com/v1"
_BATCH = 100  # accounts:lookup's


@dataclass(frozen=True, slots=True)
class Account:
    """`valid_from`: what was issued before that second was revoked. `ways` are the providers they can sign in with."""

    uid: str
    email: str | None
    email_verified: bool
    name: str
    disabled: bool
    valid_from: int
    claims: Mapping[str, Any] = field(default_factory=dict)
    ways: Sequence[str] = ()

    @classmethod
    def of(cls, record: Any) -> Account:
        return cls(
            uid=record.uid,
            email=record.email,
            email_verified=record.email_verified,
            name=record.display_name or "",
            disabled=record.disabled,
            valid_from=record.tokens_valid_after_timestamp // 1000,
            claims=record.custom_claims or {},
            ways=tuple(info.provider_id for info in record.provider_data),
        )


class GoogleAccounts:
    """Every call raises Unavailable, within CALL_SECONDS, when Firebase does not answer or refuses the platform."""

    def __init__(self, firebase: Firebase) -> None:
        self._firebase = firebase
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="firebase-auth")
        self._opening = threading.Lock()
        self._opened: App | None = None

    # tokens ----------------------------------------------------------------------------------------------------
    async def verify(self, token: str) -> Claims:
        """By signature, audience, issuer and times; whether it was revoked is for the account to say.

        Raises NotAuthenticated `token_invalid`, `token_expired`.
        """
        emulated = self._firebase.settings.auth_emulator is not None
        claims = read(token, project=self._firebase.project, signed=not emulated)
        if claims is None:
            raise token_invalid()
        kind = claims.kind
        refused = await self._call(lambda app: _refusal(app, kind, token, emulated=emulated))
        if refused is not None:
            raise refused
        at = time.time()  # an emulator's library leaves this out
        if claims.expires + CLOCK_SKEW_SECONDS < at:
            raise token_expired()
        if claims.issued_at - CLOCK_SKEW_SECONDS > at:
            raise token_invalid()
        return claims

    async def session_cookie(self, id_token: str) -> str:
        """Raises NotAuthenticated when Firebase takes the ID token no more."""
        wanted = self._firebase.settings.session_seconds
        seconds = min(max(wanted, SHORTEST_SESSION), LONGEST_SESSION)
        cookie = await self._call(lambda app: _cookie(app, id_token, seconds))
        if cookie is None:
            raise token_invalid()
        return cookie

    async def sign_in_as(self, uid: str) -> str:
        """An ID token of theirs, by a custom token that is used up at once. Firebase makes an account that it does not
        have: whoever calls has seen that it is there. Raises NotAuthenticated `account_disabled`."""
        custom = await self._call(lambda app: _custom_token(app, uid))
        answer = await self._call(lambda _: self._exchanged(custom))
        if answer is None:
            raise account_disabled()
        return answer

    async def revoke(self, uid: str) -> None:
        """Every token that was issued before this second."""
        await self._ask("revoke_refresh_tokens", uid)

    # accounts --------------------------------------------------------------------------------------------------
    async def account(self, uid: str) -> Account | None:
        record = await self._ask("get_user", uid)
        return None if record is None else Account.of(record)

    async def accounts(self, *, uids: Sequence[str] = (), emails: Sequence[str] = ()) -> list[Account]:
        """Those that are there, in no order."""
        from firebase_admin.auth import EmailIdentifier, UidIdentifier

        wanted = [*map(UidIdentifier, uids), *map(EmailIdentifier, emails)]
        found: list[Account] = []
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            found += map(Account.of, (await self._ask("get_users", batch)).users)
        return found

    async def update(self, uid: str, **changes: Any) -> None:
        """As firebase_admin's update_user; nothing where there is no such account."""
        if changes:
            await self._ask("update_user", uid, **changes)

    async def delete(self, uid: str) -> None:
        """Idempotent."""
        await self._ask("delete_user", uid)

    async def import_accounts(self, accounts: Sequence[Account]) -> list[str]:
        """Without passwords; answers with why some were not taken."""
        from firebase_admin.auth import ImportUserRecord

        users = [
            ImportUserRecord(
                uid=each.uid,
                email=each.email,
                display_name=each.name or None,
                disabled=each.disabled,
                custom_claims=dict(each.claims),
            )
            for each in accounts
        ]
        return [str(error.reason) for error in (await self._ask("import_users", users)).errors]

    async def password_link(self, email: str) -> str | None:
        link = await self._ask("generate_password_reset_link", email)
        return None if link is None else str(link)

    async def ping(self) -> None:
        await self.account("zipp-ping")  # which needs the permission to read accounts, and is not there

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        opened, self._opened = self._opened, None
        if opened is not None:
            import firebase_admin

            firebase_admin.delete_app(opened)

    # calling ---------------------------------------------------------------------------------------------------
    async def _ask(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """A function of firebase_admin.auth; None where it does not find the account."""

        def asked(app: App) -> Any:
            from firebase_admin import auth  # in a thread: the first time it takes a second

            try:
                return getattr(auth, function)(*args, **kwargs, app=app)
            except (auth.UserNotFoundError, auth.EmailNotFoundError):
                return None

        return await self._call(asked)

    async def _call(self, work: Callable[[App], T]) -> T:
        def called() -> T:
            from firebase_admin import exceptions

            with translated(AUTH):
                try:
                    return work(self._app())
                except (exceptions.InternalError, exceptions.UnknownError, exceptions.AbortedError) as error:
                    raise unreachable(AUTH) from error

        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, called)
        except TimeoutError:
            raise unreachable(AUTH) from None

    def _app(self) -> App:
        with self._opening:
            if self._opened is None:
                self._opened = self._firebase.app
            return self._opened

    def _exchanged(self, custom: str) -> str | None:
        import requests

        settings = self._firebase.settings
        emulator = settings.auth_emulator
        base = _IDENTITY_TOOLKIT if emulator is None else f"http://{emulator}/identitytoolkit.googleapis.com/v1"
        response = requests.post(
            f"{base}/accounts:signInWithCustomToken",
            json={"token": custom, "returnSecureToken": True},
            # The key may be limited to pages of ours: then Google looks at the referrer.
            headers={"X-Goog-Api-Key": settings.firebase_api_key or "", "Referer": settings.api_url},
            timeout=CALL_SECONDS,
        )
        try:
            answer = response.json()
        except ValueError:  # something between us and Google answered
            raise unreachable(AUTH) from None
        if response.ok:
            return str(answer["idToken"])
        if str(answer.get("error", {}).get("message", "")).startswith("USER_DISABLED"):
            return None
        raise unreachable(AUTH) if response.status_code >= 500 else _key_refused()


def _refusal(app: App, kind: str, token: str, *, emulated: bool) -> NotAuthenticated | None:
    from firebase_admin import _auth_utils, auth

    if _auth_utils.is_emulated() and not emulated:  # the library would check no signature from now on
        return token_invalid()
    verify = auth.verify_session_cookie if kind == "session" else auth.verify_id_token
    try:
        verify(token, app=app, clock_skew_seconds=CLOCK_SKEW_SECONDS)
    except (auth.ExpiredIdTokenError, auth.ExpiredSessionCookieError):
        return token_expired()
    except (auth.InvalidIdTokenError, auth.InvalidSessionCookieError, ValueError):
        return token_invalid()
    except auth.CertificateFetchError:
        raise unreachable(AUTH) from None
    return None


def _cookie(app: App, id_token: str, seconds: int) -> str | None:
    from firebase_admin import auth, exceptions

    try:
        return str(auth.create_session_cookie(id_token, seconds, app=app))
    except (exceptions.InvalidArgumentError, exceptions.NotFoundError):
        return None


def _custom_token(app: App, uid: str) -> str:
    from firebase_admin import auth

    try:
        return str(auth.create_custom_token(uid, app=app).decode())
    except (auth.TokenSignError, ValueError):  # these credentials can't sign by themselves
        raise Unavailable(
            "The platform's credentials can't sign tokens.",
            code="identity_denied",
            hint="Use a service account's key file (ZIPP_FIREBASE_CREDENTIALS), or give the service account the role "
            "roles/iam.serviceAccountTokenCreator (Service Account Token Creator).",
        ) from None


def _key_refused() -> Unavailable:
    refused = denied(AUTH)
    return Unavailable(
        "Firebase refuses the platform's sign-in.",
        code=refused.code,
        hint="Check that ZIPP_FIREBASE_API_KEY is this project's, and that it may call the Identity Toolkit API.",
    )
