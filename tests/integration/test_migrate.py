"""`zipp migrate` between this machine and the emulators of Firebase, with something of everything."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from buckets import new_bucket, objects
from builders import a_user
from filled import contents, fill
from gate import Gate
from typer.testing import CliRunner, Result

from zipp.cli.configured import load_settings
from zipp.cli.homes import Opened, opened
from zipp.cli.main import app
from zipp.domain.user import Role
from zipp.records.firestore import FirestoreRecords

TESTS = Path(__file__).parents[1]
KILLED = """
from killedmove import arm
from zipp.records.firestore import FirestoreRecords
from zipp.storage.bucket import BucketStorage
from zipp.cli.main import app

arm(FirestoreRecords, BucketStorage, lives={lives})
app(["migrate", "--to", "firebase"])
"""
MOST_RUNS = 8


@pytest.fixture(autouse=True)
def _firebase(emulated: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project and a bucket of the test's own, and an embedded platform with something of everything."""
    chosen = {
        "DATA_DIR": str(tmp_path / "data"),
        "ENVIRONMENT": "development",
        "FIREBASE_PROJECT": f"demo-{secrets.token_hex(8)}",
        "FIREBASE_API_KEY": "demo-key",
        "FIREBASE_BUCKET": new_bucket(emulated["STORAGE_EMULATOR_HOST"]),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"ZIPP_{name}", value)
    at("embedded", lambda here: fill(here.home, tmp_path))


def at(backend: str, work: Callable[[Opened], Awaitable[Any]]) -> Any:
    """`work` with the platform's home there."""

    async def run() -> Any:
        async with opened(load_settings(backend=backend)) as here:
            return await work(here)

    return asyncio.run(run())


def contents_at(backend: str) -> Any:
    return at(backend, lambda here: contents(here.home))


def zipp(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def test_there_and_back_everything_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents_at("embedded")
    for _ in range(2):  # said twice, it changes nothing
        moved = zipp("migrate", "--to", "firebase")
        assert moved.exit_code == 0, moved.output
        assert "Set ZIPP_BACKEND=firebase" in moved.stderr
        assert contents_at("firebase") == before == contents_at("embedded")
    assert "zipp members password ben@example.com" in moved.stderr
    monkeypatch.setenv("ZIPP_BACKEND", "firebase")
    monkeypatch.setenv("ZIPP_DATA_DIR", str(tmp_path / "elsewhere"))
    back = zipp("migrate", "--to", "embedded")
    assert back.exit_code == 0, back.output
    assert contents_at("embedded") == before == contents_at("firebase")
    assert "zipp members password ben@example.com" in back.stderr
    assert "anna" not in back.stderr  # her password came along, there and back


def test_people_can_get_a_new_password_there() -> None:
    assert zipp("migrate", "--to", "firebase").exit_code == 0
    people = [account.user for account in contents_at("embedded")["users"].values()]
    able = next(user for user in people if user.email == "ben@example.com")
    link = at("firebase", lambda here: here.identity.new_password_link(able.uid))
    assert link.startswith("http")


def test_dry_run_counts_and_changes_nothing() -> None:
    counted = zipp("migrate", "--to", "firebase", "--dry-run")
    assert counted.exit_code == 0, counted.output
    assert counted.stdout.split("deployments")[1].split()[:3] == ["12", "0", "12"]
    assert not any(contents_at("firebase").values())


def test_files_move_alone(emulated: dict[str, str]) -> None:
    moved = zipp("migrate", "--to", "firebase", "--part", "storage")
    assert moved.exit_code == 0, moved.output
    assert "Set ZIPP_STORAGE=firebase" in moved.stderr
    there = objects(emulated["STORAGE_EMULATOR_HOST"], os.environ["ZIPP_FIREBASE_BUCKET"])
    assert there == sorted(contents_at("embedded")["files"])
    assert not contents_at("firebase")["users"]


def test_other_records_there_are_kept_unless_they_are_to_go() -> None:
    other = a_user("zoe@example.com", role=Role.ADMIN)
    at("firebase", lambda here: here.home.records.create_user(other))
    refused = zipp("migrate", "--to", "firebase")
    assert (refused.exit_code, "target_not_empty" in refused.stderr, "zoe@example.com" in refused.stderr) == (
        6,
        True,
        True,
    )
    assert list(contents_at("firebase")["users"]) == [other.uid]
    assert zipp("migrate", "--to", "firebase", "--overwrite", "--yes").exit_code == 0
    assert contents_at("firebase") == contents_at("embedded")


def test_firestore_that_goes_away_in_the_middle_is_gone_on_with(
    emulated: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(emulated["FIRESTORE_EMULATOR_HOST"])
    create, calls = FirestoreRecords.create_deployment, iter(range(4))

    async def shutting(self: FirestoreRecords, *arguments: Any, **named: Any) -> None:
        if next(calls, None) is None:
            gate.shut()
        await create(self, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setenv("FIRESTORE_EMULATOR_HOST", gate.address)
        patched.setattr(FirestoreRecords, "create_deployment", shutting)
        broken = zipp("migrate", "--to", "firebase")
    assert (broken.exit_code, "records_unreachable" in broken.stderr) == (5, True), broken.output
    assert "say the same again to go on" in broken.stderr
    assert contents_at("firebase")["users"]
    assert zipp("migrate", "--to", "firebase").exit_code == 0
    assert contents_at("firebase") == contents_at("embedded")


def test_killed_again_and_again_it_ends_with_the_same() -> None:
    codes = []
    while len(codes) < MOST_RUNS and (not codes or codes[-1] == -signal.SIGKILL):
        codes.append(_killed(lives=14))
    assert codes[-1] == 0
    assert len(codes) > 2
    assert contents_at("firebase") == contents_at("embedded")


def test_backup_of_everything_in_firebase_is_kept_in_its_bucket_and_restored(
    emulated: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert zipp("migrate", "--to", "firebase").exit_code == 0
    monkeypatch.setenv("ZIPP_BACKEND", "firebase")
    before = contents_at("firebase")
    made = zipp("backup", "create", "--files", "--json")
    assert made.exit_code == 0, made.output
    name = json.loads(made.stdout)["name"]
    assert f"backups/{name}" in objects(emulated["STORAGE_EMULATOR_HOST"], os.environ["ZIPP_FIREBASE_BUCKET"])
    at("firebase", lambda here: here.home.records.erase())
    restored = zipp("backup", "restore", name, "--without-secrets")
    assert restored.exit_code == 0, restored.output
    assert contents_at("firebase") == before


def _killed(*, lives: int) -> int:
    program = [sys.executable, "-c", KILLED.format(lives=lives)]
    done = subprocess.run(
        program, env={**os.environ, "PYTHONPATH": str(TESTS)}, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode
