"""Lock files written on another system lack Linux's native packages: npm's issue 4828.

With node_modules already there, npm leaves the optional packages of other systems out of package-lock.json; then
`npm ci` installs none for Linux, and the build fails with "Cannot find module @rollup/rollup-linux-x64-gnu".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from zipp.detect.node.lockfiles import Manager, numbers_of, read_npm_lock, table
from zipp.detect.project import Project

_MOST = 40
_LINUX = re.compile(r"@?[a-z0-9][a-z0-9._/-]{0,120}linux-x64(?:-gnu)?\Z")


def missing_binaries(project: Project, manager: Manager) -> tuple[str, ...]:
    """The command that adds them, where npm's lock file names some that it does not lock."""
    if manager.name != "npm" or not manager.lock:
        return ()
    entries = table(read_npm_lock(project, manager.lock), "packages")
    wanted = sorted({f"{name}@{version}" for name, version in _unlocked(entries)})
    if not wanted or len(wanted) > _MOST:
        return ()
    return (f"npm install --no-save --no-audit --no-fund --include=dev {' '.join(wanted)}",)


def _unlocked(entries: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    locked = {path.rpartition("node_modules/")[2] for path in entries}
    for path in entries:
        for name, version in table(table(entries, path), "optionalDependencies").items():
            if name not in locked and _LINUX.match(name) and isinstance(version, str) and numbers_of(version):
                yield name, version
