"""How accounts stand at Firebase at this moment, asked for at every request."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass

from zipp.domain.errors import Unreachable
from zipp.firebase.failures import AUTH, unreachable
from zipp.identity.firebase.google import Account, GoogleAccounts
from zipp.identity.shared.part import account_disabled, token_invalid

CONFIRMED_SECONDS = 300  # for so long what was good may look on while Firebase can't be reached
PAUSE_SECONDS = 2  # between attempts to reach it, so that not every request waits for a time-out
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Confirmed:
    uid: str
    issued_at: int | None
    at: float


class Standing:
    def __init__(self, google: GoogleAccounts) -> None:
        self._google = google
        self._asking: dict[str, asyncio.Task[Account | None]] = {}
        self._confirmed: OrderedDict[str, _Confirmed] = OrderedDict()
        self._away_until = 0.0
        self._forgotten = 0  # how often: an answer to an older question confirms nothing

    async def confirm(self, credential: str, uid: str, *, issued_at: int | None) -> bool:
        """True: the account is there, enabled, and has not revoked what was issued then (None: it is the platform's
        own, and not Firebase's to revoke). False: it was so minutes ago, with this same credential, and Firebase can't
        be reached now.

        Raises NotAuthenticated `token_invalid`, `account_disabled`; Unavailable.
        """
        key = hashlib.sha256(credential.encode()).hexdigest()
        forgotten = self._forgotten
        try:
            account = await self.ask(uid)
        except Unreachable:
            if not self._was_good(key):
                raise
            return False
        self._confirmed.pop(key, None)
        require_good(account, issued_at=issued_at)
        if forgotten == self._forgotten:
            self._confirmed[key] = _Confirmed(uid, issued_at, time.monotonic())
        if len(self._confirmed) > _REMEMBERED:
            self._confirmed.popitem(last=False)
        return True

    async def ask(self, uid: str) -> Account | None:
        """Who asks for the same account at the same time waits for the same answer."""
        if time.monotonic() < self._away_until:
            raise unreachable(AUTH)
        task = self._asking.get(uid)
        if task is None:
            task = self._asking[uid] = asyncio.create_task(self._google.account(uid))
            task.add_done_callback(lambda done: self._answered(uid, done))
        return await asyncio.shield(task)

    def last_issued(self, uid: str) -> int:
        """When the newest credential of theirs that was seen here was issued, by Google's clock."""
        return max((each.issued_at or 0 for each in self._confirmed.values() if each.uid == uid), default=0)

    def forget(self, uid: str) -> None:
        """What was asked or known about them before this moment counts no more."""
        self._forgotten += 1
        self._asking.pop(uid, None)
        for key in [key for key, each in self._confirmed.items() if each.uid == uid]:
            del self._confirmed[key]

    def _answered(self, uid: str, task: asyncio.Task[Account | None]) -> None:
        if self._asking.get(uid) is task:
            del self._asking[uid]
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Unreachable):
            self._away_until = time.monotonic() + PAUSE_SECONDS

    def _was_good(self, key: str) -> bool:
        known = self._confirmed.get(key)
        return known is not None and time.monotonic() - known.at < CONFIRMED_SECONDS


def require_good(account: Account | None, *, issued_at: int | None) -> Account:
    """Raises NotAuthenticated `token_invalid`, `account_disabled`."""
    if account is None:
        raise token_invalid()
    if account.disabled:
        raise account_disabled()
    if issued_at is not None and issued_at < account.valid_from:  # it was revoked
        raise token_invalid()
    return account
