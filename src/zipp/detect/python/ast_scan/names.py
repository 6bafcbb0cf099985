"""Which full name an expression stands for, and what a constant expression is worth."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_READERS = frozenset(
    {"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault", "getenv", "environ.get"}
)
_LIBRARIES = frozenset({"config", "env", "decouple.config", "get_env", "Config"})  # decouple, environs, django-environ
_DEPTH = 5
_MOST = 30  # of what is looked through for each of many: more is no program that people wrote


class Names:
    """`full` maps a name of the file to what it imports; `stars` are modules of which all is imported; `values` are
    the last assignments to plain names, wherever they stand."""

    def __init__(self) -> None:
        self.full: dict[str, str] = {}
        self.stars: dict[str, None] = {}
        self.values: dict[str, ast.expr] = {}

    def imports(self) -> Names:
        """A copy without `values`."""
        other = Names()
        other.full, other.stars = dict(self.full), dict(self.stars)
        return other

    def learn(self, node: ast.AST) -> None:
        match node:
            case ast.Import():
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    self.full[name] = alias.name if alias.asname else name
            case ast.ImportFrom(module=str(module), level=0):
                for alias in node.names:
                    if alias.name == "*":
                        self._add_star(module)
                    self.full[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.ImportFrom():
                for alias in node.names:
                    self.full[alias.asname or alias.name] = f".{alias.name}"
            case _:
                for name, value in assignments(node):
                    self.values[name] = value

    def _add_star(self, module: str) -> None:
        if len(self.stars) < _MOST:
            self.stars[module] = None

    def of(self, node: ast.expr) -> list[str]:
        """The full names that the expression may stand for, the likeliest first."""
        first, _, rest = dotted(node).partition(".")
        if not first:
            return []
        rest = f".{rest}" if rest else ""
        if first in self.full:
            return [f"{self.full[first]}{rest}"]
        return [*(f"{module}.{first}{rest}" for module in self.stars), f"{first}{rest}"]

    def number(self, node: ast.expr | None, depth: int = 0) -> int:
        """The whole number that the expression is, or falls back to; 0 when that can't be seen."""
        if node is None or depth > _DEPTH:
            return 0
        match node:
            case ast.Constant(value=bool()):
                return 0
            case ast.Constant(value=int(value)):
                return value
            case ast.Constant(value=str(value)) if value.isascii() and value.isdigit() and len(value) < 6:
                return int(value)
            case ast.Name(id=name) if name in self.values:
                return self.number(self.values[name], depth + 1)
            case ast.BoolOp(values=values):
                return self.number(values[-1], depth + 1)
            case ast.IfExp(orelse=orelse):
                return self.number(orelse, depth + 1)
            case ast.Call() if variable_read(node):
                return self.number(_fallback(node), depth + 1)
            case ast.Call(args=[first, *_]):
                return self.number(first, depth + 1)
        return 0

    def text(self, node: ast.expr | None, depth: int = 0) -> str:
        """The text that the expression is, or falls back to; '' when that can't be seen."""
        if node is None or depth > _DEPTH:
            return ""
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.Name(id=name) if name in self.values:
                return self.text(self.values[name], depth + 1)
            case ast.Call() if variable_read(node):
                return self.text(_fallback(node), depth + 1)
        return ""

    def variables(self, node: ast.expr | None) -> set[str]:
        """The variables of the environment that the expression's value may come from."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [node] if node is not None else []
        while waiting:
            for inner in ast.walk(waiting.pop()):
                if variable := variable_read(inner):
                    found.add(variable)
                elif (
                    isinstance(inner, ast.Name)
                    and inner.id in self.values
                    and inner.id not in seen
                    and len(seen) < _MOST
                ):
                    seen.add(inner.id)
                    waiting.append(self.values[inner.id])
        return found


def assignments(statement: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                match target, value:
                    case ast.Name(id=name), _:
                        yield name, value
                    case ast.Tuple(elts=[ast.Name(id=first), *_]), ast.Call():
                        yield first, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def dotted(node: ast.expr) -> str:
    """'a.b.c' for such an expression, '' for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def argument(call: ast.Call, position: int, *keywords: str) -> ast.expr | None:
    """The argument by one of its names, or at its place (-1: it has none)."""
    for keyword in call.keywords:
        if keyword.arg in keywords:
            return keyword.value
    return call.args[position] if 0 <= position < len(call.args) else None


def variable_read(node: ast.AST) -> str:
    """The variable of the environment that the expression asks for, '' when it asks for none."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name)), ctx=ast.Load()):
            return name if dotted(value) in ("os.environ", "environ", "env") else ""
        case ast.Call(args=[ast.Constant(value=str(name)), *_]):
            called = dotted(node.func)
            is_library = called in _LIBRARIES or called.startswith(("env.", "environ."))
            return name if called in _READERS or is_library else ""
    return ""


def variable_needed(node: ast.AST) -> str:
    """The same, only where the program ends when there is no such variable."""
    name = variable_read(node)
    if isinstance(node, ast.Call):
        called = dotted(node.func)
        return "" if called in _READERS or _fallback(node) is not None else name
    return name


def _fallback(call: ast.Call) -> ast.expr | None:
    return argument(call, 1, "default")
