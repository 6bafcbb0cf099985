"""The seam of the contract suites: a new implementation adds a name to `params` and a branch below."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from buckets import bucket_storage, new_bucket
from emulators import firebase_settings

from zipp.firebase.connection import Firebase
from zipp.records.firestore import FirestoreRecords
from zipp.records.records import Records
from zipp.records.sql import SqlRecords
from zipp.storage.local import LocalStorage
from zipp.storage.storage import Storage

OpenRecords = Callable[[], Awaitable[Records]]


@pytest.fixture(params=["sql", "firestore"])
def records_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_records(records_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], Records]:
    if records_kind == "sql":
        return lambda: SqlRecords(tmp_path / "zipp.db")
    emulator = request.getfixturevalue("firestore_emulator")
    project = f"demo-{secrets.token_hex(8)}"  # an empty one: the emulator makes it as it is first named
    settings = firebase_settings(tmp_path, firebase_project=project, firestore_emulator=emulator)
    return lambda: FirestoreRecords(Firebase(settings))


@pytest.fixture
async def open_records(make_records: Callable[[], Records]) -> AsyncIterator[OpenRecords]:
    """Each call opens the same store once more, as another process of the platform would."""
    opened: list[Records] = []

    async def open_one() -> Records:
        records = make_records()
        opened.append(records)
        await records.start()
        return records

    yield open_one
    for records in opened:
        await records.close()


@pytest.fixture
async def records(open_records: OpenRecords) -> Records:
    return await open_records()


@pytest.fixture(params=["local", "bucket"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    opened: Storage
    if request.param == "local":
        opened = LocalStorage(tmp_path / "storage")
    else:
        emulator = request.getfixturevalue("bucket_emulator")
        opened = bucket_storage(tmp_path, emulator, new_bucket(emulator))
    await opened.start()
    yield opened
    await opened.close()
