"""Which of a project's Python files holds its web application, and what to call it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from zipp.detect.project import Project
from zipp.detect.python.ast_scan import Call, Scan
from zipp.detect.python.sources import Sources, is_test

# Frameworks whose programs are started by a command of their own or as they are: what must be imported -> framework.
PROGRAMS = {
    "streamlit": "streamlit",
    "gradio": "gradio",
    "nicegui": "nicegui",
    "chainlit": "chainlit",
    "shiny.express": "shiny-express",
}
_BY_CALL = frozenset({"gradio", "nicegui"})  # of these a library may be imported without being started


@dataclass(frozen=True, slots=True)
class PythonApp:
    """`target` is what a server is told: 'main:app', or 'shop:create_app' for a factory; without a `name` the file is
    a program, and `call` what starts its server. `python_path` are folders that imports need besides the root."""

    framework: str
    path: str
    module: str = ""
    name: str = ""
    is_factory: bool = False
    python_path: tuple[str, ...] = ()
    call: Call | None = None

    @property
    def target(self) -> str:
        return f"{self.module}:{self.name}"


def find_app(project: Project, sources: Sources, dependencies: frozenset[str]) -> PythonApp | None:
    """The first file that has an application object or is a framework's program; else a factory; else a server."""
    scans = [scan for scan in sources.scans if not is_test(scan["path"])]
    factories = {name: framework for scan in reversed(scans) for name, framework in scan["factories"].items()}
    for scan in scans:
        app = _object(project, scan, factories, dependencies) or _program(scan)
        if app:
            return app
    for scan in scans:
        for name, framework in scan["factories"].items():
            if name.isascii():
                return _app(project, scan, name, framework, is_factory=True)
    return next(filter(None, map(_server, scans)), None)


def _object(
    project: Project, scan: Scan, factories: Mapping[str, str], dependencies: frozenset[str]
) -> PythonApp | None:
    made = {name: factories.get(factory) or _by_dependency(dependencies) for name, factory in scan["made"].items()}
    apps = {name: framework for name, framework in (scan["apps"] | made).items() if framework and name.isascii()}
    if not apps or _runs_itself(scan, apps):
        return None
    served = next((name for name, framework in apps.items() if framework == "dash-server"), None)
    name = served or next((name for name in ("app", "application") if name in apps), next(iter(apps)))
    return _app(project, scan, name, apps[name].removesuffix("-server"), is_factory=False)


def _runs_itself(scan: Scan, apps: Mapping[str, str]) -> bool:
    """aiohttp's objects are often finished by the program that runs them."""
    return set(apps.values()) == {"aiohttp"} and any(call["kind"] == "aiohttp" for call in scan["calls"])


def _program(scan: Scan) -> PythonApp | None:
    framework = next((PROGRAMS[name] for name in scan["imports"] if name in PROGRAMS), None) or next(
        (PROGRAMS[name.partition(".")[0]] for name in scan["imports"] if name.partition(".")[0] in PROGRAMS), None
    )
    if framework is None or ("/" in scan["path"] and not scan["path"].startswith(("src/", "app/"))):
        return None
    call = next((call for call in scan["calls"] if call["kind"] == framework), None)
    if framework in _BY_CALL and call is None:
        return None
    return PythonApp(framework, scan["path"], call=call)


def _server(scan: Scan) -> PythonApp | None:
    """A program that starts a server by itself. Deep in a package, such a call is more likely part of a library."""
    calls = sorted(scan["calls"], key=lambda call: not (call["port"] or call["reads_port"] or call["options"]))
    if not calls or ("/" in scan["path"] and not scan["is_program"]):
        return None
    framework = {"uvicorn": "fastapi"}.get(calls[0]["kind"], calls[0]["kind"])
    return PythonApp(framework, scan["path"], call=calls[0])


def _by_dependency(dependencies: frozenset[str]) -> str | None:
    return next((name for name in ("fastapi", "starlette", "flask", "quart") if name in dependencies), None)


def _app(project: Project, scan: Scan, name: str, framework: str, *, is_factory: bool) -> PythonApp:
    parts = PurePosixPath(scan["path"]).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    roots = {imported.partition(".")[0] for imported in scan["first_imports"]}
    python_path: tuple[str, ...] = ()
    # The src layout: src/ is where imports begin, unless the files themselves say `import src...`.
    if len(PurePosixPath(scan["path"]).parts) > 2 and parts[0] == "src" and "src" not in roots:
        python_path, parts = ("src",), parts[1:]
    elif len(parts) > 1 and _imports_siblings(project, parts[0], roots):
        python_path = (parts[0],)
    return PythonApp(framework, scan["path"], ".".join(parts), name, is_factory, python_path)


def _imports_siblings(project: Project, folder: str, roots: set[str]) -> bool:
    """Whether the file expects to be started inside its folder: it imports what lies there and not at the root."""
    return any(
        (project.has(f"{folder}/{name}.py") or project.has_folder(f"{folder}/{name}"))
        and not (project.has(f"{name}.py") or project.has_folder(name))
        for name in sorted(roots)
    )
