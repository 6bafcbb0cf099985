"""The seam of the identity suite (test_identities.py): how people come by an account and a session, per identity."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from argon2 import PasswordHasher
from emulators import firebase_settings
from firebaseaccounts import FirebaseAccounts

from zipp.firebase.connection import Firebase
from zipp.identity.firebase import FirebaseIdentity
from zipp.identity.identity import Grant, Identity
from zipp.identity.local import LocalIdentity
from zipp.identity.passwords import Passwords
from zipp.records.records import Records
from zipp.settings import Settings

PASSWORD = "correct horse battery"


class People(Protocol):
    records: Records
    identity: Identity

    def address(self, name: str) -> str:
        """One that nobody else's test has."""

    def again(self, **settings: Any) -> Identity:
        """The same platform, started once more."""

    async def join(self, email: str, **how: Any) -> Grant:
        """Sign up: `name`, `setup_token`, `invite`."""

    async def sign_in(self, email: str) -> Grant: ...

    async def close(self) -> None: ...


class LocalPeople:
    def __init__(self, records: Records, **settings: Any) -> None:
        self.records = records
        self.identity: Identity = self.again(**settings)

    def address(self, name: str) -> str:
        return f"{name}@example.com"

    def again(self, **settings: Any) -> Identity:
        quick = Passwords(PasswordHasher(memory_cost=64, time_cost=1, parallelism=1))
        return LocalIdentity(self.records, Settings(data_dir=Path("/nowhere"), **settings), quick)

    async def join(self, email: str, **how: Any) -> Grant:
        return await self.identity.signup(email=email, password=PASSWORD, **how)

    async def sign_in(self, email: str) -> Grant:
        return await self.identity.login(email=email, password=PASSWORD)

    async def close(self) -> None:
        await self.identity.close()


class FirebasePeople:
    def __init__(self, records: Records, accounts: FirebaseAccounts, **settings: Any) -> None:
        self.records = records
        self.accounts = accounts
        self._domain = f"{uuid4().hex[:12]}.example.com"
        self._opened: list[Identity] = []
        self.identity: Identity = self.again(**settings)

    def address(self, name: str) -> str:
        return f"{name}@{self._domain}"

    def again(self, **settings: Any) -> Identity:
        configured = firebase_settings(Path("/nowhere"), backend="embedded", identity="firebase", **settings)
        identity = FirebaseIdentity(self.records, configured, Firebase(configured))
        self._opened.append(identity)
        return identity

    async def join(self, email: str, *, verified: bool = True, **how: Any) -> Grant:
        self.accounts.make(email.strip().lower(), verified=verified)
        return await self.identity.login_with_token(self.accounts.sign_in(email.strip().lower()), **how)

    async def sign_in(self, email: str) -> Grant:
        return await self.identity.login_with_token(self.accounts.sign_in(email))

    async def close(self) -> None:
        for identity in self._opened:
            await identity.close()
