"""What a program does besides: writes files beside itself, makes its tables, reads its environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .apps import is_guard
from .facts import Scan
from .names import Names, argument, dotted, variable_needed, variable_read
from .nodes import Nodes

_INIT_COMMANDS = frozenset({"init-db", "initdb", "init_db", "create-db", "create_db", "create-tables", "create_tables"})
_INIT_FUNCTIONS = frozenset(
    {"init_db", "create_db", "create_tables", "create_table", "init_database", "setup_database"}
)
_WRITERS = frozenset({"TinyDB", "shelve.open", "FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler"})
_UPLOADS = frozenset({"UPLOAD_FOLDER", "UPLOAD_DIR", "UPLOADS_DIR", "MEDIA_ROOT", "UPLOADED_PHOTOS_DEST"})
_MAX_REASON = 60


def find_habits(tree: ast.Module, nodes: Nodes, names: Names, found: Scan) -> None:
    readers = [*nodes.of(ast.Call), *nodes.of(ast.Subscript)]
    found["writes"] = next(filter(None, _writes(nodes, names)), "")[:_MAX_REASON]
    found["reads"] = sorted({variable_read(node) for node in readers} - {""})
    found["needs"] = sorted({variable_needed(node) for node in readers} - _given_a_default(nodes) - {""})
    found["uses_old_templates"] = any(_is_old_template(call, names) for call in nodes.of(ast.Call))
    for function in nodes.of(ast.FunctionDef):
        found["commands"] += _commands(function)
    for node in (*nodes.of(ast.Call), *nodes.of(ast.Assign)):
        found["settings_module"] = _settings_module(node) or found["settings_module"]
    for statement in tree.body:
        if is_guard(statement):
            found["is_program"] = True
            found["prepares"] += _prepares(statement)


def _writes(nodes: Nodes, names: Names) -> Iterator[str]:
    for constant in nodes.of(ast.Constant):
        text = constant.value if isinstance(constant.value, str) else ""
        if text in _UPLOADS:
            yield "uploaded files"
        elif text.startswith("sqlite") and ":///" in text[:30]:
            path = text.partition(":///")[2]
            yield "" if path.startswith((":memory:", "/tmp")) else "a SQLite database"  # noqa: S108
    if any(node.attr == "instance_path" for node in nodes.of(ast.Attribute)):
        yield "Flask's instance folder"
    for call in nodes.of(ast.Call):
        yield _call_writes(call, names)
    if not _UPLOADS.isdisjoint(names.values):
        yield "uploaded files"


def _call_writes(call: ast.Call, names: Names) -> str:
    called = next(iter(names.of(call.func)), "")
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    path = names.text(argument(call, 0, "database", "path", "name", "file"))
    if path.startswith((":memory:", "/tmp", "/dev/")):  # noqa: S108
        return ""
    if called in ("sqlite3.connect", "aiosqlite.connect"):
        return "a SQLite database"
    if called == "open" and set(names.text(argument(call, 1, "mode"))) & set("wax+"):
        return path or "files"
    if method in ("write_text", "write_bytes", "mkdir") or called in ("os.makedirs", "os.mkdir"):
        return path or "files"
    return "files" if called in _WRITERS or called.rpartition(".")[2] in _WRITERS else ""


def _is_old_template(call: ast.Call, names: Names) -> bool:
    is_response = isinstance(call.func, ast.Attribute) and call.func.attr == "TemplateResponse"
    return is_response and bool(names.text(argument(call, 0))) and argument(call, -1, "request") is None


def _commands(function: ast.FunctionDef) -> list[str]:
    """Commands of Flask's command line that make an empty database."""
    commands = []
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and dotted(decorator.func).rpartition(".")[2] == "command":
            first = argument(decorator, 0, "name")
            named = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
            commands.append(named or function.name.removesuffix("_command").replace("_", "-"))
    return [command for command in commands if command in _INIT_COMMANDS]


def _prepares(guard: ast.stmt) -> list[str]:
    """'db.create_all' and 'init_db': what only a direct run does, so that a server of another kind would miss it."""
    found = []
    for node in ast.walk(guard):
        if isinstance(node, ast.Call) and not node.args and not node.keywords:
            name = dotted(node.func)
            if name in _INIT_FUNCTIONS or (name.endswith(".create_all") and name.count(".") == 1):
                found.append(name)
    return list(dict.fromkeys(name for name in found if name.isascii()))


def _settings_module(node: ast.AST) -> str:
    match node:
        case ast.Call(args=[ast.Constant(value="DJANGO_SETTINGS_MODULE"), ast.Constant(value=str(module)), *_]):
            return module
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value="DJANGO_SETTINGS_MODULE"))], value=value):
            return f"={value.value}" if isinstance(value, ast.Constant) and isinstance(value.value, str) else "="
    return ""


def _given_a_default(nodes: Nodes) -> set[str]:
    """django-environ: Env(DEBUG=(bool, False)); and os.environ.setdefault."""
    found: set[str] = set()
    for call in nodes.of(ast.Call):
        if dotted(call.func).rpartition(".")[2] in ("Env", "FileAwareEnv"):
            found |= {keyword.arg for keyword in call.keywords if keyword.arg}
        elif dotted(call.func) == "os.environ.setdefault":
            found.add(variable_read(call))
    return found
