"""A site of files that a build makes: served by nginx, with no container, and kept for rollback as a release."""

from __future__ import annotations

import json
import secrets
import time

import pytest
from live import LivePlatform, until, zipped

BUILD = """\
import { mkdirSync, writeFileSync } from "node:fs";
console.log("the key is", process.env.API_KEY);
mkdirSync("dist/assets", { recursive: true });
writeFileSync("dist/index.html", `<h1>${TEXT}</h1> key ${process.env.API_KEY ? "given" : "missing"}`);
writeFileSync("dist/assets/app.js", "let a = 1");
"""


def pages(text: str, *, seconds: float = 0, toml: str = "") -> bytes:
    """A project whose build writes dist/."""
    package = {"name": "pages", "private": True, "scripts": {"build": f"sleep {seconds}; node build.mjs"}}
    return zipped(
        {
            "package.json": json.dumps(package),
            "build.mjs": f"const TEXT = {json.dumps(text)};\n{BUILD}",
            "zipp.toml": f'{toml}\noutput = "dist"\nfallback = "index.html"\n',
        }
    )


def test_built_files_are_served_without_a_container_and_with_a_page_for_client_side_routes(
    platform: LivePlatform,
) -> None:
    deployment = platform.deploy(pages("one"), "built")

    assert "<h1>one</h1>" in platform.visit("built").text
    assert platform.visit("built", "/users/42").text == platform.visit("built").text
    assert platform.visit("built", "/assets/app.js").text == "let a = 1"
    assert platform.visit("built", "/assets/gone.js").status_code == 404
    assert platform.visit("built", "/package.json").status_code == 404
    assert deployment["id"] not in platform.containers()
    assert (deployment["image"], deployment["port"]) == (None, None)
    assert deployment["plan"]["output"] == "dist"
    until(lambda: not (platform.data_dir / "work" / deployment["id"]).exists(), seconds=10, what="its work folder")


def test_build_that_only_adds_to_the_page_that_is_there_serves_the_project(platform: LivePlatform) -> None:
    """As with Tailwind or Sass: index.html lies at the root, and the build writes the style sheet beside it."""
    package = {
        "private": True,
        "scripts": {"build": "mkdir -p css node_modules/x; echo 'b{}' | tee css/out.css > node_modules/x/y.css"},
    }
    page = "<link rel=stylesheet href=css/out.css><h1>in place</h1>"
    platform.deploy(zipped({"package.json": json.dumps(package), "index.html": page}), "in-place")

    assert platform.visit("in-place").text == page
    assert platform.visit("in-place", "/css/out.css").text == "b{}\n"
    assert platform.visit("in-place", "/node_modules/x/y.css").status_code == 404


def test_rollback_is_immediate_and_a_redeploy_builds_again(platform: LivePlatform) -> None:
    first = platform.deploy(pages("first"), "built-back")
    second = platform.deploy(pages("second"), "built-back")

    began = time.monotonic()
    assert platform.api.post("/api/sites/built-back/rollback").status_code == 200
    assert time.monotonic() - began < 2
    assert "first" in platform.visit("built-back").text
    assert platform.get(second["id"])["status"] == "STOPPED"

    answer = platform.api.post(f"/api/deployments/{second['id']}/redeploy")
    third = platform.ended(answer.json()["id"])
    assert third["status"] == "RUNNING", third["error"]
    assert third["plan"] == second["plan"]
    assert "second" in platform.visit("built-back").text
    assert platform.get(first["id"])["status"] == "STOPPED"


def test_the_build_has_the_sites_environment_and_its_log_does_not(platform: LivePlatform) -> None:
    key = f"sw0rdfish-{secrets.token_hex(8)}"  # never built before: what the engine has kept prints nothing
    platform.deploy(pages("plain"), "built-env")
    assert "key missing" in platform.visit("built-env").text
    answer = platform.api.put("/api/sites/built-env/env", json={"API_KEY": key})
    assert answer.status_code < 300, answer.text

    deployment = platform.deploy(pages("plain"), "built-env")

    assert "key given" in platform.visit("built-env").text
    log = platform.log_text(deployment["id"])
    assert "the key is" in log
    assert "sw0rdfish" not in log


def test_a_failed_build_leaves_the_old_files_serving(platform: LivePlatform) -> None:
    platform.deploy(pages("steady"), "built-bad")

    failed = platform.deploy(pages("x", toml='build = "exit 3"'), "built-bad", expect="FAILED")

    assert failed["stages"][-1]["name"] == "build"
    assert "steady" in platform.visit("built-bad").text
    assert not list((platform.data_dir / "sites" / "built-bad").glob(f"**/{failed['id']}*"))


def test_built_files_in_a_container_of_their_own(platform: LivePlatform) -> None:
    deployment = platform.deploy(pages("contained", toml='serve = "container"'), "built-own")

    assert "contained" in platform.visit("built-own").text
    assert "contained" in platform.visit("built-own", "/users/42").text
    assert platform.visit("built-own", "/gone.js").status_code == 404
    assert deployment["id"] in platform.containers()
    until(lambda: not (platform.data_dir / "work" / deployment["id"]).exists(), seconds=10, what="its work folder")
    assert "contained" in platform.visit("built-own").text


@pytest.mark.timeout(300)
def test_a_build_under_way_is_resumed_after_kill_9(platform: LivePlatform) -> None:
    deployment = platform.upload(pages("resumed", seconds=4), "built-resumed")
    until(lambda: platform.get(deployment["id"])["stage"] == "build", what="its build")

    platform.kill()
    platform.start()

    ended = platform.ended(deployment["id"])
    assert ended["status"] == "RUNNING", ended["error"]
    assert "resumed" in platform.visit("built-resumed").text
