"""All nodes of a file by their kind, from one walk."""

from __future__ import annotations

import ast
from collections import defaultdict

TYPE_CHECKING = False  # as type checkers know it; typing and dataclasses would be a third of the program's start
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T", bound=ast.AST)


class Nodes:
    """What the parts of a scan look through; in the order of ast.walk."""

    def __init__(self, tree: ast.Module) -> None:
        by_kind: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in ast.walk(tree):
            by_kind[type(node)].append(node)
        self._by_kind = dict(by_kind)

    def of(self, kind: type[T]) -> list[T]:
        return self._by_kind.get(kind, [])  # type: ignore[return-value]
