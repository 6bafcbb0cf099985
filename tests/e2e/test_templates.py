"""What npm's own create packages make goes live untouched: the projects that people really begin with."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from live import LivePlatform, running_platform, zipped_folder


@dataclass(frozen=True, slots=True)
class Template:
    """`command` makes the folder `app`; `text` stands on its first page; `deep` is routed by the page itself."""

    framework: str
    command: tuple[str, ...]
    text: str
    serve: str = "nginx"
    deep: str = ""


def _vite(template: str) -> tuple[str, ...]:
    return ("create-vite@9.3.0", "app", "--template", template, "--no-interactive")


TEMPLATES = {
    "vite-react-ts": Template("vite", _vite("react-ts"), '<div id="root">', deep="/a/client/route"),
    "vite-svelte": Template("vite", _vite("svelte"), '<div id="app">', deep="/about"),
    "vite-solid": Template("vite", _vite("solid"), '<div id="root">', deep="/about"),
    "vite-lit": Template("vite", _vite("lit"), "<my-element"),
    "vite-vanilla-ts": Template("vite", _vite("vanilla-ts"), '<div id="app">'),
    "vue": Template("vite", ("create-vue@3.24.0", "app", "--default"), "Vite App", deep="/about"),
    "angular": Template(
        "angular",
        ("@angular/cli@20.3.39", "new", "app", "--skip-install", "--skip-git", "--defaults", "--ssr=false"),
        "<app-root>",
        deep="/about",
    ),
    "docusaurus": Template(
        "docusaurus-2", ("create-docusaurus@3.10.2", "app", "classic", "--skip-install", "--javascript"), "My Site"
    ),
    "next": Template(
        "nextjs",
        (
            *("create-next-app@16.4.3", "app", "--ts", "--app", "--empty", "--no-tailwind", "--no-linter"),
            *("--no-src-dir", "--use-npm", "--skip-install", "--disable-git", "--yes"),
        ),
        "Hello world!",
        serve="container",
    ),
    "sveltekit": Template(
        "sveltekit-1",
        ("sv@0.17.1", "create", "app", "--template", "minimal", "--types", "ts", "--no-add-ons", "--no-install"),
        "Welcome to SvelteKit",
        serve="container",
    ),
    "nest": Template(
        "nestjs",
        ("@nestjs/cli@12.0.8", "new", "app", "--skip-install", "--skip-git", "-p", "npm"),
        "Hello World!",
        serve="container",
    ),
    "express": Template(
        "express", ("express-generator@4.16.1", "--no-view", "app"), "Welcome to Express", serve="container"
    ),
    "fastify": Template("fastify", ("fastify-cli@8.0.2", "generate", "app"), '{"root":true}', serve="container"),
}


@pytest.fixture(scope="module")
def platform() -> Iterator[LivePlatform]:
    yield from running_platform()


@pytest.fixture(scope="module")
def made(platform: LivePlatform, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Every template's deployment, by name: all of them accepted first, then built as the platform sees fit."""
    archives = {name: _generated(template, tmp_path_factory.mktemp(name)) for name, template in TEMPLATES.items()}
    return {name: platform.upload(archive, name)["id"] for name, archive in archives.items()}


def _generated(template: Template, folder: Path) -> bytes:
    quiet = {"CI": "1", "npm_config_update_notifier": "false", "NG_CLI_ANALYTICS": "false"}
    done = subprocess.run(
        ["npx", "--yes", *template.command],
        cwd=folder, env={**os.environ, **quiet}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return zipped_folder(folder / "app")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_goes_live(platform: LivePlatform, made: Mapping[str, str], name: str) -> None:
    template = TEMPLATES[name]
    deployment: dict[str, Any] = platform.ended(made[name], seconds=900)
    assert deployment["status"] == "RUNNING", (deployment["error"], platform.log_text(made[name])[-3000:])
    answer = platform.visit(name)
    assert (answer.status_code, template.text in answer.text) == (200, True), answer.text[:500]
    assert deployment["framework"] == template.framework
    assert (name in platform.sites_in_containers()) == (template.serve == "container")
    if template.deep:
        assert platform.visit(name, template.deep).text == answer.text
        assert platform.visit(name, "/assets/missing.js").status_code == 404
