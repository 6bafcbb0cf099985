"""What the steps of BuildKit's builds may use. The engine takes no limits for them, so the kernel is told by itself.

BuildKit runs each RUN in a control group of its own, all of them inside one of the engine's:

- engine with cgroupfs: /docker/buildkit/<step>, which can be limited as a whole;
- engine with systemd: <dockerd's own slice>/system.slice:docker:<step>, beside the system's services, where only each
  step can be limited.

Kernel documentation: admin-guide/cgroup-v1/memory.rst, admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD_MICROSECONDS = 100_000
PIDS = 4096  # a fork bomb would otherwise take the host's 32,768 process ids before its memory ends
_UNLIMITED = 2**60
_CONTROLLERS = "+cpu +memory +pids"


@dataclass(frozen=True, slots=True)
class StepLimits:
    memory_bytes: float
    cpus: float
    pids: float = PIDS

    def times(self, count: int) -> StepLimits:
        return StepLimits(self.memory_bytes * count, self.cpus * count, self.pids * count)

    def combined(self, other: StepLimits, which: Callable[[float, float], float]) -> StepLimits:
        """Field by field; infinite is no limit."""
        return StepLimits(
            which(self.memory_bytes, other.memory_bytes),
            which(self.cpus, other.cpus),
            which(self.pids, other.pids),
        )

    @property
    def quota(self) -> str:
        return str(round(self.cpus * PERIOD_MICROSECONDS))


@dataclass(frozen=True, slots=True)
class Groups:
    """Where the steps' groups appear: folders named `prefix`… in `parent`, below each controller's in version 1.

    `shared`: there are others' groups in it, so that it can't be limited as a whole.
    """

    version: int
    parent: str
    prefix: str = ""
    root: Path = ROOT

    @property
    def shared(self) -> bool:
        return bool(self.prefix)

    @property
    def memory(self) -> Path:
        return self._folder("memory")

    def steps(self) -> Iterator[str]:
        """Names of the steps that run now."""
        with suppress(FileNotFoundError), os.scandir(self.memory) as entries:
            for entry in entries:
                if entry.name.startswith(self.prefix) and entry.is_dir(follow_symlinks=False):
                    yield entry.name

    def prepare(self, limits: StepLimits) -> None:
        """Make the parent where no build has made it yet, and hold all its steps together to `limits`.

        What is there already is only ever raised: another platform on this machine may need more. Raises OSError.
        """
        if self.shared:
            os.scandir(self.memory).close()
            return
        for controller in ("memory", "cpu", "pids"):
            self._folder(controller).mkdir(parents=True, exist_ok=True)
        if self.version == 2:
            self._enable_controllers()
        there = self._now("")
        self._apply("", limits.combined(there, lambda mine, other: mine if math.isinf(other) else max(mine, other)))

    def limit(self, step: str, limits: StepLimits) -> None:
        """Hold a step to `limits`, or to less where another platform has done so: it may be that one's.

        Two that see it at the same moment may each undo what the other sets, so it is done again until the step ends.
        Raises FileNotFoundError when it is over already, OSError when the kernel refuses.
        """
        there = self._now(step)
        lowest = limits.combined(there, min)
        if lowest != there:
            self._apply(step, lowest)

    def kills(self, step: str = "") -> int:
        """How often the kernel killed something in there for want of memory; 0 once it is gone."""
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        try:
            text = (self.memory / step / name).read_text()
        except OSError:
            return 0
        return int(dict(line.split() for line in text.splitlines()).get("oom_kill", 0))

    def _folder(self, controller: str) -> Path:
        return self.root / controller / self.parent if self.version == 1 else self.root / self.parent

    def _apply(self, step: str, limits: StepLimits) -> None:
        memory, cpu, pids = (self._folder(controller) / step for controller in ("memory", "cpu", "pids"))
        memory_bytes = str(int(limits.memory_bytes))
        if self.version == 2:
            _write(memory / "memory.max", memory_bytes)
            _write_swap(memory / "memory.swap.max", "0")
            _write(cpu / "cpu.max", f"{limits.quota} {PERIOD_MICROSECONDS}")
        else:
            with suppress(OSError):  # it can't be raised above memory and swap together, nor those lowered below it
                _write(memory / "memory.limit_in_bytes", memory_bytes)
            _write_swap(memory / "memory.memsw.limit_in_bytes", memory_bytes)
            _write(memory / "memory.limit_in_bytes", memory_bytes)
            _write(cpu / "cpu.cfs_quota_us", limits.quota)
        _write(pids / "pids.max", str(int(limits.pids)))

    def _now(self, step: str) -> StepLimits:
        memory, cpu = ("memory.limit_in_bytes", "cpu.cfs_quota_us") if self.version == 1 else ("memory.max", "cpu.max")
        memory_bytes, with_swap = _read(self.memory / step / memory), self.memory / step / "memory.memsw.limit_in_bytes"
        return StepLimits(
            memory_bytes=max(memory_bytes, _read(with_swap)) if with_swap.exists() else memory_bytes,
            cpus=_read(self._folder("cpu") / step / cpu) / PERIOD_MICROSECONDS,
            pids=_read(self._folder("pids") / step / "pids.max"),
        )

    def _enable_controllers(self) -> None:
        """A group's controllers are given to it by each of those above it."""
        here = self.root
        for part in ("", *Path(self.parent).parts[:-1], Path(self.parent).name):
            here = here / part
            _write(here / "cgroup.subtree_control", _CONTROLLERS)


def find(driver: str, version: str, root: Path = ROOT) -> Groups | None:
    """By the engine's CgroupDriver and CgroupVersion; None where the place is not known or is not there."""
    is_unified = version == "2"
    if is_unified != (root / "cgroup.controllers").exists():
        return None  # the engine lives with another kernel, or in a container of its own
    if driver == "systemd":
        return Groups(2, "system.slice", "system.slice:docker:", root) if is_unified else None
    return Groups(2 if is_unified else 1, "docker/buildkit", root=root)


def _write_swap(file: Path, value: str) -> None:
    """A kernel without swap accounting lacks the file, and a machine without swap needs none."""
    if file.exists() or not file.parent.exists():
        _write(file, value)


def _read(file: Path) -> float:
    """`max`, -1 and numbers near 2^63 mean that there is no limit."""
    text = file.read_text().split()[0]
    value = int(text) if text.isdecimal() else -1
    return value if 0 <= value < _UNLIMITED else math.inf


def _write(file: Path, value: str) -> None:
    """The kernel's own files only: what is not there is never made."""
    fd = os.open(file, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(fd, value.encode())
    finally:
        os.close(fd)
