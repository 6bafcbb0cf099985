"""Proof Key for Code Exchange (RFC 7636, S256): what the browser carries is of no use to who lacks the verifier."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

_RANDOM_BYTES = 48  # 64 characters; the RFC takes 43 to 128


@dataclass(frozen=True, slots=True)
class Proof:
    """`challenge` goes with the browser, `verifier` only to the platform itself."""

    verifier: str = field(repr=False)
    challenge: str

    @classmethod
    def new(cls) -> Proof:
        verifier = secrets.token_urlsafe(_RANDOM_BYTES)
        hashed = hashlib.sha256(verifier.encode()).digest()
        return cls(verifier, base64.urlsafe_b64encode(hashed).rstrip(b"=").decode())
