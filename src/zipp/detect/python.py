"""requirements.txt or pyproject.toml, and a web application: a Python server."""

from __future__ import annotations

import shlex

from zipp.detect.config import Config
from zipp.detect.procfile import given_start
from zipp.detect.project import Project
from zipp.detect.python_apps import PythonApp, find_app
from zipp.detect.python_packages import Packages, read_packages
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

BASE = "zipp/python:3.11"
PORT = 8000
LABELS = {"fastapi": "FastAPI", "starlette": "Starlette", "flask": "Flask", "django": "Django", "python": "Python"}
# What is installed where a project does not name its server itself. The extra brings WebSockets.
SERVERS = {"uvicorn": "uvicorn[standard]", "gunicorn": "gunicorn"}
UNSUPPORTED = ("Pipfile", "setup.py", "environment.yml")
ENVIRONMENT = {
    "FORWARDED_ALLOW_IPS": "*",  # only Zipp's nginx reaches the container: its word on https and addresses counts
    "PYTHONUNBUFFERED": "1",
    "UV_COMPILE_BYTECODE": "1",  # at run time the file system is read-only: every start would compile again
    "UV_NO_CACHE": "1",
}


class PythonDetector:
    name = "python"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        packages = read_packages(project)
        if packages is None:
            _refuse_unlisted_packages(project)
            return None
        given = given_start(project, config)
        app, unreadable = _find(project, packages, given)
        start = given or (start_command(app) if app else None)
        if start is None:
            raise _no_app(unreadable)
        framework = app.framework if app else _named_framework(packages)
        return BuildPlan(
            framework=framework,
            summary=_summary(framework, packages, start),
            base=BASE,
            dependency_files=packages.files,
            install=install_commands(packages, start),
            start=start,
            port=PORT,
            env={**ENVIRONMENT, **({"PYTHONPATH": ":".join(app.python_path)} if app and app.python_path else {})},
        )


def start_command(app: PythonApp) -> str:
    """Every interpolated part is an ASCII identifier or a path made of such (python_apps.py)."""
    if app.framework in ("fastapi", "starlette"):
        return f"uvicorn {app.target} --host 0.0.0.0 --port $PORT" + (" --factory" if app.is_factory else "")
    target = shlex.quote(f"{app.target}()" if app.is_factory else app.target)
    return f"gunicorn --bind 0.0.0.0:$PORT {target}"


def install_commands(packages: Packages, start: str) -> tuple[str, ...]:
    """One script; the server that `start` calls is added where nobody has named it."""
    server = start.split()[0] if start.split() else ""
    install = f"uv pip install {packages.source}"
    if server not in SERVERS or server in packages.names:
        return (install,)
    added = shlex.quote(SERVERS[server])
    return (install, f"uv pip install {added}") if packages.hashed else (f"{install} {added}",)


def _find(project: Project, packages: Packages, given: str | None) -> tuple[PythonApp | None, tuple[str, ...]]:
    """The application; where the start command is given, not finding it is no reason to stop."""
    try:
        return find_app(project, packages.names)
    except DetectionError:
        if given is None:
            raise
        return None, ()


def _no_app(unreadable: tuple[str, ...]) -> DetectionError:
    hint = (
        "Zipp looks for `app = FastAPI()`, `app = Flask(__name__)` or create_app() in main.py, app.py, server.py, "
        'wsgi.py, asgi.py and in packages. If it starts another way, write in zipp.toml: start = "python main.py"'
    )
    if unreadable:
        return DetectionError(
            f"No web application was found, and a file can't be read: {unreadable[0][:200]}.",
            code="python_no_app",
            hint=f"Correct that file (Python 3.11 is what runs it). {hint}",
        )
    return DetectionError(
        "This Python project has no web application that Zipp can find.", code="python_no_app", hint=hint
    )


def _refuse_unlisted_packages(project: Project) -> None:
    """An application without a list of its packages is the commonest mistake of all: say what to write."""
    if not any(file.endswith(".py") for file in project.files()):
        return
    try:
        app, _ = find_app(project, frozenset())
    except DetectionError:
        return
    if app is None:
        return
    other = next((file for file in UNSUPPORTED if project.has(file)), None)
    raise DetectionError(
        f"{app.module.replace('.', '/')} has a {LABELS[app.framework]} app, but there is no requirements.txt"
        + (f" ({other} is not read yet)." if other else "."),
        code="python_no_requirements",
        hint=f"Add a requirements.txt that lists what the app imports, one package a line, such as: {app.framework}",
    )


def _named_framework(packages: Packages) -> str:
    return next((name for name in ("fastapi", "starlette", "flask", "django") if name in packages.names), "python")


def _summary(framework: str, packages: Packages, start: str) -> str:
    said = f"{LABELS[framework]} app: uv pip install {packages.source}, then {start.splitlines()[0][:120]}"
    return "; ".join([said, *packages.notes])
