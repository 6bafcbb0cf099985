"""Which Python a project runs on: what it asks for, from what there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from zipp.detect.project import Project

AVAILABLE = ("3.11", "3.13")
DEFAULT = "3.11"  # packages that are pinned to older versions have ready-made files for it, and newer ones still do

_VERSION = re.compile(r"(?:python-?|cpython-?)? ?v?(3)\.([0-9]{1,2})(?:\.[0-9x*]{1,4})?\Z", re.IGNORECASE)
_MAX_SPECIFIER = 100
_LAST_PATCH = 99  # a micro version that any `>=3.11.4` allows


@dataclass(frozen=True, slots=True)
class Wanted:
    """`text` as the project writes it in `file`; `exact` is a version such as '3.12', else `allowed` says which."""

    file: str
    text: str
    exact: str = ""
    allowed: SpecifierSet | None = None


def choose_version(project: Project, pyproject: dict[str, Any] | None) -> tuple[str, tuple[str, ...]]:
    """The version, and a note where it is not what the project asks for.

    The files that tools of deployment read come before what a package says of itself.
    """
    for wanted in _wishes(project, pyproject or {}):
        if wanted.exact in AVAILABLE:
            return wanted.exact, ()
        fitting = _fitting(wanted)
        if fitting:
            return fitting, ()
        chosen = _nearest(wanted)
        return chosen, (f"{wanted.file} asks for Python {wanted.text!r}, {chosen} is the nearest that there is",)
    return DEFAULT, ()


def _wishes(project: Project, pyproject: dict[str, Any]) -> list[Wanted]:
    found = [
        _version_file(project, ".python-version"),
        _version_file(project, "runtime.txt"),
        _tool_versions(project),
        _pipfile(project),
        _wanted("pyproject.toml", _table(pyproject, "project").get("requires-python")),
        _wanted("pyproject.toml", _table(_table(pyproject, "tool"), "poetry", "dependencies").get("python")),
    ]
    return [wanted for wanted in found if wanted is not None]


def _fitting(wanted: Wanted) -> str:
    """The default where it is allowed, else the lowest that is."""
    if wanted.allowed is None:
        return ""
    versions = (DEFAULT, *AVAILABLE)
    return next((version for version in versions if wanted.allowed.contains(f"{version}.{_LAST_PATCH}")), "")


def _nearest(wanted: Wanted) -> str:
    """Newer rather than older: a package may be compiled anew, but a file in a newer syntax can't be read at all."""
    minor = int(re.sub(r"\A3\.", "", wanted.exact)) if wanted.exact else _highest_minor(wanted.text)
    newer = [version for version in AVAILABLE if _minor(version) >= minor]
    return newer[0] if newer else AVAILABLE[-1]


def _highest_minor(text: str) -> int:
    return max((int(found) for found in re.findall(r"3\.([0-9]{1,2})", text)), default=0)


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _version_file(project: Project, file: str) -> Wanted | None:
    lines = (project.text(file) or "").splitlines()
    first = next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")
    return _wanted(file, first)


def _tool_versions(project: Project) -> Wanted | None:
    for line in (project.text(".tool-versions") or "").splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "python":
            return _wanted(".tool-versions", words[1])
    return None


def _pipfile(project: Project) -> Wanted | None:
    if not project.has("Pipfile"):
        return None
    requires = _table(project.toml("Pipfile") or {}, "requires")
    return _wanted("Pipfile", requires.get("python_version") or requires.get("python_full_version"))


def _wanted(file: str, value: object) -> Wanted | None:
    """None for what says nothing, as '*', or can't be understood, as the name of a virtual environment."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _MAX_SPECIFIER:
        return None
    text = value.strip()
    exact = _VERSION.match(text)
    if exact:
        return Wanted(file, text, exact=f"3.{exact[2]}")
    try:
        return Wanted(file, text, allowed=SpecifierSet(_pep440(text)))
    except InvalidSpecifier:
        return None


def _pep440(text: str) -> str:
    """Poetry's ^3.10 and ~3.11; `||` keeps its last alternative."""
    parts = [part.strip() for part in text.rpartition("||")[2].split(",")]
    return ",".join(_pep440_part(part) for part in parts if part and part != "*")


def _pep440_part(part: str) -> str:
    if part.startswith("^"):
        return f">={part[1:].strip()},<4"
    if part.startswith("~") and not part.startswith("~="):
        number = part[1:].strip()
        return f"~={number}.0" if number.count(".") == 1 else f"~={number}"
    return part


def _table(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
