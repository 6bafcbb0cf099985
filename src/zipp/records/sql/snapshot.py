"""One moment of a database, for as long as it takes to read all of it (a backup)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, select

from zipp.records.records import Change
from zipp.records.sql.database import Database, translated_errors
from zipp.records.sql.schema import schema_version

T = TypeVar("T")


class Snapshot(Database):
    """A transaction that only reads. In WAL mode nobody waits for it, nor it for anybody; the log grows meanwhile."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self._held: Connection | None = None

    async def read(self, query: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._query, query)

    async def _write(
        self, engine: Engine, change: Callable[[Connection], T], told: Callable[[T], Iterable[Change]] | None
    ) -> T:
        raise TypeError("a snapshot can only be read")

    def _open(self) -> None:
        """The moment is that of the first thing read."""
        super()._open()
        with translated_errors():
            self._held = self._engine.connect()
        self._query(lambda connection: connection.execute(select(schema_version.c.version)).scalar_one())

    def _query(self, query: Callable[[Connection], T]) -> T:
        if self._held is None:
            raise RuntimeError("not started")
        with translated_errors():
            return query(self._held)

    def _close(self) -> None:
        if self._held is not None:
            self._writer.submit(self._held.close).result()
        super()._close()
