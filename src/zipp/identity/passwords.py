"""Passwords, hashed with Argon2id; and what a password must be."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from zipp.domain.errors import InvalidInput

SHORTEST, LONGEST = 10, 1024
NO_PASSWORD = "!"  # noqa: S105 (stored in the place of a hash: there was one, and nothing matches any more)

# OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 iterations, 1 lane. Two at a time, so 38 MiB at most.
_HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
_AT_ONCE = 2


class Passwords:
    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return await self._work(password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """With `stored` None (no such account) the same work is done, against a hash that nothing matches."""
        if stored == NO_PASSWORD:
            stored = None
        if self._nobodys is None:
            self._nobodys = await self._work(secrets.token_urlsafe())
        async with self._room:
            matches = await asyncio.to_thread(self._matches, stored or self._nobodys, password[:LONGEST])
        return matches and stored is not None and len(password) <= LONGEST

    def is_outdated(self, stored: str) -> bool:
        """Made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def _work(self, password: str) -> str:
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str, *, email: str, pointer: str = "/password") -> None:
    """Length and no more, as NIST SP 800-63B (3.1.1.2) has it: rules on composition make passwords worse."""
    if len(password) < SHORTEST:
        raise _weak(f"The password has fewer than {SHORTEST} characters.", pointer)
    if len(password) > LONGEST:
        raise _weak(f"The password has more than {LONGEST} characters.", pointer)
    if password.lower() in (email, email.partition("@")[0]) or len(set(password)) == 1:
        raise _weak("The password is the email address, or one character repeated.", pointer)


def _weak(message: str, pointer: str) -> InvalidInput:
    return InvalidInput(
        message,
        code="password_weak",
        hint=f"Use {SHORTEST} to {LONGEST} characters; a few words that only you would put together do well.",
        pointer=pointer,
    )


def _bytes(password: str) -> bytes:
    # One and the same password however a keyboard composes it (NIST SP 800-63B: normalise before hashing).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
