"""What is the SQL records' own: the file, its schema, its damage, and what a kill -9 leaves."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from zipp.domain.deployment import Deployment, ZipSource
from zipp.domain.errors import Unavailable
from zipp.domain.ids import new_id, now
from zipp.domain.site import Site
from zipp.identity.local import LocalIdentity
from zipp.records.records import LiveChange
from zipp.records.sql import SqlRecords
from zipp.records.sql import schema as sql_schema
from zipp.settings import Settings

# Goes live over and over, as fast as it can; says each change that it was told is stored.
WRITER = """
import asyncio, sys
from pathlib import Path
from zipp.records.records import LiveChange
from zipp.records.sql import SqlRecords

async def main(file, deployment_id):
    records = SqlRecords(Path(file))
    await records.start()
    while True:
        deployment = await records.get_deployment(deployment_id)
        site = await records.get_site("shop")
        number = (deployment.port or 0) + 1
        changed = deployment.model_copy(update={"port": number})
        await records.save(changed, live=LiveChange("shop", site.live_deployment, f"change-{number}"))
        print(number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def a_deployment() -> Deployment:
    source = ZipSource(filename="shop.zip", size=12, sha256="ab" * 32)
    return Deployment(id=new_id(), site="shop", owner="anna", source=source, created_at=now())


@asynccontextmanager
async def opened(file: Path) -> AsyncIterator[SqlRecords]:
    records = SqlRecords(file)
    try:
        await records.start()
        yield records
    finally:
        await records.close()


async def with_a_deployment(file: Path) -> Deployment:
    deployment = a_deployment()
    async with opened(file) as records:
        await records.create_site(Site(name="shop", owner="anna", created_at=now()))
        await records.create_deployment(deployment)
    return deployment


async def test_kill_9_loses_nothing_that_was_answered_and_leaves_nothing_by_halves(tmp_path: Path) -> None:
    file = tmp_path / "zipp.db"
    deployment = await with_a_deployment(file)
    for lines in (1, 17, 60):
        command = [sys.executable, "-c", WRITER, str(file), deployment.id]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(lines):
                writer.stdout.readline()
            os.kill(writer.pid, signal.SIGKILL)
            said = [int(line) for line in writer.stdout.read().split()]
        async with opened(file) as records:
            stored, site = await records.get_deployment(deployment.id), await records.get_site("shop")
            assert stored is not None
            assert site is not None
            assert stored.port is not None
            assert stored.port >= max([lines, *said])
            assert (stored.version, site.live_deployment) == (stored.port, f"change-{stored.port}")
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_what_people_are_told_is_synced_and_progress_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    async with opened(tmp_path / "zipp.db") as records:
        commits: list[int] = []
        event.listen(
            records._database._engine,
            "commit",
            lambda connection: commits.append(connection.exec_driver_sql("PRAGMA synchronous").scalar()),
        )

        async def synced(*calls: Awaitable[object]) -> set[bool]:
            commits.clear()
            for call in calls:
                await call
            assert len(commits) >= len(calls)
            return {level >= 2 for level in commits}  # 2 is FULL, 1 is NORMAL

        deployment = a_deployment()
        assert await synced(
            records.create_site(Site(name="shop", owner="anna", created_at=now())),
            records.create_deployment(deployment),
            records.save(deployment, live=LiveChange("shop", None, deployment.id)),
            records.request_cancel(deployment.id),
            records.update_site("shop", {"framework": "node"}),
        ) == {True}
        assert await synced(
            records.save(deployment.model_copy(update={"version": 1})),
            records.renew_lease(deployment.id, "w", lease_seconds=9),
            records.allocate_port(deployment.id, start=3001, end=3009),
        ) == {False}


async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with opened(tmp_path / "deep" / "zipp.db") as records:
            await records.create_site(Site(name="shop", owner="anna", created_at=now()))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()}
    finally:
        os.umask(before)
    assert modes == {"zipp.db": 0o600, "zipp.db-wal": 0o600, "zipp.db-shm": 0o600}


