"""What is SQLite's own: how a database is opened and how its errors read. Another database adds a file like this."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from zipp.domain.errors import Unavailable

BUSY_TIMEOUT_SECONDS = 15

# WAL: readers never wait for the writer. synchronous=FULL: each commit is on the disk before it is answered, so even
# a power cut loses nothing. With NORMAL a power cut (not a kill -9) may take back the last commits, though it never
# corrupts; measured here it would save 0.2 ms of a commit's 0.7 ms, too little to give that promise up for.
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def sqlite_engine(file: Path, *, connections: int) -> Engine:
    """An engine whose transactions write only when the connection has the execution option `writes`."""
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
    # A writer takes the lock at once: a transaction that begins by reading could not wait for it later (SQLITE_BUSY).
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
