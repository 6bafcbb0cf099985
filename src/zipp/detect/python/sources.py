"""The Python files of a project, read within bounds and parsed in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zipp.detect.project import MAX_FILE_BYTES, Project
from zipp.detect.python import ast_scan
from zipp.detect.python.ast_scan import Scan
from zipp.domain.errors import DetectionError

# In the order in which they are believed: the file that people call main comes before what servers call theirs.
ENTRY_FILES = (
    *("main.py", "app.py", "server.py", "wsgi.py", "asgi.py", "application.py", "api.py", "run.py", "index.py"),
    *("streamlit_app.py", "Home.py", "home.py"),
)
PACKAGE_FILES = ("__init__.py", *ENTRY_FILES)
NOT_PACKAGES = frozenset(
    {
        *("tests", "test", "docs", "doc", "venv", "env", "node_modules", "__pycache__", "migrations", "static"),
        *("templates", "examples", "example", "scripts", "site-packages", "build", "dist", "notebooks", "benchmarks"),
    }
)
NOT_APPS = frozenset({"setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "manage.py", "hatch_build.py"})
MAX_FOLDERS = 40
MAX_FILES = 160
MAX_TOTAL_BYTES = 4 * 1024**2
SCAN_TIMEOUT_SECONDS = 15

_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from ast_scan.scanning import main; main()"


@dataclass(frozen=True, slots=True)
class Sources:
    """`scans` in the order in which their files are believed; `unreadable` says what could not be read, and where."""

    scans: tuple[Scan, ...]
    unreadable: tuple[str, ...] = ()

    def of(self, path: str) -> Scan | None:
        return next((scan for scan in self.scans if scan["path"] == path), None)

    @property
    def imports(self) -> frozenset[str]:
        return frozenset(name for scan in self.scans for name in scan["imports"])

    @property
    def uses_old_templates(self) -> bool:
        return any(scan["uses_old_templates"] for scan in self.scans)

    @property
    def writes(self) -> str:
        """The first thing that the project is seen to write beside itself."""
        return next((scan["writes"] for scan in self.scans if scan["writes"]), "")


def read_sources(project: Project, more: Sequence[str] = ()) -> Sources:
    """`more` are paths that come first. Raises DetectionError `python_unreadable`."""
    files, too_large = _candidates(project, more)
    scans = _scanned(files)
    broken = (f"{scan['path']}, {scan['error']}" for scan in scans if scan["error"])
    return Sources(tuple(scans), (*broken, *too_large))


def _candidates(project: Project, more: Sequence[str]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """The files to look into, the likeliest first, in an order that the file system has no part in; and the others."""
    wanted: list[tuple[str, bytes]] = []
    too_large: list[str] = []
    total = 0
    for path in dict.fromkeys(filter(is_importable, [*more, *_paths(project)])):
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
    folders = ("src", *packages, *inside_src)
    for folder in folders:
        yield from (f"{folder}/{file}" for file in PACKAGE_FILES)
    yield from (file for file in project.files() if file.endswith(".py") and file not in NOT_APPS)
    for folder in folders:
        yield from (f"{folder}/{file}" for file in project.files(folder) if file.endswith(".py"))


def _packages(project: Project, folder: str) -> list[str]:
    return [name for name in project.folders(folder) if name not in NOT_PACKAGES][:MAX_FOLDERS]


def is_importable(path: str) -> bool:
    """ASCII identifiers only, so that no name means anything to a shell."""
    return all(part.isascii() and part.isidentifier() for part in PurePosixPath(path).with_suffix("").parts)


def is_test(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.startswith(("test_", "tests")) or name.endswith("_test.py")


def _scanned(files: Sequence[tuple[str, bytes]]) -> list[Scan]:
    if not files:
        return []
    folder = os.fspath(Path(ast_scan.__file__).parent.parent)
    request = json.dumps([{"path": path, "source": content.decode("latin-1")} for path, content in files])
    try:
        answer = subprocess.run(
            [sys.executable, "-I", "-S", "-W", "ignore", "-c", _PROGRAM, folder],
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
