"""A platform moves, whole: between this machine and Firebase (its emulators), and by a backup to another machine. With
the real engine and nginx; live sites are visited all the while."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from buckets import new_bucket, objects
from live import LivePlatform, answering, zipped

PAGES = zipped({"index.html": "pages that nginx serves"})


@pytest.fixture
def platform(emulator_variables: dict[str, str]) -> Iterator[LivePlatform]:
    """Embedded; it knows of an empty Firebase project."""
    made = LivePlatform(
        ZIPP_ENVIRONMENT="development",
        ZIPP_FIREBASE_PROJECT=f"demo-{secrets.token_hex(8)}",
        ZIPP_FIREBASE_API_KEY="demo-key",
        ZIPP_FIREBASE_BUCKET=new_bucket(emulator_variables["STORAGE_EMULATOR_HOST"]),
        **emulator_variables,
    )
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def other() -> Iterator[LivePlatform]:
    """Another machine's, which has never been started."""
    made = LivePlatform()
    try:
        yield made
    finally:
        made.close()


def zipp(platform: LivePlatform, *arguments: str) -> str:
    program = [sys.executable, "-m", "zipp", *arguments]
    done = subprocess.run(program, env=platform.env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@contextmanager
def visited(platform: LivePlatform, *sites: str) -> Iterator[None]:
    """Visitors come all the while; none is turned away."""
    over, seen = threading.Event(), []

    def visit() -> None:
        while not over.is_set():
            seen.extend(platform.visit(site).status_code for site in sites)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        yield
    finally:
        over.set()
        visitor.join()
    assert set(seen) == {200}


def api_token(platform: LivePlatform) -> str:
    return str(platform.api.post("/api/auth/tokens", json={"name": "ci"}).json()["token"])


@pytest.mark.timeout(900)  # three starts, each with Google's libraries
def test_platform_moves_to_firebase_and_back_while_its_sites_are_visited(
    platform: LivePlatform, emulator_variables: dict[str, str]
) -> None:
    pages, server = platform.deploy(PAGES, "pages"), platform.deploy(answering("a server"), "server")
    container = platform.containers()[server["id"]]
    platform.api.put("/api/sites/server/env", json={"SECRET": "kept"}).raise_for_status()
    platform.api.headers["Authorization"] = f"Bearer {api_token(platform)}"
    with visited(platform, "pages", "server"):
        platform.stop()
        zipp(platform, "migrate", "--to", "firebase")
        for name in ("ZIPP_ADMIN_EMAIL", "ZIPP_ADMIN_PASSWORD"):
            del platform.env[name]
        platform.env["ZIPP_BACKEND"] = "firebase"
        platform.start()
        assert {site["name"] for site in platform.api.get("/api/sites").json()["items"]} == {"pages", "server"}
    assert platform.containers()[server["id"]] == container
    assert platform.get(server["id"])["port"] == server["port"]
    assert platform.site("server")["env_keys"] == ["SECRET"]
    again = platform.api.post(f"/api/deployments/{pages['id']}/redeploy").json()
    assert platform.ended(again["id"])["status"] == "RUNNING"
    there = objects(emulator_variables["STORAGE_EMULATOR_HOST"], platform.env["ZIPP_FIREBASE_BUCKET"])
    assert len([key for key in there if key.startswith("archives/")]) == 2
    with visited(platform, "pages", "server"):
        platform.stop()
        zipp(platform, "migrate", "--to", "embedded", "--overwrite", "--yes")  # it is not as it was when it was left
        platform.env["ZIPP_BACKEND"] = "embedded"
        platform.start()
        assert platform.get(again["id"])["status"] == "RUNNING"
        assert platform.site("pages")["live_deployment"] == again["id"]


def test_backup_brings_a_platform_to_another_machine(
    platform: LivePlatform, other: LivePlatform, tmp_path: Path
) -> None:
    platform.deploy(PAGES, "pages")
    file = tmp_path / "kept.zip"
    assert "secret key is NOT in it" in zipp(platform, "backup", "create", "--output", str(file))
    if (platform.data_dir / "secret.key").exists():
        shutil.copy(platform.data_dir / "secret.key", other.data_dir)
    zipp(other, "backup", "restore", str(file))
    other.start()
    live = other.site("pages")["live_deployment"]
    again = other.api.post(f"/api/deployments/{live}/redeploy").json()
    assert other.ended(again["id"])["status"] == "RUNNING"
    assert other.visit("pages").text == "pages that nginx serves"
