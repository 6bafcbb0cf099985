"""An identity with Firebase as in production: no emulator anywhere, all that Google answers comes from loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identitytoolkit import PROJECT, IdentityToolkit, key_file

from zipp.domain.ids import now
from zipp.domain.user import User
from zipp.firebase.connection import Firebase
from zipp.identity.firebase import FirebaseIdentity
from zipp.records.sql import SqlRecords
from zipp.settings import Settings


@dataclass
class RealFirebase:
    toolkit: IdentityToolkit
    records: SqlRecords
    identity: FirebaseIdentity

    async def add_member(self, uid: str, email: str) -> User:
        self.toolkit.add(uid, email)
        user = User(uid=uid, email=email, created_at=now())
        await self.records.create_user(user)
        return user


@asynccontextmanager
async def opened(toolkit: IdentityToolkit, folder: Path, **settings: Any) -> AsyncIterator[RealFirebase]:
    """Ada is a member; the first account waits for its set-up link."""
    records = SqlRecords(folder / "zipp.db")
    await records.start()
    chosen: dict[str, Any] = {"identity": "firebase", "firebase_project": PROJECT, "firebase_api_key": "web-key"}
    chosen |= {"data_dir": folder, "firebase_credentials": key_file(folder, toolkit.port), "signup": "open"}
    configured = Settings(**(chosen | settings))
    identity = FirebaseIdentity(records, configured, Firebase(configured))
    await identity.prepare_first_account()
    made = RealFirebase(toolkit, records, identity)
    await made.add_member("ada", "ada@example.com")
    yield made
    await identity.close()
    await records.close()
