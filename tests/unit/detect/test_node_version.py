from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zipp.detect.config import Config, Versions
from zipp.detect.node.version import node_version
from zipp.detect.project import Project

ENGINES: dict[str, Any] = {"engines": {"node": "20.x"}}


def version_of(folder: Path, files: dict[str, str], manifest: dict[str, Any], toml: str = "") -> tuple[int, str]:
    for name, content in files.items():
        (folder / name).write_text(content)
    return node_version(Project(folder), manifest, Config(versions=Versions(node=toml)) if toml else Config())


@pytest.mark.parametrize(
    ("files", "manifest", "version"),
    [
        ({}, {}, 22),
        ({}, ENGINES, 20),
        ({".nvmrc": "v18.20.1\n"}, ENGINES, 18),
        ({".nvmrc": "lts/jod"}, ENGINES, 22),
        ({".nvmrc": "# ours\n\n24\n"}, {}, 24),
        ({".nvmrc": "my-alias"}, ENGINES, 20),
        ({".node-version": "24.1.0"}, {}, 24),
        ({".tool-versions": "ruby 3.1\nnodejs 18.19.0 20.0.0\n"}, {}, 18),
        ({}, {"volta": {"node": "20.11.0"}, "engines": {"node": ">=18"}}, 20),
        ({}, {"engines": {"node": ">=18"}}, 22),
        ({}, {"engines": {"node": ["20"]}}, 22),
        ({".nvmrc": "18"}, {"dependencies": {"next": "15.5.0"}}, 18),
        ({}, {"volta": "20"}, 22),
    ],
)
def test_the_version_is_the_one_that_the_project_names(
    tmp_path: Path, files: dict[str, str], manifest: dict[str, Any], version: int
) -> None:
    assert version_of(tmp_path, files, manifest) == (version, "")


@pytest.mark.parametrize(("wanted", "version"), [("14", 18), ("^16.13", 18), ("19", 20), ("21.x", 22), ("26", 24)])
def test_the_next_newer_one_is_taken_and_that_is_said(tmp_path: Path, wanted: str, version: int) -> None:
    note = f"engines.node asks for {wanted!r}, Node {version} is the nearest there is"
    assert version_of(tmp_path, {}, {"engines": {"node": wanted}}) == (version, note)


def test_zipp_toml_comes_first(tmp_path: Path) -> None:
    assert version_of(tmp_path, {".nvmrc": "18"}, ENGINES, "24") == (24, "")


@pytest.mark.parametrize("wanted", ["latest", "^16.0.1", "16", ">=16", "*"])
def test_a_framework_that_does_not_run_on_the_version_asked_for_gets_a_newer_one(tmp_path: Path, wanted: str) -> None:
    version, note = version_of(tmp_path, {".nvmrc": "18"}, {"dependencies": {"next": wanted}})
    assert version == 22
    assert "next" in note


def test_zipp_toml_has_the_last_word(tmp_path: Path) -> None:
    assert version_of(tmp_path, {}, {"dependencies": {"next": "latest"}}, toml="18") == (18, "")
