"""A question to one of Google's services over HTTP, as its own libraries ask it, but with an end in sight: they try for
minutes, and tell less."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

ANSWER_SECONDS = 5.0
EMULATORS_ADMIN = "owner"  # what emulators take for the platform's own credential
_CODE = re.compile(r"[A-Z][A-Z_]{2,60}")


@dataclass(frozen=True, slots=True)
class Service:
    """Where to ask: the service itself with an access token, where we have one, or its emulator."""

    host: str
    base: str
    token: str | None
    emulated: bool

    @classmethod
    def at(cls, host: str, *, token: str | None, emulator: str | None) -> Service:
        if emulator is not None:
            return cls(host, emulator, EMULATORS_ADMIN, emulated=True)
        return cls(host, f"https://{host}", token, emulated=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` 0: nothing answered. `codes` are Google's own words for what is wrong. `ahead_seconds`: by how much this
    machine's clock is ahead of the answer's."""

    status: int = 0
    codes: frozenset[str] = frozenset()
    body: Mapping[str, Any] = field(default_factory=dict)
    ahead_seconds: float | None = None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def ask(service: Service, method: str, path: str, *, json: object = None) -> Reply:
    import httpx

    headers = {} if service.token is None else {"Authorization": f"Bearer {service.token}"}
    try:
        with httpx.Client(timeout=ANSWER_SECONDS, trust_env=not service.emulated) as client:
            answer = client.request(method, service.base + path, headers=headers, json=json)
    except httpx.HTTPError:
        return Reply()
    try:
        body = dict(answer.json())
    except (ValueError, TypeError):
        body = {}
    return Reply(answer.status_code, _codes(body), body, _ahead(answer.headers.get("Date", "")))


def _codes(body: Mapping[str, Any]) -> frozenset[str]:
    """AIP-193's status and ErrorInfo.reason; Identity Toolkit puts its code where the others have a sentence."""
    error = body.get("error")
    if not isinstance(error, dict):
        return frozenset()
    details = [each.get("reason") for each in error.get("details") or () if isinstance(each, dict)]
    words = [str(word) for word in (error.get("status"), error.get("message"), *details)]
    return frozenset(word for word in words if _CODE.fullmatch(word))


def _ahead(date: str) -> float | None:
    try:
        return (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return None
