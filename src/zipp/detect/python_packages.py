"""What a Python project needs installed, from requirements.txt or pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from zipp.detect.project import Project, relative

REQUIREMENTS = "requirements.txt"
PYPROJECT = "pyproject.toml"
LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock")
VERSION = (3, 11)  # of the base image
MAX_INCLUDED = 20

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_EXTRAS = re.compile(r" *\[([A-Za-z0-9._, -]{0,200})\]")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}\Z")
_AT_LEAST = re.compile(r">=? ?3\.([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Packages:
    """`source` is what `uv pip install` is given; `files` are all that it reads, () when it may read anything.

    `names` are normalised (PEP 503). With `hashed`, uv takes nothing besides what the file lists.
    """

    source: str
    files: tuple[str, ...]
    names: frozenset[str]
    hashed: bool = False
    notes: tuple[str, ...] = ()


def read_packages(project: Project) -> Packages | None:
    """None when the project names no packages. requirements.txt comes first: it is what deployments are given."""
    if project.has(REQUIREMENTS):
        return _from_requirements(project)
    pyproject = project.toml(PYPROJECT)
    return None if pyproject is None else _from_pyproject(project, pyproject)


def package_name(requirement: str) -> str:
    """'Flask_Login[x]>=1' -> 'flask-login'; '' when it does not begin with a name."""
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match.group()).lower() if match else ""


def _from_requirements(project: Project) -> Packages:
    files, waiting = [REQUIREMENTS], [REQUIREMENTS]
    names: set[str] = set()
    hashed = whole_source = False
    while waiting:
        file = waiting.pop()
        for line in _requirement_lines(project.text(file) or ""):
            hashed = hashed or "--hash=" in line
            included = _included(line)
            if included is not None:
                path = relative(str(PurePosixPath(PurePosixPath(file).parent, included)))
                if path is None or not _PLAIN_PATH.match(path) or len(files) >= MAX_INCLUDED:
                    whole_source = True
                elif path not in files:
                    files.append(path)
                    waiting.append(path)
            elif _is_local(line):
                whole_source = True
            else:
                names |= _names(line)
    return Packages(
        source=f"-r {REQUIREMENTS}",
        files=() if whole_source else tuple(files),
        names=frozenset(names),
        hashed=hashed,
    )


def _requirement_lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        content = line.partition(" #")[0].strip()
        if content and not content.startswith("#"):
            yield content


def _included(line: str) -> str | None:
    """The file that `-r FILE` or `-c FILE` names."""
    for option in ("--requirement", "--constraint", "-r", "-c"):
        if line.startswith(option):
            return line.removeprefix(option).lstrip("= \t").strip("\"'")
    return None


def _is_local(line: str) -> bool:
    return line.startswith((".", "/", "-e", "--editable", "-f", "--find-links", "file:")) or "file:" in line


def _names(requirement: str) -> set[str]:
    """The package, and the server that an extra of it brings along: fastapi[standard] has uvicorn."""
    name = package_name(requirement)
    extras = _EXTRAS.match(requirement, len(_NAME.match(requirement).group())) if name else None  # type: ignore[union-attr]
    brings_uvicorn = (
        name == "fastapi" and extras and {"standard", "all"} & set(extras.group(1).replace(" ", "").split(","))
    )
    return ({name} if name else set()) | ({"uvicorn"} if brings_uvicorn else set())


def _from_pyproject(project: Project, pyproject: dict[str, Any]) -> Packages | None:
    """None when the file only configures tools."""
    table = pyproject.get("project")
    locks = tuple(f"{file} is not used yet: uv chooses the versions" for file in LOCK_FILES if project.has(file))
    if not isinstance(table, dict):
        if "build-system" not in pyproject:
            return None
        return Packages(source=".", files=(), names=_poetry_names(pyproject), notes=locks)
    listed = table.get("dependencies")
    names: set[str] = set()
    for requirement in listed if isinstance(listed, list) else []:
        names |= _names(str(requirement).strip())
    dynamic = table.get("dynamic")
    if isinstance(dynamic, list) and "dependencies" in dynamic:
        return Packages(source=".", files=(), names=frozenset(names), notes=(*locks, *_version_note(table)))
    return Packages(
        source=f"-r {PYPROJECT}",
        files=(PYPROJECT,),
        names=frozenset(names),
        notes=(*locks, *_version_note(table)),
    )


def _poetry_names(pyproject: dict[str, Any]) -> frozenset[str]:
    found: Any = pyproject
    for key in ("tool", "poetry", "dependencies"):
        found = found.get(key) if isinstance(found, dict) else None
    return frozenset(package_name(name) for name in found) if isinstance(found, dict) else frozenset()


def _version_note(table: dict[str, Any]) -> tuple[str, ...]:
    wanted = str(table.get("requires-python", ""))[:60]
    match = _AT_LEAST.search(wanted)
    if match is None or int(match.group(1)) <= VERSION[1]:
        return ()
    return (f"requires-python is {wanted!r}, but Python {VERSION[0]}.{VERSION[1]} is what there is",)
