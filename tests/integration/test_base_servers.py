"""The two base images that serve by themselves: nginx for a folder of files, and nginx with PHP."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from dockercli import docker

from zipp.images.recipes import STATIC

PHP = "zipp/php:8.2"


@dataclass(frozen=True)
class Served:
    container: str
    client: httpx.Client

    @property
    def log(self) -> str:
        return subprocess.run(["docker", "logs", self.container], capture_output=True, text=True).stderr


Serve = Callable[..., Served]


@pytest.fixture
def serve(base: Callable[[str], str], tmp_path: Path) -> Iterator[Serve]:
    """Run an image as sites are run: read-only, without any right, `files` mounted at `folder`."""
    served: list[Served] = []

    def run(image: str, folder: str, files: dict[str, str], **env: str) -> Served:
        base(image)
        site = tmp_path / "site"
        for name, text in files.items():
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_text(text)
        container = f"zipp-test-{secrets.token_hex(4)}"
        variables = [part for key, value in {"PORT": "9000", **env}.items() for part in ("--env", f"{key}={value}")]
        docker(
            *("run", "--detach", "--name", container, "--read-only", "--tmpfs", "/tmp:noexec,nosuid"),
            *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "10001:10001", "--memory", "128m"),
            *(*variables, "--volume", f"{site}:{folder}:ro", image),
        )
        address = docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container)
        transport = httpx.HTTPTransport(retries=8)
        served.append(
            Served(container, httpx.Client(base_url=f"http://{address}:9000", transport=transport, timeout=10))
        )
        return served[-1]

    yield run
    for each in served:
        each.client.close()
        docker("rm", "--force", each.container)


# static ------------------------------------------------------------------------------------------------------------
SPA = {"index.html": "home", ".zipp-fallback.html": "the app", "assets/app.js": "js"}


def test_addresses_without_a_file_are_the_apps_but_a_missing_file_is_missing(serve: Serve) -> None:
    client = serve(STATIC, "/srv/site", SPA).client

    route = client.get("/users/7?tab=1")

    assert (route.status_code, route.text) == (200, "the app")
    assert route.headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/").text == "home"
    assert client.get("/assets/app.js").text == "js"
    assert client.get("/assets/old.js").status_code == 404
    assert client.get("/.zipp-fallback.html").status_code == 404
    assert client.get("/.env").status_code == 404


def test_without_a_fallback_page_a_missing_address_is_missing(serve: Serve) -> None:
    client = serve(STATIC, "/srv/site", {"index.html": "home"}).client

    assert client.get("/users/7").status_code == 404


# PHP ---------------------------------------------------------------------------------------------------------------
SHOP = {
    "index.php": "<?php echo 'front ', $_SERVER['REQUEST_URI'], ' ', $_SERVER['HTTPS'] ?? 'plain', getenv('MOOD');",
    "page.php": "<?php session_start(); error_log('said to the log'); echo 'page', $_SERVER['PATH_INFO'] ?? '';",
    "broken.php": "<?php nothing_of_the_kind();",
    "loaded.php": "<?php echo implode(' ', get_loaded_extensions());",
    "style.css": "a {}",
    ".env": "SECRET=1",
    "composer.json": "{}",
    "vendor/lib/run.php": "<?php echo 'ran';",
    "vendor/lib/lib.css": "b {}",
    "public/index.html": "public",
}


def test_php_runs_scripts_and_serves_files_on_a_read_only_root(serve: Serve) -> None:
    site = serve(PHP, "/app", SHOP, MOOD=" happy")
    client = site.client

    assert client.get("/").text == "front / plain happy"
    assert client.get("/some/route?x=1").text == "front /some/route?x=1 plain happy"
    assert client.get("/", headers={"X-Forwarded-Proto": "https"}).text == "front / on happy"
    assert client.get("/page.php/more").text == "page/more"
    assert client.get("/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/broken.php").status_code == 500
    loaded = set(client.get("/loaded.php").text.lower().split())
    assert loaded >= {"mysqli", "pdo_pgsql", "pdo_sqlite", "mbstring", "xml", "curl", "gd", "intl", "zip"}
    assert "said to the log" in site.log
    assert "nothing_of_the_kind" in site.log


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/composer.json",
        "/vendor/lib/run.php",
        "/vendor//lib/run.php",
        "/%2eenv",
        "/missing.css",
        "/missing.php",
    ],
)
def test_php_gives_nobody_what_is_not_meant_for_visitors(serve: Serve, path: str) -> None:
    client = serve(PHP, "/app", SHOP).client

    assert client.get(path).status_code == 404
    assert client.get("/vendor/lib/lib.css").status_code == 200


def test_php_document_root_is_a_folder_of_the_project(serve: Serve) -> None:
    client = serve(PHP, "/app", SHOP, DOCUMENT_ROOT="public").client

    assert client.get("/").text == "public"
    assert client.get("/page.php").status_code == 404


@pytest.mark.parametrize(
    ("root", "told"), [("../etc", "leads out of the project"), ("nowhere", "no folder of the project")]
)
def test_php_refuses_a_document_root_that_it_can_not_serve(serve: Serve, root: str, told: str) -> None:
    site = serve(PHP, "/app", SHOP, DOCUMENT_ROOT=root)

    assert docker("wait", site.container) == "64"
    assert told in site.log


@pytest.mark.parametrize("program", ["nginx", "php-fpm"])
def test_php_container_ends_when_one_of_its_two_servers_does(serve: Serve, program: str) -> None:
    site = serve(PHP, "/app", SHOP)
    assert site.client.get("/").status_code == 200

    subprocess.run(["docker", "exec", site.container, "sh", "-c", _kill(program)])  # may end with the container

    assert docker("wait", site.container) not in ("", "0")


def test_php_container_stops_at_once_when_told_to(serve: Serve) -> None:
    site = serve(PHP, "/app", SHOP)
    assert site.client.get("/").status_code == 200
    began = time.monotonic()

    docker("stop", site.container)

    assert time.monotonic() - began < 5
    assert docker("inspect", "--format", "{{.State.ExitCode}}", site.container) == "0"


def _kill(program: str) -> str:
    """KILL the program's master, the one child of process 1 of that name."""
    return (
        f"for p in /proc/[0-9]*; do grep -q '^PPid:.1$' $p/status && grep -q '^Name:.{program}' $p/status"
        " && kill -9 ${p#/proc/}; done; true"
    )
