"""Identity (identity.py) with accounts of the platform's own: passwords, sessions, API tokens."""

from __future__ import annotations

from typing import Literal

from zipp.identity.local.api_tokens import THIS_MACHINE, ApiTokens
from zipp.identity.local.people import People
from zipp.identity.local.sessions import Sessions
from zipp.identity.local.set_up import SetUp
from zipp.identity.local.signing_up import SigningUp

__all__ = ["THIS_MACHINE", "LocalIdentity"]


class LocalIdentity(SetUp, SigningUp, Sessions, ApiTokens, People):
    """Sessions and tokens are rows: one that is deleted stops working with the next request."""

    kind: Literal["local", "firebase"] = "local"
