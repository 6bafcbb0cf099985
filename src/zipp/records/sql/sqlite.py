"""What is SQLite's own: how a database is opened and how its errors read. Another database adds a file like this."""

from __future__ import annotations

import os
import sqlite3
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from zipp.domain.errors import Unavailable

BUSY_TIMEOUT_SECONDS = 15

# WAL: readers never wait for the writer, and nothing ever leaves the file corrupt.
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
)


class Synchronous(StrEnum):
    """When a commit is answered. A kill -9 loses nothing in either; only a power cut or a crash of the system can.

    FULL: once it is on the disk, with all that was committed before (0.3 ms on a quiet disk, 1.6 ms in the middle
    and 10 ms at p95 beside a build that writes). NORMAL: once the system has it (0.02 ms whatever the disk does).
    """

    FULL = "FULL"
    NORMAL = "NORMAL"


def sqlite_engine(file: Path, *, connections: int) -> Engine:
    """An engine whose connections write only with the execution option `synchronous`."""
    url = URL.create("sqlite", database=str(file))
    engine = create_engine(url, pool_size=connections, max_overflow=0)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def make_file(file: Path) -> None:
    """Make the file before SQLite does, so that it (and the -wal and -shm beside it) is its owner's alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    file.chmod(0o600)


def translated(error: DatabaseError) -> Unavailable:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest is the extended code
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable(
            "The records are locked by another program.",
            code="records_busy",
            hint="Try again; if it stays so, find what holds the database file open (a backup, a second Zipp).",
        )
    if code == sqlite3.SQLITE_FULL:
        return Unavailable(
            "There is no room left for the records.",
            code="records_full",
            hint="Free some disk space; nothing that was stored is lost.",
        )
    return unreadable()


def unreadable() -> Unavailable:
    return Unavailable(
        "The records can't be read or written.",
        code="records_unreadable",
        hint="Check the disk, and that the database file belongs to Zipp's account; "
        "if it is damaged, restore it from a backup.",
    )


def _prepare_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    try:
        connection.isolation_level = None  # Python's driver begins nothing by itself
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise


def _begin(connection: Connection) -> None:
    synchronous = connection.get_execution_options().get("synchronous")
    if synchronous is None:
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
    # A writer takes the lock at once: a transaction that begins by reading could not wait for it later (SQLITE_BUSY).
    connection.exec_driver_sql("BEGIN IMMEDIATE")
