"""Records (records.py) in a relational database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from zipp.records.sql.database import Database
from zipp.records.sql.deployments import Deployments
from zipp.records.sql.invites import Invites
from zipp.records.sql.ports import Ports
from zipp.records.sql.queue import Queue
from zipp.records.sql.schema import schema_version
from zipp.records.sql.sites import Sites
from zipp.records.sql.tokens import Tokens
from zipp.records.sql.users import Users


class SqlRecords(Users, Tokens, Invites, Sites, Deployments, Queue, Ports):
    """`file` is one SQLite database, made at the first start and readable only by its owner."""

    def __init__(self, file: Path) -> None:
        super().__init__(Database(file))

    async def start(self) -> None:
        await self._database.start()

    async def close(self) -> None:
        await self._database.close()

    async def ping(self) -> None:
        await self._database.read(lambda connection: connection.execute(select(schema_version.c.version)).scalar_one())
