"""Signing in another program, such as `zipp login`, by somebody who is signed in on the page.

The secret comes to that program by way of a browser, whose history keeps it. So it is worth nothing without the
verifier, which never leaves the program (PKCE, RFC 7636), and works once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from zipp.domain.errors import InvalidInput, NotAuthenticated
from zipp.domain.user import User
from zipp.identity.identity import HANDOVER_SECONDS, Grant
from zipp.identity.shared.part import Part, refuse_disabled

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


class Handovers(Part):
    async def hand_over(self, user: User, *, challenge: str) -> str:
        if not _CHALLENGE.match(challenge):
            raise InvalidInput(
                "The challenge is not a SHA-256 in urlsafe base64.",
                code="challenge_invalid",
                hint="Begin again with `zipp login`, which makes one.",
                pointer="/challenge",
            )
        await self._forget_expired(user, "handover")
        return (await self._grant(user, "handover", seconds=HANDOVER_SECONDS, name=challenge)).secret

    async def take_over(self, secret: str, *, verifier: str) -> Grant:
        token = await self._find_one_time(secret, "handover")
        if token is None or not await self._accounts.delete_token(token.id):
            raise _handover_invalid()
        if not hmac.compare_digest(_challenge_of(verifier), token.name):
            raise _handover_invalid()
        user = await self._accounts.get_user(token.uid)
        if user is None:
            raise _handover_invalid()
        refuse_disabled(user)
        return await self._begin_session(user)


def _challenge_of(verifier: str) -> str:
    """Empty, which no challenge is, for a text that is no verifier."""
    if not _VERIFIER.match(verifier):
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _handover_invalid() -> NotAuthenticated:
    return NotAuthenticated(
        "This sign-in can't be completed (any more).",
        code="handover_invalid",
        hint="Each works once and for a few minutes: begin again with `zipp login`.",
    )
