"""While BuildKit builds, each new step is held to its limits, and what the kernel kills for want of memory is noted."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from zipp.images.build_limits import Groups, StepLimits

# A container's own program starts some 50 ms after its group appears; until it is seen, the whole's limit holds.
INTERVAL_SECONDS = 0.02
_SLACK_SECONDS = 0.5
_SOON_SECONDS = 5.0
_END_SECONDS = 2.0  # they take some 30 ms; another build's steps may be among those that are waited for
_LATE_NEWS_SECONDS = 1.0
_REMEMBERED = 256


class StepWatch:
    """BuildKit tells nobody which step has which group: all that appear while somebody watches are held alike, another
    person's own builds on this engine included.
    """

    def __init__(self, groups: Groups, limits: StepLimits) -> None:
        self._groups = groups
        self._limits = limits
        self._users = 0
        self._watching: asyncio.Task[None] | None = None
        self._held: dict[str, _Alarm | None] = {}
        self._kills: deque[float] = deque(maxlen=_REMEMBERED)
        self._counts: dict[str, int] = {}
        self._seen: dict[str, float] = {}
        self.has_held = False

    @asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        self._users += 1
        if self._watching is None:
            self._counts = {name: self._groups.kills(name) for name in self._counted([])}
            self._watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                watching, self._watching = self._watching, None
                await _end(watching)
                with suppress(OSError):
                    self._look()  # for what was killed at the very end
                self._forget(set())

    def killed_between(self, began: float, ended: float) -> bool:
        """Times in seconds since 1970."""
        return any(began - _SLACK_SECONDS <= moment <= ended + _SLACK_SECONDS for moment in self._kills)

    async def end_of(self, began: Collection[float]) -> None:
        """Wait for the end of the steps that began at these times: BuildKit makes their groups soon afterwards."""
        names = {name for name, seen in self._seen.items() for start in began if -1 < seen - start < _SOON_SECONDS}
        for _ in range(round(_END_SECONDS / INTERVAL_SECONDS)):
            if names.isdisjoint(self._groups.steps()):
                return
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _watch(self) -> None:
        while True:
            with suppress(OSError):  # it is looked at while it changes
                self._look()
            await asyncio.sleep(INTERVAL_SECONDS)

    def _look(self) -> None:
        names = set(self._groups.steps())
        for name in names:
            self._seen.setdefault(name, time.time())
            with suppress(OSError):  # over already, or its folders are not all there yet: then at the next look
                self._groups.limit(name, self._limits)
                if name not in self._held:
                    self._held[name] = (
                        _Alarm(self._groups.memory / name, self._kills) if self._groups.version == 1 else None
                    )
                self.has_held = True
        for name in self._counted(names):
            count = self._groups.kills(name)
            if count > self._counts.get(name, 0):
                self._kills.append(time.time())
            self._counts[name] = max(count, self._counts.get(name, 0))
        self._forget(names)

    def _counted(self, names: set[str] | list[str]) -> list[str]:
        """Version 2 counts what happens below a group, too; version 1 does not, and says it by alarms."""
        if self._groups.version == 1:
            return []
        return list(names) if self._groups.shared else [""]

    def _forget(self, names: set[str]) -> None:
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        for name in self._held.keys() - names:
            alarm = self._held.pop(name)
            self._counts.pop(name, None)
            if alarm is not None:
                alarm.close_later()


class _Alarm:
    """An eventfd that the kernel signals for each lack of memory in a group, and once more when the group goes away
    (admin-guide/cgroup-v1/memory.rst, 10): a step is often gone before anybody could ask for its counters.
    """

    def __init__(self, folder: Path, kills: deque[float]) -> None:
        self._folder = folder
        self._kills = kills
        self._count = 0
        self._first = 0.0
        self._loop = asyncio.get_running_loop()
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            with open(folder / "memory.oom_control") as control:
                (folder / "cgroup.event_control").write_text(f"{self._fd} {control.fileno()}")
        except OSError:
            os.close(self._fd)
            raise
        self._loop.add_reader(self._fd, self._hear)

    def close_later(self) -> None:
        self._loop.call_later(_LATE_NEWS_SECONDS, self._close)

    def _hear(self) -> None:
        self._count += os.eventfd_read(self._fd)
        self._first = self._first or time.time()
        if self._count > (0 if self._folder.exists() else 1):
            self._kills.append(self._first)

    def _close(self) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
