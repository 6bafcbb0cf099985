"""Finds web applications in Python source text, by parsing: nothing is imported or run.

A program of its own (python_apps.py starts it) and not a function, since the parser is given files that somebody made
to hurt it: here it may use up time, memory or the C stack, and only this process ends. stdin: [{path, source}], where
`source` is the bytes as Latin-1; stdout: a Scan for each. Imports nothing but the standard library.
"""

from __future__ import annotations

import ast
import json
import resource
import sys
from collections.abc import Iterator
from typing import TypedDict

CPU_SECONDS = 5
MEMORY_BYTES = 1024**3

# What makes an application, by its full name -> the framework.
CLASSES = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "django.core.wsgi.get_wsgi_application": "django",
}
FACTORY_NAMES = ("create_app", "make_app", "build_app", "get_app", "app_factory", "create_application")


class Scan(TypedDict):
    """`apps` and `factories` map a name to its framework; `made` maps a name to the factory that it was made by."""

    path: str
    apps: dict[str, str]
    factories: dict[str, str]
    made: dict[str, str]
    imports: list[str]
    error: str


def scan(path: str, source: bytes) -> Scan:
    found = Scan(path=path, apps={}, factories={}, made={}, imports=[], error="")
    names: dict[str, str] = {}
    try:
        for statement in _top_level(ast.parse(source).body):
            _look_at(statement, names, found)
    except SyntaxError as error:
        found["error"] = f"line {error.lineno or 1}: {error.msg}"
    except (RecursionError, MemoryError, ValueError):
        found["error"] = "line 1: it is nested too deeply, or is no Python at all"
    return found


def _look_at(statement: ast.stmt, names: dict[str, str], found: Scan) -> None:
    match statement:
        case ast.Import():
            for alias in statement.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
                found["imports"].append(alias.name)
        case ast.ImportFrom(module=str(module), level=0):
            found["imports"].append(module)
            for alias in statement.names:
                names[alias.asname or alias.name] = f"{module}.{alias.name}"
        case ast.ImportFrom():
            for alias in statement.names:
                names[alias.asname or alias.name] = f".{alias.name}"
        case ast.FunctionDef() if _needs_no_arguments(statement):
            framework = next(filter(None, (_framework(node, names) for node in ast.walk(statement))), None)
            if framework and (statement.name in FACTORY_NAMES or "app" in statement.name):
                found["factories"][statement.name] = framework
        case _:
            for target, value in _assignments(statement):
                framework = _framework(value, names)
                if framework:
                    found["apps"][target] = framework
                elif isinstance(value, ast.Call) and _dotted(value.func).rpartition(".")[2] in FACTORY_NAMES:
                    found["made"][target] = _dotted(value.func).rpartition(".")[2]


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that an import runs, those inside if, try and with included; not `if __name__ == ...`."""
    for statement in body:
        match statement:
            case ast.If():
                if not any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.test)):
                    yield from _top_level(statement.body)
                    yield from _top_level(statement.orelse)
            case ast.Try():
                yield from _top_level(statement.body)
                yield from _top_level(statement.orelse)
            case ast.With():
                yield from _top_level(statement.body)
            case _:
                yield statement


def _assignments(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def _needs_no_arguments(function: ast.FunctionDef) -> bool:
    arguments = function.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return required == 0 and all(default is not None for default in arguments.kw_defaults)


def _framework(node: ast.AST, names: dict[str, str]) -> str | None:
    """The framework of a call such as FastAPI(...) or flask.Flask(...), None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    first, _, rest = _dotted(node.func).partition(".")
    full = names.get(first, "") + (f".{rest}" if rest else "")
    return CLASSES.get(full)


def _dotted(node: ast.expr) -> str:
    """'a.b.c' for such an expression, '' for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    files = json.load(sys.stdin)
    json.dump([scan(file["path"], file["source"].encode("latin-1")) for file in files], sys.stdout)


if __name__ == "__main__":
    main()
