"""Which package manager a Node project is installed with, and in which version: told by lock file and packageManager.

Managers come as npm packages: corepack asks hosts that closed networks don't have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zipp.detect.node.version import satisfies
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError

MAX_BYTES = 4 * 1024**2
NPM_LOCKS = ("npm-shrinkwrap.json", "package-lock.json")  # npm prefers the former where both are there
# What people chose on purpose comes before package-lock.json, which a mistaken `npm install` leaves behind.
LOCKS = {"pnpm": ("pnpm-lock.yaml",), "bun": ("bun.lock", "bun.lockb"), "yarn": ("yarn.lock",), "npm": NPM_LOCKS}
DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies")

PNPM = {7: "7.33.7", 8: "8.15.9", 9: "9.15.9", 10: "10.34.9", 11: "11.28.11", 12: "12.21.0"}
YARN_1 = "1.22.22"
YARN_BERRY = "4.18.1"
BUN = "1.4.5"

# By the lock file's version. Of those that write 9, pnpm 9 comes first: later ones leave packages' own install
# scripts out where the project does not list them, and then a package with native code fails only once the site runs.
_PNPM_BY_LOCK = {5: (7,), 6: (8,), 9: (9, 10, 11, 12)}
# The newest that leaves a lock file of that version as it is.
_BERRY_BY_LOCK = {5: "3.1.1", 6: "3.8.7", 7: "4.12.0", 8: "4.12.0", 9: "4.14.1"}
_PNPM_OLDEST = {7: (7, 33, 4), 8: (8, 3, 1)}  # before: ERR_INVALID_THIS on Node 18.13 and later

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,5})\.([0-9]{1,5})(?:-[0-9A-Za-z.-]{1,40})?\Z")
_PACKAGE_MANAGER = re.compile(r"(npm|pnpm|yarn|bun)@([0-9A-Za-z.-]{1,60})(?:\+[0-9A-Za-z.]{1,200})?\Z")
_PNPM_LOCK = re.compile(r"^lockfileVersion: ?['\"]?([0-9]{1,3})", re.MULTILINE)
_BERRY_LOCK = re.compile(r"^__metadata:\r?\n  version: ?['\"]?([0-9]{1,3})", re.MULTILINE)
_BERRY_RELEASE = re.compile(
    r"^yarnPath: ?['\"]?[^\n]{0,200}?yarn-([0-9]{1,3}\.[0-9]{1,4}\.[0-9]{1,4})\.cjs", re.MULTILINE
)
_PNPM_SETTINGS = re.compile(
    r"^(?:onlyBuiltDependencies|ignoredBuiltDependencies|allowBuilds|overrides|patchedDependencies|catalogMode):",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Manager:
    """`version` is a plain one such as 9.15.9; empty where the npm that Node brings along will do."""

    name: str  # npm, pnpm, yarn (1), yarn-berry, bun
    version: str = ""
    lock: str = ""
    notes: tuple[str, ...] = ()


def manager_of(project: Project, manifest: Mapping[str, Any]) -> Manager:
    """The manager that the project's files speak of. Raises DetectionError: file_invalid, file_not_utf8."""
    locks = {name: lock for name in LOCKS if (lock := next(filter(project.has, LOCKS[name]), ""))}
    named, version = _named(manifest)
    name = named or _by_lock(project, manifest, locks) or _by_settings(project)
    lock = locks.get(name, "")
    notes = _notes(name, lock, [other for other in locks.values() if other != lock])
    match name:
        case "pnpm":
            return Manager(name, _pnpm(project, manifest, version, lock), lock, notes)
        case "yarn":
            major_1 = _is_yarn_1(project, version, lock)
            chosen = _yarn_1(version) if major_1 else _berry(project, version, lock)
            return Manager("yarn" if major_1 else "yarn-berry", chosen, lock, notes)
        case "bun":
            return Manager(name, version or BUN, lock, notes)
    return Manager("npm", "", lock, notes)


def in_step(manifest: Mapping[str, Any], lock: Mapping[str, Any]) -> bool:
    """Whether npm's lock file was made for these dependencies; an old one that does not say so is trusted."""
    root = table(table(lock, "packages"), "")
    return not root or all(table(manifest, kind) == table(root, kind) for kind in DEPENDENCIES)


def read_npm_lock(project: Project, lock: str) -> dict[str, Any]:
    """Empty for one that is too large: nothing is wrong with it, npm is left to find out whether it matches."""
    try:
        return project.json(lock, limit=MAX_BYTES) or {}
    except DetectionError as error:
        if error.code == "file_too_large":
            return {}
        raise


