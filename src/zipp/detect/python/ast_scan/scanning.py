"""One file's text -> its facts; and the program that does so for many."""

from __future__ import annotations

import ast
import json
import resource
import sys
from collections.abc import Sequence

from .apps import find_apps, top_level
from .django_settings import find_settings
from .facts import Scan, nothing_found
from .habits import find_habits
from .names import Names
from .nodes import Nodes
from .servers import find_calls

CPU_SECONDS = 5
MEMORY_BYTES = 1024**3


def scan(path: str, source: bytes) -> Scan:
    try:
        return _scan(path, ast.parse(source))
    except SyntaxError as error:
        reason = f"line {error.lineno or 1}: {error.msg}"
    except (RecursionError, MemoryError, ValueError):
        reason = "line 1: it is nested too deeply, or is no Python at all"
    return {**nothing_found(path), "error": reason}


def _scan(path: str, tree: ast.Module) -> Scan:
    found = nothing_found(path)
    statements = list(top_level(tree.body))
    nodes = Nodes(tree)
    imports = [*nodes.of(ast.Import), *nodes.of(ast.ImportFrom)]
    names = Names()
    for node in (*nodes.of(ast.Assign), *nodes.of(ast.AnnAssign), *statements):
        names.learn(node)
    everywhere = names.imports()
    everywhere.values = names.values
    for node in imports:
        everywhere.learn(node)
    found["first_imports"] = _imported(statements)
    found["imports"] = _imported(imports)
    find_apps(statements, names, found)
    find_calls(nodes, statements, everywhere, found)
    find_habits(tree, nodes, everywhere, found)
    find_settings(nodes, statements, names, found)
    return found


def _imported(statements: Sequence[ast.stmt]) -> list[str]:
    """The modules that are imported by an absolute name, each once."""
    found: dict[str, None] = {}
    for statement in statements:
        match statement:
            case ast.Import(names=aliases):
                found |= dict.fromkeys(alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), level=0):
                found[module] = None
    return list(found)


def main() -> None:
    """stdin: [{path, source}], where `source` is the bytes as Latin-1; stdout: a Scan for each."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    files = json.load(sys.stdin)
    json.dump([scan(file["path"], file["source"].encode("latin-1")) for file in files], sys.stdout)
