"""Trees to detect, written down as name -> content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from zipp.detect import detect
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

Tree = Mapping[str, str | bytes | dict[str, Any]]
Planned = Callable[..., BuildPlan]
Refused = Callable[[Tree], DetectionError]


def write_tree(root: Path, tree: Tree) -> Path:
    """A name that ends in '/' is an empty folder; a dict is written as JSON."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in tree.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        data = json.dumps(content) if isinstance(content, dict) else content
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return root


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    return lambda tree, **options: detect(write_tree(tmp_path / "tree", tree), **options)


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    def refuse(tree: Tree) -> DetectionError:
        with pytest.raises(DetectionError) as raised:
            detect(write_tree(tmp_path / "tree", tree))
        assert raised.value.hint, "every refusal says what to do next"
        return raised.value

    return refuse
