"""What a text that may be a Firebase token says of itself, before anything is believed.

Google's libraries check the signature, and trust the shape: they raise what they happen to raise for a header of
nested lists or a time that is a text. So the shape is held to here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

LONGEST_TOKEN = 8192
_ISSUERS: dict[str, Literal["session", "id"]] = {
    "https://session.firebase.google.com/": "session",
    "https://securetoken.google.com/": "id",
}
_LATEST = 253402300799  # the year 9999


@dataclass(frozen=True, slots=True)
class Claims:
    """Times are seconds since 1970, as in the token: `signed_in_at` is when the person proved who they are."""

    kind: Literal["session", "id"]
    uid: str
    issued_at: int
    signed_in_at: int
    expires: int

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)


def read(token: str, *, project: str, signed: bool = True) -> Claims | None:
    """Unverified. None for what can't be a token of this project; `signed` False only for an emulator's."""
    parts = token.split(".") if len(token) <= LONGEST_TOKEN and token.isascii() else []
    if len(parts) != 3:
        return None
    header, payload = _object(parts[0]), _object(parts[1])
    if header is None or payload is None or (signed and not _is_signed(header)):
        return None
    issuer = payload.get("iss")
    kind = _kind(issuer, project) if isinstance(issuer, str) else None
    uid, audience = payload.get("sub"), payload.get("aud")
    times = [payload.get(name) for name in ("iat", "auth_time", "exp")]
    if kind is None or audience != project or not isinstance(uid, str) or not 1 <= len(uid) <= 128:
        return None
    issued_at, signed_in_at, expires = (each if _is_time(each) else None for each in times)
    if issued_at is None or signed_in_at is None or expires is None:
        return None
    return Claims(kind=kind, uid=uid, issued_at=issued_at, signed_in_at=signed_in_at, expires=expires)


def _kind(issuer: str, project: str) -> Literal["session", "id"] | None:
    return next((kind for prefix, kind in _ISSUERS.items() if issuer == prefix + project), None)


def _is_signed(header: Mapping[str, Any]) -> bool:
    kid = header.get("kid")
    return header.get("alg") == "RS256" and isinstance(kid, str) and kid != ""


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LATEST


def _object(part: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
