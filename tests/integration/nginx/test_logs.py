"""nginx's logs when they have grown: set aside, begun anew, no line lost; and visits counted all the while."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nginxsite import HOST, Site, as_root, eventually

from zipp.monitoring import access as access_module
from zipp.monitoring import tail as tail_module
from zipp.monitoring.access import AccessLog
from zipp.proxy import nginx as nginx_module
from zipp.proxy.layout import Layout

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def lines_of(logs: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in logs.glob("access.log*"))


@pytest.fixture
async def serving(alone: Site) -> Site:
    await alone.nginx.start()
    await alone.nginx.switch(HOST, alone.release("one", {"index.html": "hello"}))
    return alone


async def test_logs_that_have_grown_are_set_aside_and_no_line_is_lost(
    serving: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nginx_module, "ACCESS_BYTES", 4096)
    logs, requests = serving.prefix / "logs", 0
    workers = serving.workers()
    for _ in range(6):
        before = (logs / "access.log").stat().st_ino
        while (logs / "access.log").stat().st_size <= 4096:
            await asyncio.gather(*(serving.ask() for _ in range(20)))
            requests += 20
            await asyncio.sleep(0.1)
        await serving.nginx.rotate_logs()
        await eventually(lambda before=before: (logs / "access.log").exists() and _inode(logs) != before)
    await asyncio.gather(*(serving.ask() for _ in range(20)))
    kept = sorted(file.name for file in logs.glob("access.log*"))
    assert kept == ["access.log", "access.log.1", "access.log.2", "access.log.3"]
    await eventually(lambda: (logs / "access.log").stat().st_size > 0)
    assert serving.workers() == workers
    assert "Permission denied" not in (logs / "error.log").read_text()


async def test_visits_are_counted_through_a_rotation(serving: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nginx_module, "ACCESS_BYTES", 100_000)
    monkeypatch.setattr(access_module, "EVERY_SECONDS", 0.2)
    monkeypatch.setattr(tail_module, "SETTLE_SECONDS", 0.5)
    access = AccessLog(Layout.of(serving.settings), serving.nginx)
    await access.start()
    requests = 0
    while not (serving.prefix / "logs/access.log.2").exists():
        await asyncio.gather(*(serving.ask() for _ in range(10)), serving.ask(host="nobody.zipp.localhost"))
        requests += 10
        await asyncio.sleep(0.02)
    await serving.ask("/missing")
    await eventually(lambda: sum(access.traffic([HOST], since=LONG_AGO).requests) == requests + 1)
    assert sum(access.traffic([HOST], since=LONG_AGO).errors) == 0
    assert lines_of(serving.prefix / "logs") >= requests
    await access.close()


async def test_a_log_that_vanished_is_made_anew(serving: Site) -> None:
    logs = serving.prefix / "logs"
    (logs / "access.log").rename(logs / "access.log.1")
    await serving.nginx.rotate_logs()
    await eventually((logs / "access.log").exists)
    await serving.ask()
    await eventually(lambda: (logs / "access.log").stat().st_size > 0)


@as_root
async def test_the_logs_folder_is_the_workers_to_pass_and_nobody_elses(serving: Site) -> None:
    folder = (serving.prefix / "logs").stat()
    assert folder.st_mode & 0o777 == 0o710
    assert folder.st_uid == 0


def _inode(logs: Path) -> int:
    return (logs / "access.log").stat().st_ino
