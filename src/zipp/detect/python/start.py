"""The command that starts a Python application, and what it needs around it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from zipp.detect.python.apps import PythonApp
from zipp.detect.python.ast_scan import Call, Scan
from zipp.detect.python.sources import Sources

PORT = 8000
# One process, since many small sites keep their state in memory, with threads, as the frameworks' own servers have.
GUNICORN = "gunicorn --bind 0.0.0.0:$PORT --threads 8"
UVICORN = "uvicorn[standard]"  # the extra brings WebSockets

WSGI = frozenset({"flask", "django", "falcon", "dash", "pyramid"})
LABELS = {
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "litestar": "Litestar",
    "quart": "Quart",
    "sanic": "Sanic",
    "blacksheep": "BlackSheep",
    "falcon": "Falcon",
    "falcon-asgi": "Falcon",
    "fasthtml": "FastHTML",
    "socketio": "Socket.IO",
    "shiny": "Shiny",
    "shiny-express": "Shiny",
    "flask": "Flask",
    "django": "Django",
    "django-asgi": "Django",
    "bottle": "Bottle",
    "dash": "Dash",
    "pyramid": "Pyramid",
    "aiohttp": "aiohttp",
    "tornado": "Tornado",
    "streamlit": "Streamlit",
    "gradio": "Gradio",
    "nicegui": "NiceGUI",
    "chainlit": "Chainlit",
    "cherrypy": "CherryPy",
    "robyn": "Robyn",
}
# The package that brings a framework, where it has another name.
PACKAGES = {
    "fasthtml": "python-fasthtml",
    "socketio": "python-socketio",
    "falcon-asgi": "falcon",
    "django-asgi": "django",
    "shiny-express": "shiny",
}
_DEFAULT_PORTS = {
    "aiohttp": 8080,
    "bottle": 8080,
    "cherrypy": PORT,
    "fasthtml": 5001,
    "flask": 5000,
    "nicegui": 8080,
    "quart": 5000,
    "tornado": 8888,
    "waitress": 8080,
}
_LOCAL_BY_DEFAULT = frozenset({"uvicorn", "flask", "quart", "sanic", "wsgiref"})
_HARMLESS_RUNS = frozenset({"flask", "fasthtml"})  # run() or serve() while the file is imported does nothing there
_PORT_VARIABLES = {"gradio": "GRADIO_SERVER_PORT", "robyn": "ROBYN_PORT"}
_LOCAL = ("127.0.0.1", "localhost")
_CHERRYPY = (
    "import os, runpy, cherrypy\n"
    'cherrypy.config.update({"server.socket_host": "0.0.0.0", "server.socket_port": int(os.environ["PORT"])})\n'
    'runpy.run_path("%s", run_name="__main__")'
)
_COMMANDS = {
    "streamlit": "streamlit run {path} --server.port $PORT --server.address 0.0.0.0 --server.headless true",
    "chainlit": "chainlit run {path} --host 0.0.0.0 --port $PORT --headless",
    "shiny-express": "shiny run --host 0.0.0.0 --port $PORT {path}",
}
# What a server that is called without an address reads instead: in a command's words -> its variables.
_ADDRESSES: tuple[tuple[str, dict[str, str]], ...] = (
    ("uvicorn", {"UVICORN_HOST": "0.0.0.0", "UVICORN_PORT": "{port}"}),  # noqa: S104
    ("flask", {"FLASK_RUN_HOST": "0.0.0.0", "FLASK_RUN_PORT": "{port}"}),  # noqa: S104
    ("streamlit", {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "STREAMLIT_SERVER_PORT": "{port}"}),  # noqa: S104
)
_SETTINGS = {
    "streamlit": {"STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"},
    "gradio": {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_ANALYTICS_ENABLED": "False"},  # noqa: S104
    "dash": {"HOST": "0.0.0.0"},  # noqa: S104
    "robyn": {"ROBYN_HOST": "0.0.0.0"},  # noqa: S104
    "flask": {"FLASK_RUN_FROM_CLI": "true"},  # app.run() in the middle of a file then does nothing
}
_PROGRAM = re.compile(r"python[0-9.]{0,4}(?: -u)? ([A-Za-z0-9_./-]{1,200}\.py)(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Start:
    """`packages` are what it calls, to be added where nobody has named it."""

    command: str
    packages: tuple[str, ...] = ()
    port: int = PORT
    env: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def start_of(app: PythonApp, sources: Sources) -> Start:
    """Every interpolated part is an ASCII identifier or a path made of such (python_sources.py)."""
    call = _runs_on_import(sources.of(app.path)) if app.name else app.call
    env = _SETTINGS.get(app.framework, {})
    if app.framework in _COMMANDS and not app.name:
        return Start(_COMMANDS[app.framework].format(path=app.path), env=env)
    if app.framework == "bottle":
        return Start(*_bottle(app), env=env)
    if app.name and (call is None or app.framework in _HARMLESS_RUNS):
        return Start(*_served(app, sources), env=env)
    return Start(_program(app, call), port=_port(call), env=env, notes=_notes(app, call))


def given(command: str, sources: Sources) -> Start:
    """A command that people wrote: what it needs to be reached, though it may not say so itself."""
    env: dict[str, str] = {}
    for word, values in _ADDRESSES:
        if word in command and "--port" not in command and "--host" not in command:
            env |= {name: value.format(port=PORT) for name, value in values.items()}
    scan = sources.of(match[1].removeprefix("./")) if (match := _PROGRAM.match(command)) else None
    call = _first_call(scan) if scan else None
    server = next((name for name in ("gunicorn", "uvicorn", "hypercorn", "waitress") if name in _words(command)), "")
    packages = (UVICORN if server == "uvicorn" else server,) if server else ()
    if scan and call and "$PORT" not in command:
        env |= _SETTINGS.get(call["kind"], {}) if call["kind"] != "flask" else {}
        return Start(command, packages, _port(call), env, _notes(PythonApp(call["kind"], scan["path"]), call))
    return Start(command, packages, env=env)


def _served(app: PythonApp, sources: Sources) -> tuple[str, tuple[str, ...]]:
    called = shlex.quote(f"{app.target}()" if app.is_factory else app.target)
    if app.framework == "aiohttp":
        return f"gunicorn --bind 0.0.0.0:$PORT --worker-class aiohttp.GunicornWebWorker {called}", ("gunicorn",)
    if app.framework in WSGI:
        has_sockets = any(name.partition(".")[0] == "flask_socketio" for name in sources.imports)
        gunicorn = GUNICORN.replace("--threads 8", "--threads 100") if has_sockets else GUNICORN
        return f"{gunicorn} {called}", ("gunicorn",)
    factory = " --factory" if app.is_factory else ""
    if app.framework == "quart":
        return f"hypercorn --bind 0.0.0.0:$PORT {called}", ("hypercorn",)
    if app.framework == "sanic":
        return f"sanic {app.target} --host 0.0.0.0 --port $PORT --single-process{factory}", ()
    return f"uvicorn {app.target} --host 0.0.0.0 --port $PORT{factory}", (UVICORN,)


def _bottle(app: PythonApp) -> tuple[str, tuple[str, ...]]:
    """Its own command: a run() in the middle of a file then does nothing, and routes without an object are found."""
    module = app.module or app.path.removesuffix(".py").replace("/", ".")
    target = module if not app.name else shlex.quote(f"{app.target}()" if app.is_factory else app.target)
    return f"python -m bottle --bind 0.0.0.0:$PORT --server waitress {target}", ("waitress",)


def _program(app: PythonApp, call: Call | None) -> str:
    """The file itself, told the port in the way that it understands."""
    if app.framework == "cherrypy" and call and not call["host"]:
        return f"python -c {shlex.quote(_CHERRYPY % app.path)}"
    if app.framework in _PORT_VARIABLES and call and not (call["port"] or call["reads_port"]):
        return f"env {_PORT_VARIABLES[app.framework]}=$PORT python {app.path}"
    if call and call["options"]:
        port, *hosts = call["options"]
        return " ".join([f"python {app.path} --{port}=$PORT", *(f"--{host}=0.0.0.0" for host in hosts)])
    return f"python {app.path}"


def _port(call: Call | None) -> int:
    if call is None or call["reads_port"] or call["options"]:
        return PORT
    port = call["port"] or _DEFAULT_PORTS.get(call["kind"], PORT)
    return port if 1024 <= port <= 65535 else PORT


def _runs_on_import(scan: Scan | None) -> Call | None:
    return next((call for call in scan["calls"] if call["on_import"]), None) if scan else None


def _first_call(scan: Scan) -> Call | None:
    return next(iter(scan["calls"]), None)


def _notes(app: PythonApp, call: Call | None) -> tuple[str, ...]:
    if call and (call["host"] in _LOCAL or (not call["host"] and call["kind"] in _LOCAL_BY_DEFAULT)):
        if "host" in call["options"]:
            return ()
        return (f'{app.path} listens on localhost, where nobody else reaches it: set host="0.0.0.0" there',)
    if call and 0 < call["port"] < 1024 and not call["reads_port"]:
        return (f"{app.path} listens on port {call['port']}, which only root may: read the variable PORT there",)
    return ()


def _words(command: str) -> set[str]:
    return set(re.split(r"[\s;&|]", command))
