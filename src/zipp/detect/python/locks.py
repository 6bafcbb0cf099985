"""Lock files, and the lists that they belong to, turned into what uv installs: its own, Poetry's, PDM's, Pipenv's."""

from __future__ import annotations

import re
import shlex
from typing import Any

from zipp.detect.python.requirements import Requirements

LOCKED = "/tmp/locked.txt"  # noqa: S108 - of the build's stage, which nobody else sees

EXPORT_UV = f"uv export --quiet --frozen --no-dev --no-emit-project --no-hashes --output-file {LOCKED} > /dev/null"

# A package that is locked in several versions, each for another Python or platform, is left to uv.
_CONSTRAINTS = """\
import tomllib
packages = tomllib.load(open("{file}", "rb"))["package"]
names = [package["name"] for package in packages]
for package in packages:
    if names.count(package["name"]) == 1 and package.get("source", {{}}).get("type") in (None, "legacy"):
        print(package["name"] + "==" + package["version"])"""
_PIPFILE = """\
import json
for name, it in json.load(open("Pipfile.lock"))["default"].items():
    extras = "[" + ",".join(it["extras"]) + "]" if it.get("extras") else ""
    source = " @ git+" + it["git"] + "@" + it.get("ref", "HEAD") if "git" in it else it.get("version", "")
    if source:
        print(name + extras + source + (" ; " + it["markers"] if it.get("markers") else ""))"""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_EXTRA = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}\Z")
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,4}\Z")


def constraints_of(file: str) -> str:
    """The command that writes what poetry.lock or pdm.lock has decided to LOCKED."""
    return f"python -c {shlex.quote(_CONSTRAINTS.format(file=file))} > {LOCKED}"


def requirements_of_pipfile_lock() -> str:
    return f"python -c {shlex.quote(_PIPFILE)} > {LOCKED}"


def listed(table: dict[str, Any], *, with_versions: bool) -> tuple[list[str], Requirements]:
    """The requirements of Poetry's [tool.poetry.dependencies] or a Pipfile's [packages], as PEP 508 writes them.

    Without versions where a lock file has decided them.
    """
    found, lines = Requirements(), []
    for name, value in table.items():
        wanted = value[-1] if isinstance(value, list) and value else value
        if name == "python" or not _NAME.match(name):
            continue
        options = wanted if isinstance(wanted, dict) else {"version": wanted}
        if options.get("optional") is True:
            continue
        if "path" in options or "file" in options:
            found.reads_source = True
        line = _requirement(name, options, with_versions=with_versions)
        found.add(line)
        lines.append(line)
    return lines, found


def _requirement(name: str, options: dict[str, Any], *, with_versions: bool) -> str:
    listed_extras = options.get("extras")
    extras = [str(extra) for extra in (listed_extras if isinstance(listed_extras, list) else [])]
    shown = f"{name}[{','.join(extra for extra in extras if _EXTRA.match(extra))}]" if extras else name
    reference = next((options[key] for key in ("rev", "ref", "tag", "branch") if isinstance(options.get(key), str)), "")
    for key, prefix in (("git", "git+"), ("url", ""), ("path", "./"), ("file", "")):
        if isinstance(address := options.get(key), str):
            place = f"{prefix}{address}" + (f"@{reference}" if reference and key == "git" else "")
            return place if key == "path" else f"{shown} @ {place}"
    version = options.get("version")
    return shown + (pep440(version) if with_versions and isinstance(version, str) else "")


def pep440(version: str) -> str:
    """'^1.2' -> '>=1.2,<2'; '' for any version."""
    parts = [_pep440_part(part.strip()) for part in version.rpartition("||")[2][:200].split(",")]
    return ",".join(part for part in parts if part)


def _pep440_part(part: str) -> str:
    number = part.lstrip("^~").strip()
    if part.startswith("^") and _VERSION.match(number):
        return f">={number},<{_next(number)}"
    if part.startswith("~") and not part.startswith("~=") and _VERSION.match(number):
        return f">={number},=={'.'.join(number.split('.')[:2])}.*"
    if part in ("", "*"):
        return ""
    return part if part[0] in "<>=!~" else f"=={part}"


def _next(number: str) -> str:
    """The version that a caret stops before: the left-most part that is not zero, plus one."""
    parts = [int(part) for part in number.split(".")]
    place = next((place for place, part in enumerate(parts) if part), len(parts) - 1)
    return ".".join(map(str, [*parts[:place], parts[place] + 1]))
