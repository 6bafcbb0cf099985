"""What a Python project needs installed, and the commands that do so with uv."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from zipp.detect.project import Project
from zipp.detect.python import locks
from zipp.detect.python.requirements import FILES, Requirements, package_name, read_requirements

PYPROJECT = "pyproject.toml"
MAX_LOCK_BYTES = 8 * 1024**2

# Old releases that have not said what they can't work with: a version below -> what must be older too.
_REPAIRS: tuple[tuple[str, tuple[int, ...], dict[str, str]], ...] = (
    ("gunicorn", (21,), {"setuptools": "<81"}),  # it imports pkg_resources
    ("flask", (2,), {"jinja2": "<3.1", "itsdangerous": "<2.1", "werkzeug": "<2.1", "markupsafe": "<2.1"}),
    ("flask", (2, 3), {"werkzeug": "<3"}),
)


@dataclass(frozen=True, slots=True)
class Packages:
    """`source` is what it is read from, in words; `arguments` are what `uv pip install` is given, after `before` has
    run. `files` are all that these read, () when it may be anything."""

    source: str
    arguments: str
    files: tuple[str, ...]
    found: Requirements = field(default_factory=Requirements)
    before: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.found.names)

    def install(self, added: Iterable[str] = (), *, uses_old_templates: bool = False) -> tuple[str, ...]:
        """The commands, with the packages `added` that nobody has named."""
        missing = [name for name in added if package_name(name) not in self.names]
        older = ["starlette<1"] if uses_old_templates and self._may_choose_starlette else []
        more = " ".join(shlex.quote(name) for name in dict.fromkeys([*missing, *self._repairs(), *older]))
        if more and self.found.hashed:
            return (*self.before, f"uv pip install {self.arguments}", f"uv pip install {more}")
        arguments = f"{self.arguments} {more}".strip()
        return (*self.before, f"uv pip install {arguments}") if arguments else ()

    @property
    def _may_choose_starlette(self) -> bool:
        is_fixed = {"starlette", "fastapi"} & self.found.pins.keys() or self.before
        return bool({"starlette", "fastapi"} & self.names) and not is_fixed

    def _repairs(self) -> Iterator[str]:
        pins = self.found.pins
        done: set[str] = set()
        for name, below, older in _REPAIRS:
            if name in pins and name not in done and _parts(pins[name]) < below:
                done.add(name)
                yield from (f"{other}{limit}" for other, limit in older.items() if other not in pins)


def read_packages(project: Project, wanted: frozenset[str] = frozenset(), folder: str = "") -> Packages | None:
    """None when the project lists no packages. The first list that has one of those `wanted`, else the first.

    requirements.txt comes before the others: it is what deployments are given. `folder`: a second place to look.
    """
    first = None
    for packages in _lists(project, folder):
        first = first or packages
        if not wanted or packages.names & wanted:
            return packages
    return first


def from_names(names: Iterable[str], source: str, file: str) -> Packages:
    """A project without a list; `file` is one that it has, so that not all of them are copied for nothing."""
    found = Requirements()
    for name in names:
        found.add(name)
    return Packages(source, shlex.join(names), (file,) if file else (), found)


def _lists(project: Project, folder: str) -> Iterator[Packages]:
    for file in (*FILES, *((f"{folder}/requirements.txt",) if folder else ())):
        if project.has(file):
            found = read_requirements(project, file)
            files = () if found.reads_source else tuple(found.files)
            yield Packages(file, f"-r {file}", files, found)
    if project.has("Pipfile") or project.has("Pipfile.lock"):
        yield _from_pipfile(project)
    pyproject = project.toml(PYPROJECT)
    if pyproject is not None and (packages := _from_pyproject(project, pyproject)):
        yield packages
    elif project.has("setup.py") or project.has("setup.cfg"):
        yield Packages("setup.py", ".", ())


def _from_pyproject(project: Project, pyproject: dict[str, Any]) -> Packages | None:
    """None when the file only configures tools."""
    table = table_of(pyproject, "project")
    if not table:
        poetry = table_of(pyproject, "tool", "poetry", "dependencies")
        if poetry:
            return _from_poetry(project, poetry)
        return Packages(PYPROJECT, ".", ()) if "build-system" in pyproject else None
    found = Requirements()
    dependencies = table.get("dependencies")
    for requirement in dependencies if isinstance(dependencies, list) else []:
        found.add(str(requirement).strip())
    whole = _reads_source(pyproject)
    if project.has("uv.lock"):
        files = () if whole else (PYPROJECT, "uv.lock")
        return Packages("uv.lock", f"-r {locks.LOCKED}", files, found, (locks.EXPORT_UV,))
    lock = next((name for name in ("poetry.lock", "pdm.lock") if project.has(name)), None)
    dynamic = table.get("dynamic")
    if isinstance(dynamic, list) and "dependencies" in dynamic:
        poetry = table_of(pyproject, "tool", "poetry", "dependencies")
        return _from_poetry(project, poetry) if poetry else Packages(PYPROJECT, ".", (), found)
    files = () if whole else (PYPROJECT, *((lock,) if lock else ()))
    if lock:
        arguments = f"-r {PYPROJECT} -c {locks.LOCKED}"
        return Packages(lock, arguments, files, found, (locks.constraints_of(lock),))
    return Packages(PYPROJECT, f"-r {PYPROJECT}", files, found)


def _from_poetry(project: Project, dependencies: dict[str, Any]) -> Packages:
    is_locked = project.has("poetry.lock")
    lines, found = locks.listed(dependencies, with_versions=not is_locked)
    files = () if found.reads_source else (PYPROJECT, *(("poetry.lock",) if is_locked else ()))
    if not is_locked:
        return Packages(PYPROJECT, shlex.join(lines), files, found)
    arguments = f"-c {locks.LOCKED} {shlex.join(lines)}"
    return Packages("poetry.lock", arguments, files, found, (locks.constraints_of("poetry.lock"),))


def _from_pipfile(project: Project) -> Packages:
    lines, found = locks.listed(table_of(project.toml("Pipfile") or {}, "packages"), with_versions=True)
    if not project.has("Pipfile.lock"):
        return Packages("Pipfile", shlex.join(lines), () if found.reads_source else ("Pipfile",), found)
    locked = table_of(project.json("Pipfile.lock", limit=MAX_LOCK_BYTES) or {}, "default")
    for name, value in locked.items():
        version = value.get("version") if isinstance(value, dict) else None
        found.add(f"{name}{version}" if isinstance(version, str) else name)
    files = ("Pipfile.lock",)
    return Packages("Pipfile.lock", f"-r {locks.LOCKED}", files, found, (locks.requirements_of_pipfile_lock(),))


def _reads_source(pyproject: dict[str, Any]) -> bool:
    """Whether some of its packages are folders of the project itself."""
    sources = table_of(pyproject, "tool", "uv", "sources")
    is_local = any(isinstance(value, dict) and {"path", "workspace"} & value.keys() for value in sources.values())
    return is_local or bool(table_of(pyproject, "tool", "uv", "workspace"))


def table_of(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The table at that place, an empty one where there is none."""
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