def read_lock(project: Project, lock: str) -> str:
    """Its text; empty where there is none, or too much of it."""
    try:
        return (project.text(lock, limit=MAX_BYTES) or "") if lock and lock != "bun.lockb" else ""
    except DetectionError as error:
        if error.code == "file_too_large":
            return ""
        raise


def numbers_of(version: str) -> tuple[int, ...]:
    """'9.15.9' -> (9, 15, 9); nothing for what is no plain version."""
    match = _VERSION.match(version)
    return tuple(int(number) for number in match.groups()) if match else ()


def table(parent: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def text(parent: Mapping[str, Any], key: str) -> str:
    value = parent.get(key)
    return value.strip() if isinstance(value, str) else ""


def _named(manifest: Mapping[str, Any]) -> tuple[str, str]:
    """package.json's packageManager; only a plain version ever gets into a command."""
    match = _PACKAGE_MANAGER.match(text(manifest, "packageManager"))
    return (match[1], match[2] if _VERSION.match(match[2]) else "") if match else ("", "")


def _by_lock(project: Project, manifest: Mapping[str, Any], locks: Mapping[str, str]) -> str:
    """Of several lock files, the first that may have been made for these dependencies."""
    if len(locks) < 2:
        return next(iter(locks), "")
    return next((name for name, lock in locks.items() if _may_fit(project, manifest, name, lock)), next(iter(locks)))


def _may_fit(project: Project, manifest: Mapping[str, Any], name: str, lock: str) -> bool:
    if name == "npm":
        return in_step(manifest, read_npm_lock(project, lock))
    if name != "yarn":
        return True  # theirs would need parsers that are not worth it for this
    entries = set(re.split(r'"?, "?|"?:?\n"?', read_lock(project, lock).replace("@npm:", "@")))
    wanted = {f"{package}@{version}" for kind in DEPENDENCIES for package, version in table(manifest, kind).items()}
    return len(entries) == 1 or wanted <= entries


def _by_settings(project: Project) -> str:
    if project.has("pnpm-workspace.yaml"):
        return "pnpm"
    if project.has(".yarnrc.yml") or project.has(".yarnrc"):
        return "yarn"
    return "bun" if project.has("bunfig.toml") else "npm"


def _notes(name: str, lock: str, others: list[str]) -> tuple[str, ...]:
    if not others:
        return ()
    listed = " and ".join(others)
    if lock:
        return (f"{lock} decides and {listed} is left aside: remove what is not in use",)
    return (f"packageManager names {name}, so {listed} is left aside: {name} chooses the versions",)


def _pnpm(project: Project, manifest: Mapping[str, Any], version: str, lock: str) -> str:
    numbers = numbers_of(version)
    if numbers:
        major = max(numbers[0], 7)
        return PNPM[major] if numbers < _PNPM_OLDEST.get(major, ()) else version
    found = _PNPM_LOCK.search(read_lock(project, lock))
    written_by = _PNPM_BY_LOCK.get(int(found[1]) if found else 9, (12,) if found and int(found[1]) > 9 else (7,))
    engines = text(table(manifest, "engines"), "pnpm")
    asked = next((major for major in written_by if engines and satisfies(major, engines)), written_by[0])
    return PNPM[max(asked, 10) if 9 in written_by and _has_pnpm_10_settings(project) else asked]


def _has_pnpm_10_settings(project: Project) -> bool:
    """pnpm 9 reads no settings from pnpm-workspace.yaml, and refuses one that lists no packages."""
    settings = project.text("pnpm-workspace.yaml")
    if settings is None:
        return False
    return not re.search(r"^packages:", settings, re.MULTILINE) or bool(_PNPM_SETTINGS.search(settings))


def _is_yarn_1(project: Project, version: str, lock: str) -> bool:
    if lock and (content := read_lock(project, lock)):
        return not _BERRY_LOCK.search(content) and (numbers_of(version) or (1,))[0] == 1
    return (numbers_of(version) or (1,))[0] == 1 and not project.has(".yarnrc.yml")


def _yarn_1(version: str) -> str:
    return version if numbers_of(version)[:2] >= (1, 22) else YARN_1


def _berry(project: Project, version: str, lock: str) -> str:
    release = _BERRY_RELEASE.search(project.text(".yarnrc.yml") or "")
    exact = next((exact for exact in (version, release[1] if release else "") if numbers_of(exact) >= (3,)), "")
    if exact:
        return exact
    found = _BERRY_LOCK.search(read_lock(project, lock))
    return _BERRY_BY_LOCK.get(max(int(found[1]), 5), YARN_BERRY) if found else YARN_BERRY
