"""How often each site was visited in the last day, hour by hour, counted from nginx's access log.

The log is the only store: at the start its last part is read anew, so on a busy platform the first hours of the day
before a restart may count as empty. A host is counted while it has a route: whatever names visitors make up, memory is
bounded by the sites that there are.
"""

from __future__ import annotations

import asyncio
import os
import time
from array import array
from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import structlog

from zipp.monitoring.tail import Tail
from zipp.proxy.layout import Layout
from zipp.proxy.logs import earlier_logs
from zipp.proxy.proxy import Proxy

HOURS = 24
HOUR_SECONDS = 3600
EVERY_SECONDS = 1.0
START_BYTES = 64 * 1024**2

logger = structlog.get_logger()

# (host, hour since 1970) -> requests; and of those that ended with a status of 500 or more.
Tally = tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Traffic:
    """By the hour, oldest first; the last one is still going on. `since` is when the first one began."""

    since: datetime
    step_seconds: int
    requests: list[int]
    errors: list[int]


class _Hours:
    """The last HOURS hours of a host: a ring, indexed by the hour."""

    __slots__ = ("errors", "newest", "requests")

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.requests = array("Q", [0] * HOURS)
        self.errors = array("Q", [0] * HOURS)

    def add(self, hour: int, requests: int, errors: int) -> None:
        for passed in range(max(self.newest + 1, hour - HOURS + 1), hour + 1):
            self.requests[passed % HOURS] = self.errors[passed % HOURS] = 0
        self.newest = max(self.newest, hour)
        if hour > self.newest - HOURS:
            self.requests[hour % HOURS] += requests
            self.errors[hour % HOURS] += errors

    def at(self, hour: int) -> tuple[int, int]:
        if self.newest - HOURS < hour <= self.newest:
            return self.requests[hour % HOURS], self.errors[hour % HOURS]
        return 0, 0


class AccessLog:
    """Follows the log, and has it set aside when it has grown large."""

    def __init__(self, at: Layout, proxy: Proxy) -> None:
        self._at = at
        self._proxy = proxy
        self._tail = Tail(at.access_log, last_bytes=START_BYTES)
        self._hosts: dict[str, _Hours] = {}
        self._busy: set[str] = set()
        self._cleared_at = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="access log")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._tail.close()

    def traffic(self, hosts: Iterable[str], *, since: datetime) -> Traffic:
        """Of all the hosts together; what was before the hour of `since` was another's who had the name."""
        first, earliest = _hour_now() - HOURS + 1, int(since.timestamp()) // HOUR_SECONDS
        counted = [self._hosts[host] for host in hosts if host in self._hosts]
        requests, errors = [0] * HOURS, [0] * HOURS
        for index in range(HOURS):
            if first + index >= earliest:
                for hours in counted:
                    more = hours.at(first + index)
                    requests[index] += more[0]
                    errors[index] += more[1]
        return Traffic(datetime.fromtimestamp(first * HOUR_SECONDS, UTC), HOUR_SECONDS, requests, errors)

    def take_busy(self) -> set[str]:
        """The hosts that were visited since this was last asked."""
        busy, self._busy = self._busy, set()
        return busy

    # ---------------------------------------------------------------------------------------------------------------
    async def _run(self) -> None:
        await self._guarded(self._count_earlier())
        while True:
            await self._guarded(self._count_new())
            await self._guarded(self._proxy.rotate_logs())
            self._forget_hosts()
            await asyncio.sleep(EVERY_SECONDS)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """A disk that fails costs numbers, and is told of in the operator's log; it is looked at again."""
        try:
            await work
        except OSError as error:
            logger.warning("access_log_not_read", reason=error.strerror)

    async def _count_new(self) -> None:
        while data := await asyncio.to_thread(self._tail.read):
            self._add(await asyncio.to_thread(self._tally, data))

    async def _count_earlier(self) -> None:
        """What the tail does not reach back to: logs that were set aside, newest first, START_BYTES in all."""
        left = START_BYTES - (self._at.access_log.stat().st_size if self._at.access_log.exists() else 0)
        for log in earlier_logs(self._at.access_log):
            if left <= 0:
                return
            size = log.stat().st_size
            earlier = Tail(log, last_bytes=left)
            left -= size
            try:
                while data := await asyncio.to_thread(earlier.read):
                    self._add(await asyncio.to_thread(self._tally, data))
            finally:
                earlier.close()

    def _tally(self, data: bytes) -> Tally:
        """Blocking: for a thread. Hosts without a route are left out."""
        requests, errors = tally(data)
        unknown = {host for host, _ in requests} - self._hosts.keys()
        left_out = {host for host in unknown if not self._is_routed(host)}
        for counter in (requests, errors):
            for key in [key for key in counter if key[0] in left_out]:
                del counter[key]
        return requests, errors

    def _add(self, counted: Tally) -> None:
        requests, errors = counted
        now = _hour_now()
        for (host, hour), count in requests.items():
            if now - HOURS < hour <= now + 1:  # a clock that was wrong must not clear the day
                self._hosts.setdefault(host, _Hours(now)).add(hour, count, errors[host, hour])
                self._busy.add(host)

    def _forget_hosts(self) -> None:
        """Once an hour: those that have no route any more."""
        if self._cleared_at != _hour_now():
            self._cleared_at = _hour_now()
            self._hosts = {host: hours for host, hours in self._hosts.items() if self._is_routed(host)}

    def _is_routed(self, host: str) -> bool:
        return "/" not in host and os.path.islink(self._at.routes / host)


def tally(data: bytes) -> Tally:
    """Count whole lines of nginx.conf.j2's log_format. Whatever is none of those is passed over."""
    requests: Counter[tuple[str, int]] = Counter()
    errors: Counter[tuple[str, int]] = Counter()
    for minute, host, status in _fields(data):
        hour = _hour(minute)
        if hour is not None:
            key = host.decode("ascii", "replace"), hour
            requests[key] += 1
            if status >= b"500":
                errors[key] += 1
    return requests, errors


# Where the format has its fixed parts: {"time":"2030-01-01T05:06:07+00:00","host":"
_TIME, _SECONDS, _OFFSET, _TIME_END, _HOST = 9, 25, 28, 34, 44
_STATUS = b'","status":'  # can't be in what visitors send: nginx escapes their quotation marks


def _fields(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The minute with its offset from UTC, the host, the status. Cut out, not parsed as JSON: ten times as fast."""
    for line in data.split(b"\n"):
        if line.startswith(b'{"time":"') and line[_TIME_END:_HOST] == b'","host":"':
            end = line.find(b'"', _HOST)
            at = line.find(_STATUS, end) + len(_STATUS)
            status = line[at : at + 3]
            if end > _HOST and at >= len(_STATUS) and status.isdigit():
                yield line[_TIME:_SECONDS] + line[_OFFSET:_TIME_END], line[_HOST:end], status


@lru_cache(maxsize=2 * HOURS * 60)
def _hour(minute: bytes) -> int | None:
    """The hour since 1970 of a minute of the log; None for what is no time."""
    try:
        return int(datetime.fromisoformat(minute.decode()).timestamp()) // HOUR_SECONDS
    except ValueError:
        return None


def _hour_now() -> int:
    return int(time.time()) // HOUR_SECONDS
