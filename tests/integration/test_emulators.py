"""The emulators of `make up BACKEND=firebase-emulators`: what was put into them is there after a stop and a start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emulation.calls import call
from emulation.programs import API_KEY, BUCKET, HERE, PROJECT
from emulation.surroundings import Surroundings
from live import free_port

ACCOUNT = {"email": "me@example.com", "password": "correct horse battery", "returnSecureToken": True}
DOCUMENT = f"/v1/projects/{PROJECT}/databases/(default)/documents/users/me"

Verb = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "ZIPP_DATA_DIR": str(tmp_path / "zipp"),
        "FIREBASE_AUTH_EMULATOR_HOST": f"127.0.0.1:{free_port()}",
        "FIRESTORE_EMULATOR_HOST": f"127.0.0.1:{free_port()}",
        "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{free_port()}",
    }


@pytest.fixture
def run_verb(environment: dict[str, str]) -> Iterator[Verb]:
    """As scripts/emulators calls it: each verb a program of its own."""

    def run(verb: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "emulation", verb]
        surroundings = {**os.environ, **environment, "PYTHONPATH": str(HERE)}
        return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)

    yield run
    run("stop")


def sign(what: str, address: str) -> Any:
    return call(address, "POST", f"/identitytoolkit.googleapis.com/v1/accounts:{what}?key={API_KEY}", ACCOUNT)


@pytest.mark.timeout(600)  # two starts of a Java and a Node program
def test_nothing_is_lost_by_a_stop_and_a_start(run_verb: Verb, environment: dict[str, str]) -> None:
    at = {name: f"127.0.0.1:{port}" for name, port in Surroundings.of(environment).ports.items()}
    file = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=a/b.json"
    started = run_verb("start")
    assert started.returncode == 0, started.stderr
    uid = sign("signUp", at["auth"])["localId"]
    call(at["firestore"], "PATCH", DOCUMENT, {"fields": {"name": {"stringValue": "me"}}})
    call(at["storage"], "POST", file, {"kept": True})
    assert run_verb("status").returncode == 0

    assert "kept" in run_verb("stop").stdout
    assert run_verb("status").returncode == 3
    assert run_verb("stop").stdout == "No emulator runs.\n"

    assert run_verb("start").returncode == 0
    assert run_verb("start").returncode == 0  # what runs is left alone
    assert sign("signInWithPassword", at["auth"])["localId"] == uid
    assert call(at["firestore"], "GET", DOCUMENT)["fields"] == {"name": {"stringValue": "me"}}
    assert call(at["storage"], "GET", f"/storage/v1/b/{BUCKET}/o/a%2Fb.json?alt=media") == {"kept": True}


def test_when_one_can_not_start_none_is_left_behind(run_verb: Verb, environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", Surroundings.of(environment).ports["storage"]))
        taken.listen()
        answer = run_verb("start")
    assert answer.returncode == 1
    assert "which the storage emulator is to have, is taken by another program" in answer.stderr
    assert run_verb("running").returncode == 1
