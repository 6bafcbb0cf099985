"""Visits counted from nginx's access log: all of them, once, whatever becomes of the file."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from zipp.domain.ids import now
from zipp.monitoring import access as access_module
from zipp.monitoring import tail as tail_module
from zipp.monitoring.access import AccessLog, tally
from zipp.proxy.layout import Layout

HOST = "shop.zipp.localhost"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Unrotated:
    """A proxy that leaves its logs alone."""

    async def rotate_logs(self) -> None: ...


def line(host: str = HOST, *, status: int = 200, at: datetime | None = None, path: str = "/") -> bytes:
    time = (at or now()).isoformat(timespec="seconds")
    fields = {"time": time, "host": host, "method": "GET", "path": path, "status": status, "agent": "x"}
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setattr(access_module, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(tail_module, "SETTLE_SECONDS", 0.05)
    layout = Layout(tmp_path)
    layout.make()
    for host in (HOST, "www.shop.example"):
        (layout.routes / host).symlink_to("nowhere")
    return layout


def opened(at: Layout) -> AccessLog:
    return AccessLog(at, Unrotated())  # type: ignore[arg-type]


def write(at: Layout, *lines: bytes) -> None:
    with at.access_log.open("ab") as file:
        file.writelines(lines)


def counted(log: AccessLog, *hosts: str, since: datetime = LONG_AGO) -> tuple[int, int]:
    traffic = log.traffic(hosts or (HOST,), since=since)
    return sum(traffic.requests), sum(traffic.errors)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_requests_and_errors_are_counted_by_the_hour(at: Layout) -> None:
    hour = timedelta(hours=1)
    write(at, line(), line(status=404), line(status=500), line(status=503, at=now() - 2 * hour))
    write(at, line(at=now() - 23 * hour), line(at=now() - 24 * hour), line(at=now() + 5 * hour))
    write(at, line("www.shop.example"), line("other.zipp.localhost"))
    log = opened(at)
    await log.start()
    await until(lambda: counted(log) == (5, 2))
    traffic = log.traffic([HOST, "www.shop.example"], since=LONG_AGO)
    assert (traffic.requests[-1], traffic.errors[-1]) == (4, 1)
    assert (traffic.requests[-3], traffic.errors[-3]) == (1, 1)
    assert traffic.requests[0] == 1
    assert (len(traffic.requests), len(traffic.errors), traffic.step_seconds) == (24, 24, 3600)
    assert traffic.since == now().replace(minute=0, second=0, microsecond=0) - 23 * hour
    assert counted(log, since=now() - 3 * hour) == (4, 2)
    assert log.take_busy() == {HOST, "www.shop.example"}
    assert log.take_busy() == set()
    write(at, line())
    await until(lambda: counted(log) == (6, 2))
    await log.close()


def test_the_day_moves_on() -> None:
    hours = access_module._Hours(100)
    hours.add(100, 5, 1)
    hours.add(123, 2, 0)
    assert (hours.at(100), hours.at(123)) == ((5, 1), (2, 0))
    hours.add(124, 1, 0)
    assert (hours.at(100), hours.at(124)) == ((0, 0), (1, 0))
    hours.add(100, 9, 9)
    assert hours.at(124) == (1, 0)
    hours.add(500, 3, 3)
    assert [hours.at(hour) for hour in (124, 499, 500)] == [(0, 0), (0, 0), (3, 3)]


async def test_names_that_visitors_make_up_are_not_remembered(at: Layout) -> None:
    write(at, *(line(f"x{number}.zipp.localhost") for number in range(5000)), line("../routes"), line())
    log = opened(at)
    await log.start()
    await until(lambda: counted(log) == (1, 0))
    assert set(log._hosts) == {HOST}
    await log.close()


async def test_a_host_without_a_route_is_forgotten_within_the_hour(at: Layout) -> None:
    write(at, line())
    log = opened(at)
    await log.start()
    await until(lambda: counted(log) == (1, 0))
    (at.routes / HOST).unlink()
    log._cleared_at = 0
    await until(lambda: not log._hosts)
    await log.close()


async def test_a_log_that_is_set_aside_is_read_to_its_end_and_the_new_one_from_its_beginning(at: Layout) -> None:
    log = opened(at)
    await log.start()
    write(at, line())
    await until(lambda: counted(log) == (1, 0))
    with at.access_log.open("ab") as still_open:
        at.access_log.rename(at.logs / "access.log.1")
        write(at, line(), line())
        still_open.write(line())
    await until(lambda: counted(log) == (4, 0))
    write(at, line())
    await until(lambda: counted(log) == (5, 0))
    await log.close()


async def test_a_log_that_is_cut_is_read_from_its_beginning(at: Layout) -> None:
    log = opened(at)
    await log.start()
    write(at, line(), line())
    await until(lambda: counted(log) == (2, 0))
    os.truncate(at.access_log, 0)
    write(at, line())
    await until(lambda: counted(log) == (3, 0))
    await log.close()


async def test_lines_that_come_in_pieces_are_counted_once_whole(at: Layout) -> None:
    log = opened(at)
    await log.start()
    whole = line()
    for piece in (whole[:50], whole[50:-1], whole[-1:] + whole):
        write(at, piece)
        await asyncio.sleep(0.03)
    await until(lambda: counted(log) == (2, 0))
    await log.close()


async def test_a_start_reads_the_end_of_a_large_log_and_what_was_set_aside(
    at: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = len(line())
    monkeypatch.setattr(access_module, "START_BYTES", 10 * one + one // 2)
    (at.logs / "access.log.1").write_bytes(line() * 100)
    (at.logs / "access.log.2").write_bytes(line() * 100)
    write(at, line() * 4)
    log = opened(at)
    await log.start()
    await until(lambda: counted(log) == (10, 0))
    await log.close()
    write(at, line() * 96)
    again = opened(at)
    await again.start()
    await until(lambda: counted(again) == (10, 0))
    await again.close()


async def test_a_log_that_can_not_be_read_ends_nothing(at: Layout) -> None:
    at.access_log.mkdir()
    log = opened(at)
    await log.start()
    await asyncio.sleep(0.05)
    at.access_log.rmdir()
    write(at, line())
    await until(lambda: counted(log) == (1, 0))
    await log.close()


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\n\n",
        b"\0" * 500 + b"\n",
        b'{"time":"yesterday","host":"shop.zipp.localhost"}\n',
        line()[:60] + b"\n",
        line().replace(b"200", b"20"),
        line().replace(b'"status":200', b'"status":"200"'),
        b'{"time":"9999-99-99T99:99:99+00:00","host":"shop.zipp.localhost","method":"GET","path":"/","status":200}\n',
    ],
    ids=range(8),  # the lines have the time in them
)
def test_what_is_no_line_is_passed_over(damaged: bytes) -> None:
    requests, errors = tally(damaged + line())
    assert (requests.total(), errors.total()) == (1, 0)


def test_visitors_can_not_write_lines_of_their_own(at: Layout) -> None:
    forged: Any = '/","status":503,"host":"other.zipp.localhost","x":"'
    requests, errors = tally(line(path=forged))
    assert [host for host, _ in requests] == [HOST]
    assert errors.total() == 0


def test_times_of_any_zone_are_the_same_hours() -> None:
    row = '{"time":"%s","host":"a.b","method":"GET","path":"/","status":200}\n'
    times = ("2030-01-01T05:59:59+00:00", "2030-01-01T11:29:00+05:30", "2029-12-31T23:10:00-06:00")
    requests, _ = tally("".join(row % time for time in times).encode())
    assert list(requests.values()) == [3]
