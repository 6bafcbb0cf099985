"""Application objects and the functions that make them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .facts import Scan
from .names import Names, assignments, dotted

# What makes an application, by its full name -> the framework.
CLASSES = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "gradio.mount_gradio_app": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "litestar.Litestar": "litestar",
    "litestar.app.Litestar": "litestar",
    "quart.Quart": "quart",
    "quart.app.Quart": "quart",
    "sanic.Sanic": "sanic",
    "sanic.app.Sanic": "sanic",
    "blacksheep.Application": "blacksheep",
    "blacksheep.server.Application": "blacksheep",
    "falcon.asgi.App": "falcon-asgi",
    "fasthtml.FastHTML": "fasthtml",
    "fasthtml.common.FastHTML": "fasthtml",
    "fasthtml.fast_app": "fasthtml",
    "fasthtml.common.fast_app": "fasthtml",
    "socketio.ASGIApp": "socketio",
    "shiny.App": "shiny",
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "apiflask.APIFlask": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "django.core.wsgi.get_wsgi_application": "django",
    "django.core.asgi.get_asgi_application": "django-asgi",
    "channels.routing.ProtocolTypeRouter": "django-asgi",
    "bottle.Bottle": "bottle",
    "bottle.default_app": "bottle",
    "bottle.app": "bottle",
    "falcon.App": "falcon",
    "falcon.API": "falcon",
    "dash.Dash": "dash",
    "dash.dash.Dash": "dash",
    "aiohttp.web.Application": "aiohttp",
}
FACTORY_NAMES = ("create_app", "make_app", "build_app", "get_app", "app_factory", "create_application")


def find_apps(top_level: list[ast.stmt], names: Names, found: Scan) -> None:
    for statement in top_level:
        if isinstance(statement, ast.FunctionDef):
            _look_at_factory(statement, names, found)
            continue
        for target, value in assignments(statement):
            _look_at_assignment(target, value, names, found)


def _look_at_factory(function: ast.FunctionDef, names: Names, found: Scan) -> None:
    if not (function.name in FACTORY_NAMES or "app" in function.name):
        return
    inner = names.imports()
    for node in ast.walk(function):
        if isinstance(node, ast.Import | ast.ImportFrom):
            inner.learn(node)
    framework = next(filter(None, (_framework(node, inner) for node in ast.walk(function))), None)
    if framework and _needs_no_arguments(function):
        found["factories"][function.name] = framework


def _look_at_assignment(target: str, value: ast.expr, names: Names, found: Scan) -> None:
    framework = _framework(value, names)
    if framework:
        found["apps"][target] = framework
    elif (
        isinstance(value, ast.Attribute) and value.attr == "server" and found["apps"].get(dotted(value.value)) == "dash"
    ):
        found["apps"][target] = "dash-server"
    elif isinstance(value, ast.Call):
        called = dotted(value.func).rpartition(".")[2]
        if called in FACTORY_NAMES:
            found["made"][target] = called
        elif called == "make_wsgi_app":
            found["apps"][target] = "pyramid"


def _framework(node: ast.AST, names: Names) -> str | None:
    """The framework of a call such as FastAPI(...) or flask.Flask(...), None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    return next((CLASSES[name] for name in names.of(node.func) if name in CLASSES), None)


def _needs_no_arguments(function: ast.FunctionDef) -> bool:
    arguments = function.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return required == 0 and all(default is not None for default in arguments.kw_defaults)


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that an import runs, those inside if, try and with included; not `if __name__ == ...`."""
    for statement in body:
        match statement:
            case ast.If():
                if not is_guard(statement):
                    yield from top_level(statement.body)
                    yield from top_level(statement.orelse)
            case ast.Try():
                yield from top_level(statement.body)
                yield from top_level(statement.orelse)
            case ast.With():
                yield from top_level(statement.body)
            case _:
                yield statement


def is_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and any(
        isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.test)
    )
