"""Identity (identity.py) with Firebase Auth: people sign in there, with passwords or with other accounts of theirs, and
the platform keeps who they are to it. Their uid is Firebase's.

**The record decides** about a role and about `disabled`; Firebase's custom claims and its own `disabled` follow it.
Every change is recorded first, so that access is lost at once, and can be repeated when Firebase did not answer.

**Every request is checked**: signature, audience, issuer and times with Google's keys (which are cached), then at
Firebase whether the account is there, enabled, and has not revoked the token, then the record. When Firebase can't be
reached, who was confirmed with the same credential minutes ago may go on looking, and changes nothing
(Principal.confirmed).

**What an address decides takes a verified one**: ZIPP_ADMIN_EMAIL (whose account becomes the first admin's, without a
set-up link) and invites for an address. Anybody can make a Firebase account with anybody's address.
"""

from __future__ import annotations

from typing import Literal

from zipp.identity.firebase.first_sign_in import FirstSignIn
from zipp.identity.firebase.moving import Adoption
from zipp.identity.firebase.people import People
from zipp.identity.firebase.sessions import Sessions
from zipp.identity.identity import SignInPage
from zipp.identity.shared.handovers import Handovers
from zipp.identity.shared.invites import Invites

__all__ = ["FirebaseIdentity"]


class FirebaseIdentity(Sessions, FirstSignIn, People, Adoption, Handovers, Invites):
    """Over the records' users, API tokens and invites, and Firebase's accounts."""

    kind: Literal["local", "firebase"] = "firebase"

    @property
    def sign_in_page(self) -> SignInPage | None:
        emulator = self._settings.auth_emulator
        return SignInPage(
            project=self._firebase.project,
            api_key=self._settings.firebase_api_key or "",
            auth_domain=self._firebase.auth_domain,
            auth_emulator=None if emulator is None else f"http://{emulator}",
        )

    async def ping(self) -> None:
        await self._google.ping()

    async def close(self) -> None:
        await self._google.close()