async def test_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "zipp.db"
    file.touch(0o644)
    async with opened(file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def refused(file: Path) -> str:
    with pytest.raises(Unavailable) as caught:
        async with opened(file):
            pass
    assert caught.value.hint
    return caught.value.code


async def test_database_of_a_newer_zipp_is_refused_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "zipp.db"
    await with_a_deployment(file)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    assert await refused(file) == "records_too_new"
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchone() == (99,)
    connection.close()


def with_one_more(monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    monkeypatch.setattr(sql_schema, "MIGRATIONS", (*sql_schema.MIGRATIONS, statements))
    monkeypatch.setattr(sql_schema, "VERSION", sql_schema.VERSION + 1)


async def test_older_database_is_migrated_once_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "zipp.db"
    deployment = await with_a_deployment(file)
    with_one_more(monkeypatch, "CREATE TABLE extra (x INTEGER)", "INSERT INTO extra VALUES (1)")
    for _ in range(2):
        async with opened(file) as records:
            assert await records.get_deployment(deployment.id) == deployment
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT x FROM extra").fetchall() == [(1,)]
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [(sql_schema.VERSION,)]
    connection.close()


async def test_failed_migration_leaves_the_older_database_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "zipp.db"
    deployment = await with_a_deployment(file)
    with monkeypatch.context() as patched:
        with_one_more(patched, "CREATE TABLE extra (x INTEGER)", "no SQL at all")
        assert await refused(file) == "records_unreadable"
    async with opened(file) as records:
        assert await records.get_deployment(deployment.id) == deployment
    with sqlite3.connect(file) as connection:
        assert not connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchall()
    connection.close()


async def test_what_is_no_database_of_ours_is_refused_and_not_touched(tmp_path: Path) -> None:
    text, folder, foreign, blocked = (tmp_path / name for name in ("text.db", "folder.db", "foreign.db", "file/x.db"))
    text.write_bytes(b"this is no database, it is a text of some length\n" * 100)
    folder.mkdir()
    blocked.parent.write_bytes(b"")
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE theirs (x INTEGER)")
    connection.close()
    before = text.read_bytes()
    for file in (text, folder, foreign, blocked):
        assert await refused(file) == "records_unreadable"
    assert text.read_bytes() == before
    with sqlite3.connect(foreign) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


async def test_damage_in_the_middle_is_told_as_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "zipp.db"
    deployment = await with_a_deployment(file)
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(Unavailable) as caught:
        async with opened(file) as records:
            await records.get_deployment(deployment.id)
    assert caught.value.code == "records_unreadable"


@pytest.mark.parametrize(
    "change", ["source = '{'", 'source = \'{"kind": "ftp"}\'', "created_at = 'soon'", "status = 'X'"]
)
async def test_row_that_makes_no_sense_is_told_as_unreadable(tmp_path: Path, change: str) -> None:
    file = tmp_path / "zipp.db"
    deployment = await with_a_deployment(file)
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE deployments SET {change}")
    connection.close()
    async with opened(file) as records:
        for call in (records.get_deployment(deployment.id), records.list_deployments(limit=5)):
            with pytest.raises(Unavailable) as caught:
                await call
            assert caught.value.code == "records_unreadable"
        await records.ping()


async def test_lock_that_another_program_keeps_is_told_as_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zipp.records.sql.sqlite._PRAGMAS", ("PRAGMA busy_timeout = 50", "PRAGMA journal_mode = WAL"))
    async with opened(tmp_path / "zipp.db") as records:
        other = sqlite3.connect(tmp_path / "zipp.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            await records.create_site(Site(name="shop", owner="anna", created_at=now()))
        assert caught.value.code == "records_busy"
        assert await records.get_site("shop") is None, "readers go on"
        other.execute("ROLLBACK")
        other.close()
        await records.create_site(Site(name="shop", owner="anna", created_at=now()))


async def test_no_secret_is_in_the_database(tmp_path: Path) -> None:
    file, password = tmp_path / "zipp.db", "correct horse battery"
    async with opened(file) as records:
        identity = LocalIdentity(records, Settings(data_dir=tmp_path))
        setup, operator = await identity.new_setup_token(), await identity.operator_token()
        assert setup is not None
        grant = await identity.signup(email="anna@example.com", password=password, setup_token=setup)
        stored = b"".join(part.read_bytes() for part in tmp_path.glob("zipp.db*"))
    assert b"anna@example.com" in stored
    for secret in (setup, operator, grant.secret, password):
        assert secret.encode() not in stored


async def test_first_versions_database_becomes_one_like_a_fresh_one(tmp_path: Path) -> None:
    old, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    with sqlite3.connect(old) as connection:
        connection.executescript(Path(__file__).with_name("version-1.sql").read_text())
        connection.execute(
            "INSERT INTO users VALUES ('u', 'a@b', 'a@b', 'h', '', 'admin', '{}', 0, '2026-01-01 00:00:00')"
        )
    connection.close()
    for file in (old, fresh):
        async with opened(file) as records:
            migrated = await records.oldest_admin()
            assert (migrated is not None) == (file == old)
    assert shape_of(old) == shape_of(fresh)


def shape_of(file: Path) -> dict[str, object]:
    """Columns (name, type, whether it may be empty, key), indexes and references of every table."""
    connection = sqlite3.connect(file)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    shape: dict[str, object] = {}
    for table in tables:
        columns = {(c[1], c[2], c[3], c[5]) for c in connection.execute(f"PRAGMA table_info({table})")}
        indexed = [
            (index[2], tuple(c[2] for c in connection.execute(f"PRAGMA index_info({index[1]})")))
            for index in connection.execute(f"PRAGMA index_list({table})")
        ]
        references = sorted(c[2:7] for c in connection.execute(f"PRAGMA foreign_key_list({table})"))
        shape[table] = (columns, sorted(indexed), references)
    connection.close()
    return shape
