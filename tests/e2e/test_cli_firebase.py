"""The command line where all is in Firebase (its emulators): from nothing to an admin on another machine."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from commandline import Zipp
from firebaseaccounts import FirebaseAccounts
from live import LivePlatform

# An API key's requests go to the emulator's own project, which all tests share: the database is this test's own.
RUN = secrets.token_hex(3)
ADA, GRACE = f"ada-{RUN}@example.com", f"grace-{RUN}@example.com"


@pytest.fixture(scope="module")
def accounts(auth_emulator: str, firebase_project: str) -> Iterator[FirebaseAccounts]:
    made = FirebaseAccounts(auth_emulator, firebase_project)
    yield made
    made.close()


@pytest.fixture(scope="module")
def machine(emulator_variables: dict[str, str], accounts: FirebaseAccounts) -> Iterator[LivePlatform]:
    """Nothing started yet, no account either."""
    platform = LivePlatform(
        ZIPP_BACKEND="firebase",
        ZIPP_ENVIRONMENT="development",
        ZIPP_FIREBASE_PROJECT=accounts.project,
        ZIPP_FIREBASE_DATABASE=f"cli-{RUN}",
        ZIPP_FIREBASE_API_KEY="demo-key",
        **emulator_variables,
    )
    for name in ("ZIPP_ADMIN_EMAIL", "ZIPP_ADMIN_PASSWORD"):
        del platform.env[name]
    try:
        yield platform
    finally:
        subprocess.run(Zipp.argv("down"), env=platform.env, check=False, capture_output=True)
        platform.close()


@pytest.fixture
def elsewhere(machine: LivePlatform, tmp_path: Path) -> Zipp:
    """Another machine, which knows the platform's address and nothing else."""
    zipp = Zipp(machine, tmp_path / "elsewhere")
    zipp.env |= {"ZIPP_URL": machine.url, "ZIPP_DATA_DIR": str(tmp_path / "none")}
    for name in [name for name in zipp.env if "FIREBASE" in name or "EMULATOR" in name or name == "ZIPP_BACKEND"]:
        del zipp.env[name]
    return zipp


SignIn = Callable[..., httpx.Client]


@pytest.fixture
def signed_in(machine: LivePlatform) -> Iterator[SignIn]:
    """Pages of people who signed in, each a session."""
    with contextlib.ExitStack() as opened:
        yield lambda id_token, **first: opened.enter_context(_page(machine, id_token, **first))


def _page(machine: LivePlatform, id_token: str, **first: str) -> httpx.Client:
    answer = httpx.post(f"{machine.url}/api/auth/login", json={"id_token": id_token, **first}, timeout=60)
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    return httpx.Client(base_url=machine.url, headers=headers, timeout=60)


def log_in(zipp: Zipp, page: httpx.Client) -> str:
    """`zipp login` on `zipp`'s machine, allowed on the page; what it said."""
    process = zipp.started("login")
    assert process.stderr is not None
    while not (found := re.search(r"http://\S+/cli\?\S+", line := process.stderr.readline())):
        assert line, "no page was named"
    challenge = parse_qs(urlsplit(found[0]).query)["challenge"][0]
    made = page.post("/api/auth/handover", json={"challenge": challenge})
    assert made.status_code == 201, made.text
    _, said = process.communicate(f"{made.json()['token']}\n", timeout=120)
    assert process.returncode == 0, said
    return said


def kept_token(zipp: Zipp, machine: LivePlatform) -> str:
    file = Path(zipp.env["XDG_CONFIG_HOME"]) / "zipp" / "config.json"
    return str(json.loads(file.read_text())["platforms"][machine.url]["token"])


def works(machine: LivePlatform, token: str) -> bool:
    answer = httpx.get(f"{machine.url}/api/auth/me", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    return answer.status_code == 200


@pytest.mark.timeout(900)  # some fifteen processes, one after another
def test_from_nothing_to_an_admin_on_another_machine(
    machine: LivePlatform, accounts: FirebaseAccounts, elsewhere: Zipp, signed_in: SignIn, tmp_path: Path
) -> None:
    here = Zipp(machine, tmp_path / "here")

    # The platform starts, has a first site, and its set-up link makes a Firebase account its admin.
    up = here.json("up")
    assert "Hello from Zipp" in machine.visit("hello").text
    ada = accounts.make(ADA)
    token = up["setup_url"].partition("#token=")[2]
    page = signed_in(accounts.sign_in(ADA), setup_token=token)
    assert here.json("up") == up | {"setup_url": None}, "and the operator goes on as that admin"
    findings: list[dict[str, Any]] = here.json("doctor")
    assert [finding for finding in findings if finding["state"] == "fail"] == []
    assert {"EMULATORS", "Firestore", "Firebase Auth", "Firebase Storage"} <= {each["name"] for each in findings}

    # Another machine signs in by that admin's browser, and says so.
    elsewhere.run("login", "--email", ADA, stdin="secret\n", expect=2)
    assert f"as {ADA}" in log_in(elsewhere, page)
    assert [site["name"] for site in elsewhere.json("sites")] == ["hello"]

    # Who belongs here, and as what: the claim follows for Firestore's rules.
    invited = elsewhere.json("members", "invite", GRACE)
    grace = accounts.make(GRACE)
    graces = signed_in(accounts.sign_in(GRACE), invite=invited["token"])
    elsewhere.run("members", "role", GRACE, "admin")
    record = accounts.get(grace)
    assert record is not None
    assert json.loads(record["customAttributes"])["role"] == "admin"
    assert graces.get("/api/auth/me").status_code == 401, "the session with the old role is over"
    link = elsewhere.run("members", "password", GRACE).stdout.strip()
    assert "oobCode=" in link

    # Signing out ends what `zipp login` made, and leaves the browser alone.
    made = kept_token(elsewhere, machine)
    assert works(machine, made)
    elsewhere.run("logout")
    assert not works(machine, made)
    elsewhere.run("ls", expect=3)
    assert page.get("/api/auth/me").json()["uid"] == ada
