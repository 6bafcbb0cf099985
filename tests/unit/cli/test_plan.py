from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from zipp.cli.source_tree import source_tree
from zipp.cli.verbs.plan import rows
from zipp.domain.errors import InvalidInput
from zipp.domain.plan import BuildPlan, Serve, WantedLimits

SERVER = BuildPlan(
    framework="nest",
    summary="Nest app",
    root="api",
    builder="zipp/node:22-build",
    base="zipp/node:22-slim",
    dependencies=("npm ci --omit=dev", "npm rebuild"),
    install=("npm ci",),
    build=("npm run build",),
    build_env={"CI": "1"},
    before_start="npm run migrate",
    start="node dist/main.js",
    port=3000,
    env={"NODE_ENV": "production"},
    limits=WantedLimits(memory_bytes=256 * 1024**2, cpus=0.5),
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>hi")
    return folder


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM zipp/node:22\nEXPOSE 4000\nCMD node server.js\n")
    return folder


def shown(found: BuildPlan) -> dict[str, str]:
    return {name: value for name, value in rows(found) if value}


def test_a_server_is_shown_with_every_value_that_can_be_changed() -> None:
    assert shown(SERVER) == {
        "framework": "nest",
        "summary": "Nest app",
        "folder": "api",
        "built in": "zipp/node:22-build",
        "dependencies": "npm ci --omit=dev\nnpm rebuild",
        "install": "npm ci",
        "build": "npm run build",
        "runs in": "zipp/node:22-slim",
        "before start": "npm run migrate",
        "start": "node dist/main.js",
        "env": "NODE_ENV=production",
        "serve": "a container",
        "port": "3000",
        "health": "/",
        "limits": "256 MB of memory, 0.5 CPUs",
    }


def test_files_are_shown_without_what_only_a_container_has() -> None:
    found = shown(BuildPlan(framework="vite", summary="s", serve=Serve.NGINX, output="dist", fallback="index.html"))
    assert found.keys() == {"framework", "summary", "output", "fallback", "serve", "health"}


def test_the_current_folder_is_the_usual_one(page: Path, zipp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(page)
    result = zipp("plan")
    assert result.exit_code == 0, result.stderr
    assert "static" in result.stdout
    assert "nginx itself, without a container" in result.stdout


def test_a_zip_is_planned_as_the_folder_in_it(page: Path, zipp: Any, tmp_path: Path) -> None:
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(page / "index.html", "site-main/index.html")
    folder, unpacked = (zipp("plan", str(path), "--json") for path in (page, archive))
    assert json.loads(folder.stdout) == json.loads(unpacked.stdout)
    assert BuildPlan.model_validate_json(folder.stdout).framework == "static"


def test_an_own_dockerfile_is_printed(docker: Path, zipp: Any) -> None:
    assert zipp("plan", str(docker), "--dockerfile").stdout == (docker / "Dockerfile").read_text()


def test_a_dockerfile_that_is_not_used_can_not_be_printed(page: Path, zipp: Any) -> None:
    result = zipp("plan", str(page), "--dockerfile")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "served as they are" in result.stderr


def test_a_folder_that_can_not_be_planned_is_1_and_says_what_to_do(tmp_path: Path, zipp: Any) -> None:
    (tmp_path / "notes.txt").write_text("hi")
    result = zipp("plan", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "index.html" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("nowhere",), "no folder or file"), (("notes.txt",), "no ZIP"), ((".", "--json", "--dockerfile"), "together")],
)
def test_what_can_not_be_read_is_2(
    arguments: tuple[str, ...], told: str, tmp_path: Path, zipp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("hi")
    monkeypatch.chdir(tmp_path)
    result = zipp("plan", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_an_archive_that_would_be_refused_is_refused(tmp_path: Path, zipp: Any) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../up.html", "x")
    assert zipp("plan", str(archive)).exit_code == 6


def test_nothing_in_a_project_can_steer_the_terminal(tmp_path: Path, zipp: Any) -> None:
    (tmp_path / "index.html").write_text("x")
    (tmp_path / "zipp.toml").write_text('health = "/\\u001b]0;x"')
    result = zipp("plan", str(tmp_path))
    assert "\x1b" not in result.stdout + result.stderr


def test_what_is_ignored_is_not_looked_at(page: Path) -> None:
    (page / ".gitignore").write_text("Dockerfile\n")
    for name in ("Dockerfile", "node_modules/x/package.json", "src/a.js"):
        (page / name).parent.mkdir(parents=True, exist_ok=True)
        (page / name).write_text("x")
    (page / "link").symlink_to("src")
    with (page / "film.mp4").open("wb") as film:
        film.truncate(40 * 1024**2)
    with source_tree(page) as tree:
        names = {str(path.relative_to(tree)) for path in tree.rglob("*")}
        assert names == {".gitignore", "film.mp4", "index.html", "link", "src", "src/a.js"}
        assert (tree / "film.mp4").stat().st_size == 40 * 1024**2
        assert os.readlink(tree / "link") == "src"
    assert not tree.exists()


def test_a_link_that_leaves_the_folder_is_refused_as_when_deploying(page: Path) -> None:
    (page / "link").symlink_to("/etc")
    with pytest.raises(InvalidInput) as caught, source_tree(page):
        pass
    assert caught.value.code == "link_leaves_folder"
