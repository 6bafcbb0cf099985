"""Python: a web application behind a server, or a site that a Python program makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zipp.detect.config import Config
from zipp.detect.procfile import given_start, release_command
from zipp.detect.project import Project
from zipp.detect.python.apps import PythonApp, find_app
from zipp.detect.python.database import prepare
from zipp.detect.python.django import Django, find_place, read_django
from zipp.detect.python.docs import docs_plan
from zipp.detect.python.imports import packages_of
from zipp.detect.python.packages import PYPROJECT, Packages, from_names, read_packages
from zipp.detect.python.sources import Sources, read_sources
from zipp.detect.python.start import LABELS, PACKAGES, Start, given, start_of
from zipp.detect.python.version import choose_version
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

VENV = "/opt/venv"
ENVIRONMENT = {
    "FORWARDED_ALLOW_IPS": "*",  # only Zipp's nginx reaches the container: its word on https and addresses counts
    "PYTHONUNBUFFERED": "1",
}
BUILD_ENVIRONMENT = {"UV_COMPILE_BYTECODE": "1"}  # at run time the file system is read-only: each start would compile
_GUNICORN_ENVIRONMENT = {"GUNICORN_CMD_ARGS": "--worker-tmp-dir /dev/shm"}  # a disk may make its heartbeat late
_KEEP_FILES = ("fasthtml", "nicegui")  # they keep a key, or people's sessions, beside the program
_PYTHON_COMMANDS = ("python", "gunicorn", "uvicorn", "flask", "streamlit", "hypercorn", "waitress", "daphne")


class PythonDetector:
    name = "python"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        start = given_start(project, config)
        site = _read(project, start)
        if site.start is None:
            docs = docs_plan(project)
            if docs:
                return docs
        if not _is_ours(project, config, site, start):
            return None
        if site.start is None:
            raise _no_app(project, site.sources.unreadable)
        return _plan(project, site, site.start)


@dataclass(frozen=True, slots=True)
class _Site:
    """What was found; `start` is None where nothing of it is a web application."""

    sources: Sources
    packages: Packages | None
    app: PythonApp | None
    django: Django | None
    start: Start | None

    @property
    def framework(self) -> str:
        if self.django:
            return "django"
        name = self.app.framework if self.app else _named_framework(self.packages)
        return {"django-asgi": "django", "falcon-asgi": "falcon", "shiny-express": "shiny"}.get(name, name)


def _read(project: Project, command: str | None) -> _Site:
    """Where the start command is given, not finding the application is no reason to stop."""
    place = find_place(project)
    folder = place.folder if place else ""
    try:
        sources = read_sources(project, place.files if place else ())
    except DetectionError:
        if command is None:
            raise
        sources = Sources(())
    packages = read_packages(project, folder=folder)
    django = read_django(project, sources, place) if place else None
    app = None if django else find_app(project, sources, packages.names if packages else frozenset())
    start = given(command, sources) if command else None
    if start is None and (django or app):
        start = django.start if django else start_of(app, sources) if app else None
    if app and packages:
        packages = read_packages(project, frozenset({_package(app)}), folder)
    return _Site(sources, packages, app, django, start)


def _is_ours(project: Project, config: Config, site: _Site, command: str | None) -> bool:
    """Python files beside another kind of site are often only its tools."""
    if site.packages or site.django or config.framework == "python":
        return True
    if site.app is None:
        return bool(command) and str(command).split()[0] in _PYTHON_COMMANDS
    is_a_helper = site.app.framework == "http.server" and project.has("index.html")
    return not (is_a_helper or project.has("package.json"))


def _plan(project: Project, site: _Site, start: Start) -> BuildPlan:
    packages = site.packages or _imported(project, site)
    version, notes = choose_version(project, _pyproject(project, packages))
    added = [*_framework_package(site, packages), *start.packages, *(site.django.packages if site.django else ())]
    install = packages.install(added, uses_old_templates=site.sources.uses_old_templates)
    build = site.django.build if site.django else ()
    before = release_command(project) or (
        site.django.before_start if site.django else prepare(project, site.app, site.sources)
    )
    writes = site.sources.writes or before or site.framework in _KEEP_FILES
    return BuildPlan(
        framework=site.framework,
        summary=_summary(site, packages, start, version, [*notes, *packages.notes]),
        builder=f"zipp/python:{version}-build",
        base=f"zipp/python:{version}-slim",
        caches=("uv",),
        dependency_files=packages.files if install else (),
        dependencies=install,
        dependency_folders=(VENV,),
        build=build,
        build_env=BUILD_ENVIRONMENT,
        before_start=before,
        start=start.command,
        port=start.port,
        env=_environment(site, start),
        read_only_root=not (writes or _is_compound(start.command)),
    )


def _environment(site: _Site, start: Start) -> dict[str, str]:
    python_path = site.app.python_path if site.app else ()
    return {
        **ENVIRONMENT,
        **(_GUNICORN_ENVIRONMENT if "gunicorn" in start.command else {}),
        **start.env,
        **(site.django.env if site.django else {}),
        **({"PYTHONPATH": ":".join(python_path)} if python_path else {}),
    }


def _framework_package(site: _Site, packages: Packages) -> list[str]:
    """A list that lacks the framework itself is a common oversight; one that is not read here may well have it."""
    if site.django:
        return ["django"]
    if site.app is None or site.app.framework not in LABELS:
        return []
    package = _package(site.app)
    is_brought = any(name.startswith((package, f"python-{package}", f"flask-{package}")) for name in packages.names)
    return [] if is_brought else [package]


def _package(app: PythonApp) -> str:
    return PACKAGES.get(app.framework, app.framework)


def _imported(project: Project, site: _Site) -> Packages:
    names = packages_of(project, site.sources.imports)
    file = site.app.path if site.app else ""
    unread = "only environment.yml" if project.has("environment.yml") else "no requirements.txt"
    return from_names(names, f"{unread}, so what is imported: {', '.join(names)[:200] or 'nothing'}", file)


def _pyproject(project: Project, packages: Packages) -> dict[str, Any] | None:
    """Where it lists no packages it can't stop a deployment either."""
    try:
        return project.toml(PYPROJECT)
    except DetectionError:
        if PYPROJECT in packages.files:
            raise
        return None


