"""Records (records.py) in a relational database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, delete, select

from zipp.records.sql.activity import Activity
from zipp.records.sql.database import Database
from zipp.records.sql.deployments import Deployments
from zipp.records.sql.invites import Invites
from zipp.records.sql.ports import Ports
from zipp.records.sql.queue import Queue
from zipp.records.sql.schema import metadata, schema_version
from zipp.records.sql.sites import Sites
from zipp.records.sql.snapshot import Snapshot
from zipp.records.sql.tokens import Tokens
from zipp.records.sql.users import Users


class SqlRecords(Users, Tokens, Invites, Sites, Deployments, Queue, Ports, Activity):
    """`file` is one SQLite database, made at the first start and readable only by its owner."""

    def __init__(self, file: Path, *, database: Database | None = None) -> None:
        super().__init__(database or Database(file))
        self._file = file

    is_remote = False

    @property
    def certain(self) -> SqlRecords:
        return self

    async def start(self) -> None:
        await self._database.start()

    async def close(self) -> None:
        await self._database.close()

    async def ping(self) -> None:
        await self._database.read(lambda connection: connection.execute(select(schema_version.c.version)).scalar_one())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlRecords]:
        frozen = SqlRecords(self._file, database=Snapshot(self._file))
        await frozen.start()
        try:
            yield frozen
        finally:
            await frozen.close()

    async def erase(self) -> None:
        def change(connection: Connection) -> None:
            for table in reversed(metadata.sorted_tables):
                if table is not schema_version:
                    connection.execute(delete(table))

        await self._database.write(change)
