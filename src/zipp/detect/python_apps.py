"""Where a Python project keeps its web application, and what to call it by."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zipp.detect import ast_scan
from zipp.detect.ast_scan import Scan
from zipp.detect.project import MAX_FILE_BYTES, Project
from zipp.domain.errors import DetectionError

# In the order in which they are believed: the file that people call main comes before what servers call theirs.
ENTRY_FILES = ("main.py", "app.py", "server.py", "wsgi.py", "asgi.py", "application.py", "api.py", "run.py", "index.py")
PACKAGE_FILES = ("__init__.py", *ENTRY_FILES)
NOT_PACKAGES = frozenset({"tests", "test", "docs", "doc", "venv", "env", "node_modules", "__pycache__", "migrations"})
MAX_FOLDERS = 40
MAX_FILES = 120
MAX_TOTAL_BYTES = 4 * 1024**2
SCAN_TIMEOUT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class PythonApp:
    """`target` is what a server is told: 'main:app', or 'shop:create_app' for a factory. `python_path` are folders
    (of the project) that imports need besides its root."""

    framework: str
    module: str
    name: str
    is_factory: bool
    python_path: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        return f"{self.module}:{self.name}"


def find_app(project: Project, dependencies: frozenset[str]) -> tuple[PythonApp | None, tuple[str, ...]]:
    """The application, and what could not be read on the way ('main.py, line 3: invalid syntax').

    An object is preferred to a factory, and the earlier file to the later. Raises DetectionError `python_unreadable`.
    """
    files, too_large = _candidates(project)
    scans = _scan(files)
    unreadable = (*(f"{scan['path']}, {scan['error']}" for scan in scans if scan["error"]), *too_large)
    factories = {name: framework for scan in reversed(scans) for name, framework in scan["factories"].items()}
    for scan in scans:
        made = {name: factories.get(factory) or _by_dependency(dependencies) for name, factory in scan["made"].items()}
        apps = {name: framework for name, framework in (scan["apps"] | made).items() if framework and name.isascii()}
        if apps:
            name = next((name for name in ("app", "application") if name in apps), next(iter(apps)))
            return _app(project, scan, name, apps[name], is_factory=False), unreadable
    for scan in scans:
        for name, framework in scan["factories"].items():
            if not name.isascii():
                continue
            return _app(project, scan, name, framework, is_factory=True), unreadable
    return None, unreadable


def _candidates(project: Project) -> tuple[list[tuple[str, bytes]], list[str]]:
    """The files to look into, the likeliest first, in an order that the file system has no part in; and the others."""
    wanted: list[tuple[str, bytes]] = []
    too_large: list[str] = []
    total = 0
    for path in dict.fromkeys(filter(_is_importable, _paths(project))):
        try:
            content = project.read(path)
        except DetectionError:
            too_large.append(f"{path}, which is larger than {MAX_FILE_BYTES // 1024} KB")
            continue
        if content is None:
            continue
        total += len(content)
        if len(wanted) == MAX_FILES or total > MAX_TOTAL_BYTES:
            break
        wanted.append((path, content))
    return wanted, too_large


def _paths(project: Project) -> Iterator[str]:
    yield from ENTRY_FILES
    packages = [folder for folder in _packages(project, ".") if folder != "src"]
    inside_src = [f"src/{folder}" for folder in _packages(project, "src")]
    for folder in ("src", *packages, *inside_src):
        yield from (f"{folder}/{file}" for file in PACKAGE_FILES)
    yield from (file for file in project.files() if file.endswith(".py"))


def _packages(project: Project, folder: str) -> list[str]:
    return [name for name in project.folders(folder) if name not in NOT_PACKAGES][:MAX_FOLDERS]


def _is_importable(path: str) -> bool:
    return all(part.isascii() and part.isidentifier() for part in PurePosixPath(path).with_suffix("").parts)


def _scan(files: Sequence[tuple[str, bytes]]) -> list[Scan]:
    if not files:
        return []
    program = [sys.executable, "-I", "-S", "-B", "-W", "ignore", os.fspath(Path(ast_scan.__file__))]
    request = json.dumps([{"path": path, "source": content.decode("latin-1")} for path, content in files])
    try:
        answer = subprocess.run(
            program,
            input=request.encode(),
            capture_output=True,
            timeout=SCAN_TIMEOUT_SECONDS,
            check=True,
            env={},
            cwd="/",
        )
        scans: list[Scan] = json.loads(answer.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise DetectionError(
            "The Python files can't be analysed: one of them is too complex.",
            code="python_unreadable",
            hint='Say in zipp.toml how the site is started: start = "uvicorn main:app --host 0.0.0.0 --port $PORT"',
        ) from None
    return scans


def _by_dependency(dependencies: frozenset[str]) -> str | None:
    return next((name for name in ("fastapi", "starlette", "flask") if name in dependencies), None)


def _app(project: Project, scan: Scan, name: str, framework: str, *, is_factory: bool) -> PythonApp:
    parts = PurePosixPath(scan["path"]).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    roots = {imported.partition(".")[0] for imported in scan["imports"]}
    python_path: tuple[str, ...] = ()
    # The src layout: src/ is where imports begin, unless the files themselves say `import src...`.
    if len(PurePosixPath(scan["path"]).parts) > 2 and parts[0] == "src" and "src" not in roots:
        python_path, parts = ("src",), parts[1:]
    elif len(parts) > 1 and _imports_siblings(project, parts[0], roots):
        python_path = (parts[0],)
    return PythonApp(framework, ".".join(parts), name, is_factory, python_path)


def _imports_siblings(project: Project, folder: str, roots: set[str]) -> bool:
    """Whether the file expects to be started inside its folder: it imports what lies there and not at the root."""
    return any(
        (project.has(f"{folder}/{name}.py") or project.has_folder(f"{folder}/{name}"))
        and not (project.has(f"{name}.py") or project.has_folder(name))
        for name in sorted(roots)
    )