def _is_compound(command: str) -> bool:
    """What does more than start a server most likely writes something."""
    return any(sign in command for sign in (";", "&&", "||"))


def _no_app(project: Project, unreadable: tuple[str, ...]) -> DetectionError:
    hint = (
        "Zipp looks for `app = FastAPI()`, `app = Flask(__name__)` or create_app() in main.py, app.py, server.py, "
        'wsgi.py, asgi.py and in packages. If it starts another way, write in zipp.toml: start = "python main.py"'
    )
    if unreadable:
        return DetectionError(
            f"No web application was found, and a file can't be read: {unreadable[0][:200]}.",
            code="python_no_app",
            hint=f"Correct that file (Python 3.11 is what reads it). {hint}",
        )
    return DetectionError(
        "This Python project has no web application that Zipp can find.", code="python_no_app", hint=hint
    )


def _named_framework(packages: Packages | None) -> str:
    names = packages.names if packages else frozenset()
    return next((name for name in ("fastapi", "starlette", "flask", "django", "streamlit") if name in names), "python")


def _summary(site: _Site, packages: Packages, start: Start, version: str, notes: list[str]) -> str:
    label = LABELS.get(site.framework, "Python")
    steps = [packages.source, *(("collectstatic",) if _collects(site) else ())]
    said = f"{label} app on Python {version}: {', '.join(steps)}, then {start.command.splitlines()[0][:120]}"
    return "; ".join([said, *notes, *start.notes, *(site.django.notes if site.django else ())])


def _collects(site: _Site) -> bool:
    return site.django is not None and any("collectstatic" in command for command in site.django.build)
