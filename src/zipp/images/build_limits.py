"""What the steps of BuildKit's builds may use. The engine takes no limits for them, so the kernel is told by itself.

BuildKit runs each RUN in a control group of its own, all of them inside one of the engine's:

- engine with cgroupfs: /docker/buildkit/<step>, which can be limited as a whole;
- engine with systemd: <dockerd's own slice>/system.slice:docker:<step>, beside the system's services, where only each
  step can be limited.

Kernel documentation: admin-guide/cgroup-v1/memory.rst, admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD_MICROSECONDS = 100_000
PIDS = 4096  # a fork bomb would otherwise take the host's 32,768 process ids before its memory ends
_UNLIMITED = 2**60  # version 1 says so by a number near 2^63
_CONTROLLERS = "+cpu +memory +pids"


@dataclass(frozen=True, slots=True)
class StepLimits:
    memory_bytes: int
    cpus: float
    pids: int = PIDS

    def times(self, count: int) -> StepLimits:
        return StepLimits(self.memory_bytes * count, self.cpus * count, self.pids * count)

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
        if not limits.memory_bytes <= self._memory_limit() < _UNLIMITED:
            self._apply("", limits)

    def limit(self, step: str, limits: StepLimits) -> None:
        """Raises FileNotFoundError when it is over already, OSError when the kernel refuses."""
        self._apply(step, limits)

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
        if self.version == 2:
            (memory / "memory.max").write_text(str(limits.memory_bytes))
            _write_swap(memory / "memory.swap.max", 0)
            (cpu / "cpu.max").write_text(f"{limits.quota} {PERIOD_MICROSECONDS}")
        else:
            with suppress(OSError):  # it can't be raised above memory and swap together, nor those lowered below it
                (memory / "memory.limit_in_bytes").write_text(str(limits.memory_bytes))
            _write_swap(memory / "memory.memsw.limit_in_bytes", limits.memory_bytes)
            (memory / "memory.limit_in_bytes").write_text(str(limits.memory_bytes))
            (cpu / "cpu.cfs_quota_us").write_text(limits.quota)
        (pids / "pids.max").write_text(str(limits.pids))

    def _memory_limit(self) -> int:
        name = "memory.limit_in_bytes" if self.version == 1 else "memory.max"
        text = (self.memory / name).read_text().strip()
        return int(text) if text.isdecimal() else _UNLIMITED

    def _enable_controllers(self) -> None:
        """A group's controllers are given to it by each of those above it."""
        here = self.root
        for part in ("", *Path(self.parent).parts[:-1], Path(self.parent).name):
            here = here / part
            (here / "cgroup.subtree_control").write_text(_CONTROLLERS)


def find(driver: str, version: str, root: Path = ROOT) -> Groups | None:
    """By the engine's CgroupDriver and CgroupVersion; None where the place is not known or is not there."""
    is_unified = version == "2"
    if is_unified != (root / "cgroup.controllers").exists():
        return None  # the engine lives with another kernel, or in a container of its own
    if driver == "systemd":
        return Groups(2, "system.slice", "system.slice:docker:", root) if is_unified else None
    return Groups(2 if is_unified else 1, "docker/buildkit", root=root)


def _write_swap(file: Path, value: int) -> None:
    """A kernel without swap accounting lacks the file, and a machine without swap needs none."""
    if file.exists() or not file.parent.exists():
        file.write_text(str(value))
