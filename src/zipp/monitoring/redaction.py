"""Secrets never reach a stored line: the one place where they are taken out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import quote

MASK = "••••"
MIN_LENGTH = 4  # shorter values would blot out half of every line

# Values of settings that everybody has: no secret, and the log would be unreadable without them.
PLAIN_WORDS = frozenset(
    {"true", "false", "null", "none", "info", "debug", "warn", "warning", "error", "test", "staging", "development"}
    | {"production", "localhost", "127.0.0.1", "utf-8", "node", "python"}
)


class Redaction:
    """The secrets of one deployment. Longest first, so that no part of a longer one stays."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secrets: Collection[str]) -> None:
        found = {form for secret in secrets for form in _forms(secret)} - self._secrets
        if found:
            self._secrets |= found
            ordered = sorted(self._secrets, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def apply(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text


def _forms(secret: str) -> Iterator[str]:
    """The value, each line of it (a key in PEM is printed line by line), and each as it stands in a URL."""
    for part in {secret, *secret.splitlines()}:
        value = part.strip()
        if len(value) < MIN_LENGTH or value.lower() in PLAIN_WORDS or (value.isdigit() and len(value) < 6):
            continue
        yield value
        yield quote(value, safe="")
