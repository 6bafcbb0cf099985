"""What the parts of FirebaseIdentity share."""

from __future__ import annotations

import asyncio
import time

from zipp.domain.errors import InvalidInput
from zipp.firebase.connection import Firebase
from zipp.identity.firebase.google import GoogleAccounts
from zipp.identity.firebase.standing import Standing
from zipp.identity.identity import Accounts
from zipp.identity.shared.part import Part
from zipp.settings import Settings


class FirebasePart(Part):
    def __init__(self, accounts: Accounts, settings: Settings, firebase: Firebase) -> None:
        super().__init__(accounts, settings)
        self._firebase = firebase
        self._google = GoogleAccounts(firebase)
        self._standing = Standing(self._google)

    async def _end_sessions(self, uid: str) -> None:
        """Firebase counts in whole seconds: what was issued in the second of a revocation would survive it, so the next
        one is waited for. Longer when Google's clock, by which that was issued, is ahead of ours."""
        last = max(int(time.time()), self._standing.last_issued(uid))
        while (left := last + 1 - time.time()) > 0:  # noqa: ASYNC110 - a clock is no event
            await asyncio.sleep(left)
        await self._google.revoke(uid)
        self._standing.forget(uid)


def password_elsewhere(pointer: str = "/password") -> InvalidInput:
    return InvalidInput(
        "Passwords are Firebase's here: this platform neither knows nor takes them.",
        code="password_elsewhere",
        hint="Sign in on the page (`zipp login` opens it); it also sends a link to choose a new password.",
        pointer=pointer,
    )
