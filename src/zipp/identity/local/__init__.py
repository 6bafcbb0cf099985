"""Identity (identity.py) with accounts of the platform's own: passwords, sessions, API tokens."""

from __future__ import annotations

from typing import Literal

from zipp.identity.local.password_links import PasswordLinks
from zipp.identity.local.people import People
from zipp.identity.local.sessions import Sessions
from zipp.identity.local.signing_up import SigningUp
from zipp.identity.shared.api_tokens import THIS_MACHINE
from zipp.identity.shared.handovers import Handovers
from zipp.identity.shared.invites import Invites

__all__ = ["THIS_MACHINE", "LocalIdentity"]


class LocalIdentity(SigningUp, Sessions, PasswordLinks, People, Handovers, Invites):
    """Sessions and tokens are rows: one that is deleted stops working with the next request."""

    kind: Literal["local", "firebase"] = "local"
    sign_in_page = None

    async def ping(self) -> None:
        """Accounts are rows of the records, which answer for themselves."""

    async def close(self) -> None: ...
