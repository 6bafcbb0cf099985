"""Every code that a deployment may fail with stands in docs/errors.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from zipp.domain.errors import BuildError, DetectionError, SourceError, StartError
from zipp.pipeline.diagnosis import RULES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/errors.md").read_text()
ERRORS = {each.__name__: each.default_code for each in (BuildError, DetectionError, SourceError, StartError)}


def codes(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            if not given:
                yield ERRORS[node.func.id]
            elif isinstance(given[0], ast.Constant):
                yield str(given[0].value)


@pytest.mark.parametrize("file", sorted((ROOT / "src/zipp").rglob("*.py")), ids=lambda file: file.stem)
def test_each_code_is_explained(file: Path) -> None:
    assert {code for code in codes(file) if f"`{code}`" not in PAGE} == set()


def test_each_cause_of_a_log_is_explained() -> None:
    def is_there(name: str, phase: str | None) -> bool:
        return f"`…{name}`" in PAGE or (phase is not None and f"`{phase}_{name}`" in PAGE)

    assert {rule.name for rule in RULES if not is_there(rule.name, rule.phase)} == set()
