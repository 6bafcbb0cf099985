"""The framework database, and how it is asked."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from zipp.detect.frameworks import framework_of, frameworks
from zipp.detect.node.config import read_settings
from zipp.detect.node.manifest import Manifest, read_manifest
from zipp.detect.node.scripts import steps_of
from zipp.detect.project import Project


def manifest_of(tmp_path: Path, *packages: str, **scripts: str) -> tuple[Project, Manifest]:
    text = json.dumps({"devDependencies": dict.fromkeys(packages, "1"), "scripts": scripts})
    (tmp_path / "package.json").write_text(text)
    project = Project(tmp_path)
    manifest = read_manifest(project)
    assert manifest is not None
    return project, manifest


def test_every_framework_has_a_condition_and_the_frequent_ones_are_there() -> None:
    slugs = {framework.slug for framework in frameworks()}
    assert {"nextjs", "vite", "astro", "nuxtjs", "sveltekit-1", "angular", "vue", "gatsby", "remix"} <= slugs
    assert all(framework.every or framework.some for framework in frameworks())


@pytest.mark.parametrize(
    ("packages", "slug"),
    [
        (["next", "vite", "storybook"], "nextjs"),
        (["vite", "@sveltejs/kit"], "sveltekit-1"),
        (["vite", "storybook"], "vite"),
        (["nuxt", "nitropack", "vite"], "nuxtjs"),
        (["nitro", "vite"], "nitro"),
        (["svelte"], None),
        ([], None),
    ],
)
def test_what_builds_upon_another_framework_comes_before_it(
    tmp_path: Path, packages: list[str], slug: str | None
) -> None:
    found = framework_of(*manifest_of(tmp_path, *packages))
    assert (found.slug if found else None) == slug


def test_a_framework_may_be_known_by_what_a_file_holds(tmp_path: Path) -> None:
    (tmp_path / "vite.config.ts").write_text('import { reactRouter } from "@react-router/dev/vite";')
    found = framework_of(*manifest_of(tmp_path, "vite"))
    assert found is not None
    assert found.slug == "react-router"


@pytest.mark.parametrize("piece", ['"dependencies": {', '"@sveltejs/kit": "', "import 'hono' from ", "from\t", "((("])
def test_files_made_to_be_slow_are_not(tmp_path: Path, piece: str) -> None:
    text = piece * (200_000 // len(piece))
    for name in ("vite.config.ts", "index.js", "src/index.ts", "next.config.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    project, manifest = manifest_of(tmp_path, "hono", "vite", start=piece * (7_900 // len(piece)))
    began = time.monotonic()
    framework_of(project, manifest)
    read_settings(text)
    steps_of(manifest, manifest.script("start"))
    assert time.monotonic() - began < 2


def test_scripts_that_call_each_other_in_a_circle_end(tmp_path: Path) -> None:
    _, manifest = manifest_of(
        tmp_path, start="npm run a && npm run a", a="npm run b && npm run b", b="npm run a; npm run a"
    )
    assert steps_of(manifest, "npm start") is None


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("export default { ssr: false }", "ssr", "false"),
        ("const c = { 'output': `export` }", "output", "export"),
        ("{ output: 'a' + x, output: 'b' }", "output", "a"),
        ("// ssr: false\n{}", "ssr", ""),
        ("/* ssr: false", "ssr", ""),
        ("'it\\'s: ssr' ; ({ ssr: true })", "ssr", "true"),
        ("isn't closed\n{ ssr: false }", "ssr", "false"),
        ("", "ssr", ""),
        ("{ output: process.env.X ? 'export' : undefined }", "output", ""),
        ("const config: Config = { ssr: false }", "ssr", "false"),
    ],
)
def test_settings_are_read_as_far_as_they_can_be(text: str, key: str, value: str) -> None:
    assert read_settings(text).get(key) == value
