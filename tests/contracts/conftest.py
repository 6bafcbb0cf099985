"""The seam of the contract suites: a new implementation adds a name to `params` and a branch below."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from zipp.records.records import Records
from zipp.records.sql import SqlRecords
from zipp.storage.local import LocalStorage
from zipp.storage.storage import Storage

OpenRecords = Callable[[], Awaitable[Records]]


@pytest.fixture(params=["sql"])
def records_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def open_records(records_kind: str, tmp_path: Path) -> AsyncIterator[OpenRecords]:
    """Each call opens the same store once more, as another process of the platform would."""
    opened: list[Records] = []

    async def open_one() -> Records:
        assert records_kind == "sql"
        records = SqlRecords(tmp_path / "zipp.db")
        opened.append(records)
        await records.start()
        return records

    yield open_one
    for records in opened:
        await records.close()


@pytest.fixture
async def records(open_records: OpenRecords) -> Records:
    return await open_records()


@pytest.fixture(params=["local"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    assert request.param == "local"
    opened = LocalStorage(tmp_path / "storage")
    await opened.start()
    return opened
