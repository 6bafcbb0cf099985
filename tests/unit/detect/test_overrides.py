"""zipp.toml on each shape of plan: files as they are, files that a build makes, and a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
PAGE: dict[str, object] = {"index.html": "x"}
SERVER: dict[str, Any] = {
    "package.json": {"scripts": {"start": "node a.js"}, "dependencies": {"express": "5"}},
    "a.js": "require('express')().listen(process.env.PORT)",
}
VITE: dict[str, Any] = {
    "package.json": {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "7"}},
    "index.html": "x",
}
FLASK: dict[str, object] = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask"}


def test_a_build_makes_built_files_of_files_as_they_are(planned: Planned) -> None:
    plan = planned({**PAGE, "zipp.toml": 'build = "make site"\noutput = "out"\nenv = {LANG = "C"}'})
    assert (plan.is_static, plan.is_built, plan.serve) == (True, True, Serve.NGINX)
    assert (plan.builder, plan.install, plan.build, plan.output) == ("zipp/node:22-build", (), ("make site",), "out")
    assert plan.build_env["LANG"] == "C"
    assert plan.summary.startswith("Own build: make site, serving out/")


def test_a_build_finds_the_packages_of_the_project(planned: Planned) -> None:
    tree = {"requirements.txt": "pelican", "content/a.md": "x", "zipp.toml": 'build = "pelican"\noutput = "out"'}
    plan = planned(tree)
    assert (plan.builder, plan.dependency_folders) == ("zipp/python:3.11-build", ("/opt/venv",))
    assert plan.install == ("uv pip install -r requirements.txt",)
    assert plan.is_static


def test_output_makes_files_of_a_server(planned: Planned) -> None:
    plan = planned({**SERVER, "zipp.toml": 'build = "npm run generate"\noutput = "dist"'})
    assert (plan.is_static, plan.serve, plan.start, plan.base) == (True, Serve.NGINX, "", "")
    assert (plan.output, plan.find_output, plan.build) == ("dist", False, ("npm run generate",))
    assert plan.install[0].startswith("npm install --include=dev")
    assert (plan.dependencies, plan.dependency_folders) == ((), ())


def test_output_of_a_server_without_a_build_must_be_there(planned: Planned, refused: Refused) -> None:
    assert refused({**FLASK, "zipp.toml": 'output = "static"'}).code == "config_invalid"


def test_output_of_a_server_without_a_build_is_served_as_it_is(planned: Planned) -> None:
    plan = planned({**FLASK, "static/index.html": "x", "zipp.toml": 'output = "static"'})
    assert (plan.is_static, plan.is_built, plan.output) == (True, False, "static")


def test_start_makes_a_server_of_files(planned: Planned) -> None:
    plan = planned({**PAGE, "serve.py": "", "zipp.toml": 'start = "python serve.py"'})
    assert (plan.is_static, plan.base, plan.start) == (False, "zipp/python:3.11-slim", "python serve.py")


def test_start_alone_suffices_where_nothing_is_recognised(planned: Planned) -> None:
    plan = planned({"serve.sh": "", "zipp.toml": 'start = "sh serve.sh"'})
    assert (plan.framework, plan.base, plan.is_built) == ("custom", "zipp/debian:bookworm", False)


@pytest.mark.parametrize(
    ("start", "becomes"),
    [
        ("yarn start", "node a.js"),
        ("A=b pnpm run start", "A=b node a.js"),
        ("node b.js --x", "node b.js --x"),
        ("npm start", "npm start"),
    ],
)
def test_start_by_a_manager_that_no_sites_image_has_becomes_what_it_would_run(
    planned: Planned, start: str, becomes: str
) -> None:
    assert planned({**SERVER, "zipp.toml": f'start = "{start}"'}).start == becomes


def test_start_runs_what_a_build_made(planned: Planned) -> None:
    plan = planned({**VITE, "zipp.toml": 'start = "node server.js"'})
    assert (plan.is_static, plan.start) == (False, "node server.js")
    assert plan.build == ("npm run build",)


def test_start_and_output_exclude_each_other(refused: Refused) -> None:
    assert "can only be one of them" in refused({**SERVER, "zipp.toml": 'start = "x"\noutput = "y"'}).message


def test_a_build_of_a_server_gets_the_development_packages(planned: Planned) -> None:
    plan = planned({**SERVER, "zipp.toml": 'build = "npx tsc"'})
    assert plan.build[0] == "npx tsc"
    assert plan.install[0].startswith("npm install --include=dev")
    assert plan.start == "node a.js"


def test_an_install_of_their_own_is_done_in_place(planned: Planned) -> None:
    plan = planned({**SERVER, "zipp.toml": 'install = "npm ci && node setup.js"'})
    assert (plan.dependencies, plan.install) == ((), ("npm ci && node setup.js",))
    assert (plan.dependency_files, plan.keep) == ((), (".",))


def test_the_environment_is_the_builds_too(planned: Planned) -> None:
    plan = planned({**VITE, "zipp.toml": 'env = {VITE_API = "https://x.example"}'})
    assert plan.build_env["VITE_API"] == "https://x.example"
    assert "VITE_API" not in plan.env


@pytest.mark.parametrize(("value", "fallback"), [('"app.html"', "app.html"), ("false", "")])
def test_a_fallback_is_a_page_or_none(planned: Planned, value: str, fallback: str) -> None:
    assert planned({**VITE, "zipp.toml": f"fallback = {value}"}).fallback == fallback


def test_a_fallback_of_files_as_they_are_must_be_there(planned: Planned, refused: Refused) -> None:
    assert planned({**PAGE, "404.html": "x", "zipp.toml": 'fallback = "404.html"'}).fallback == "404.html"
    assert "there is no app.html" in refused({**PAGE, "zipp.toml": 'fallback = "app.html"'}).message


def test_before_start_is_for_servers(planned: Planned, refused: Refused) -> None:
    assert planned({**SERVER, "zipp.toml": 'before_start = "npm run db"'}).before_start == "npm run db"
    assert refused({**VITE, "zipp.toml": 'before_start = "x"'}).code == "config_invalid"


def test_versions_choose_the_images(planned: Planned, refused: Refused) -> None:
    assert planned({**VITE, "zipp.toml": 'versions = {node = "20"}'}).builder == "zipp/node:20-build"
    assert planned({**FLASK, "zipp.toml": 'versions = {python = "3.13"}'}).base == "zipp/python:3.13-slim"
    assert "no Python 3.9" in refused({**FLASK, "zipp.toml": 'versions = {python = "3.9"}'}).message
    assert "'versions.node' has no effect" in refused({**FLASK, "zipp.toml": 'versions = {node = "20"}'}).message


def test_files_in_a_container_have_a_port(planned: Planned, refused: Refused) -> None:
    plan = planned({**VITE, "zipp.toml": 'serve = "container"\nport = 9000'})
    assert (plan.serve, plan.port) == (Serve.CONTAINER, 9000)
    assert "'port' has no effect for files that a build makes" in refused({**VITE, "zipp.toml": "port = 9000"}).message
