"""A module of Django settings: what decides whether a project answers, and looks right, on a server."""

from __future__ import annotations

import ast

from .facts import Scan, Settings
from .names import Names
from .nodes import Nodes

_MARKS = frozenset({"INSTALLED_APPS", "ROOT_URLCONF", "MIDDLEWARE", "DATABASES", "ALLOWED_HOSTS"})
_MAX_LISTS = 5
_TEXTS = (
    "django.contrib.staticfiles",
    "django.db.backends.sqlite3",
    "whitenoise",
    "channels",
    "daphne",
)


def find_settings(nodes: Nodes, top_level: list[ast.stmt], names: Names, found: Scan) -> None:
    """Sets found["settings"] where two of the names stand at the top level that only settings have."""
    assigned = [(target, node) for node in top_level for target in _targets(node)]
    have = {name for name, _ in assigned}
    stars = [node for node in top_level if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    includes = ["." * node.level + (node.module or "") for node in stars]
    if len(have & _MARKS) < (1 if includes else 2):
        return
    hosts = [value for name, node in assigned if name == "ALLOWED_HOSTS" and (value := _value(node))]
    hosts = hosts[-_MAX_LISTS:]
    texts = {node.value for node in nodes.of(ast.Constant) if isinstance(node.value, str)}
    found["includes"] = includes
    found["settings"] = Settings(
        hosts=sorted({host for value in hosts for host in _texts(value, names)}),
        hosts_variable=next(iter(sorted({name for value in hosts for name in names.variables(value)})), ""),
        debug=_is_true(names.values.get("DEBUG")),
        static_root="STATIC_ROOT" in have,
        names=sorted(have & {*_MARKS, "ASGI_APPLICATION", "WSGI_APPLICATION", "STATIC_URL"}),
        texts=[mark for mark in _TEXTS if any(mark in text for text in texts)],
    )


def _targets(node: ast.stmt) -> list[str]:
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()) | ast.AugAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _value(node: ast.stmt) -> ast.expr | None:
    return node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) else None


def _texts(value: ast.expr, names: Names) -> set[str]:
    """The literal parts of a list; "*" too where it is what a variable falls back to."""
    return {
        part
        for node in ast.walk(value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for part in node.value.split(",")
        if part == "*" or "." in part or part == "localhost"
    }


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
