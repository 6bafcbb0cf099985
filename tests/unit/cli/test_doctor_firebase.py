"""`zipp doctor` and `zipp up` with Firebase: against the emulators; for what these never answer, against a small real
HTTP server in their place."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from live import free_port

from zipp.cli.doctor import asking, firebase
from zipp.cli.doctor.finding import Finding
from zipp.settings import Settings

PROJECT, BUCKET, ROBOT = "demo-zipp", "demo-zipp.firebasestorage.app", "robot@demo-zipp.iam.gserviceaccount.com"
VARIABLES = ("FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")
AUTH = f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts:batchGet"
API_KEY = "/identitytoolkit.googleapis.com/v1/projects"
DOCUMENTS = f"/v1/projects/{PROJECT}/databases/(default)/documents"
FILES = f"/storage/v1/b/{BUCKET}/o"


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*VARIABLES, "GOOGLE_APPLICATION_CREDENTIALS", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")  # no machine of Google's answers here, which takes seconds to find out
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 120.0)  # an emulator's first answer, on a busy machine


def settings(tmp_path: Path, **chosen: Any) -> Settings:
    given = {"backend": "firebase", "firebase_project": PROJECT, "firebase_api_key": "demo-key"}
    return Settings(data_dir=tmp_path, **(given | {"environment": "development"} | chosen))


def examined(configured: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in firebase.check_firebase(configured)}


# as it should be ---------------------------------------------------------------------------------------------------
def test_all_is_well_with_emulators_and_they_are_told_loudly(emulated: dict[str, str], tmp_path: Path) -> None:
    found = examined(settings(tmp_path))

    loud = found.pop("EMULATORS")
    assert loud.state == "warn"
    for name, value in emulated.items():
        assert f"{name}={value}" in loud.detail
    assert [finding for finding in found.values() if finding.state != "ok"] == []
    assert {"firebase", "credentials", "API key", "Firestore", "Firebase Auth", "Firebase Storage"} <= found.keys()
    assert found["firebase"].detail == f"project {PROJECT}: accounts, records, files"


def test_looking_changes_nothing(emulated: dict[str, str], tmp_path: Path) -> None:
    host, owner = emulated["FIRESTORE_EMULATOR_HOST"], {"Authorization": "Bearer owner"}
    documents = f"http://{host}/v1/projects/demo-untouched/databases/(default)/documents:listCollectionIds"

    examined(settings(tmp_path, firebase_project="demo-untouched"))

    assert httpx.post(documents, headers=owner, json={}).json().get("collectionIds", []) == []


def test_a_bucket_that_is_not_there_is_told_with_the_variable_that_names_another(
    emulated: dict[str, str], tmp_path: Path
) -> None:
    found = examined(settings(tmp_path, firebase_bucket="nobody-made-this"))

    assert found["Firebase Storage"].state == "fail"
    assert "nobody-made-this" in found["Firebase Storage"].detail
    assert "ZIPP_FIREBASE_BUCKET" in found["Firebase Storage"].mend
    assert found["Firestore"].state == "ok"


def test_only_the_parts_that_live_there_are_looked_at(emulated: dict[str, str], tmp_path: Path) -> None:
    found = examined(settings(tmp_path, backend="embedded", storage="firebase"))

    assert found["firebase"].detail == f"project {PROJECT}: files"
    assert "Firebase Storage" in found
    assert found.keys().isdisjoint({"Firestore", "Firebase Auth", "API key"})


# what the services can answer --------------------------------------------------------------------------------------
@pytest.fixture
def google(server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands where all three services are; each test says what is wrong with one of them."""
    host = server.url.removeprefix("http://")
    for name, value in zip(VARIABLES, (host, host, server.url), strict=True):
        monkeypatch.setenv(name, value)
    return server


def well(google: Any) -> None:
    """The answers where nothing else was said."""
    for method, path, status, body in (
        ("GET", AUTH, 200, {}),
        ("GET", API_KEY, 200, {"authorizedDomains": ["localhost"]}),
        ("GET", f"{DOCUMENTS}/meta", 200, {}),
        ("POST", f"{DOCUMENTS}:commit", 404, {"error": {"status": "NOT_FOUND"}}),
        ("GET", FILES, 200, {}),
    ):
        if (method, path) not in google.answers:
            google.on(method, path, status, body)


def refusal(status: int, code: str, *, reason: str = "", message: str = "Sorry, ghp_secret.") -> dict[str, Any]:
    details = [{"reason": reason}] if reason else []
    return {"error": {"code": status, "status": code, "message": message, "details": details}}


DENIED = refusal(403, "PERMISSION_DENIED")
SWITCHED_OFF = refusal(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED")
NOT_BEGUN = refusal(400, "INVALID_ARGUMENT", message="CONFIGURATION_NOT_FOUND")
SPENT = refusal(429, "RESOURCE_EXHAUSTED")
ODD = refusal(400, "FAILED_PRECONDITION")


@pytest.mark.parametrize(
    ("path", "status", "body", "name", "told", "mend"),
    [
        (AUTH, 403, DENIED, "Firebase Auth", "refuses", "roles/firebaseauth.admin"),
        (AUTH, 403, SWITCHED_OFF, "Firebase Auth", "not switched on", "enable identitytoolkit.googleapis.com"),
        (AUTH, 400, NOT_BEGUN, "Firebase Auth", "not been set up", "Get started"),
        (AUTH, 429, SPENT, "Firebase Auth", "quota", "console"),
        (API_KEY, 400, refusal(400, "INVALID_ARGUMENT"), "API key", "does not know it", "ZIPP_FIREBASE_API_KEY"),
        (f"{DOCUMENTS}/meta", 403, DENIED, "Firestore", "refuses", "roles/datastore.user"),
        (f"{DOCUMENTS}/meta", 401, {}, "Firestore", "refuses", "roles/datastore.user"),
        (f"{DOCUMENTS}/meta", 403, SWITCHED_OFF, "Firestore", "not switched on", "enable firestore.googleapis.com"),
        (f"{DOCUMENTS}/meta", 404, {}, "Firestore", "no database (default)", "gcloud firestore databases create"),
        (f"{DOCUMENTS}/meta", 503, b"<html>", "Firestore", "does not answer", "network"),
        (f"{DOCUMENTS}/meta", 400, ODD, "Firestore", "400 (FAILED_PRECONDITION)", "docs/firebase.md"),
        (f"{DOCUMENTS}/meta", 302, [], "Firestore", "302 (no reason given)", "docs/firebase.md"),
        (FILES, 403, DENIED, "Firebase Storage", "refuses", "roles/storage.objectAdmin"),
        (FILES, 404, {}, "Firebase Storage", "no bucket", "ZIPP_FIREBASE_BUCKET"),
    ],
)
def test_each_refusal_names_what_is_missing(
    google: Any, tmp_path: Path, path: str, status: int, body: Any, name: str, told: str, mend: str
) -> None:
    google.on("GET", path, status, body)
    well(google)

    found = examined(settings(tmp_path))

    assert found[name].state == "fail"
    assert told in found[name].detail
    assert mend in found[name].mend
    assert "ghp_secret" not in repr(found), "Google's sentences may repeat what they were asked"
    failed = [finding.name for finding in found.values() if finding.state == "fail"]
    assert failed == [name], "the others are looked at all the same"


def test_an_account_that_may_only_read_is_found_out(google: Any, tmp_path: Path) -> None:
    google.on("POST", f"{DOCUMENTS}:commit", 403, DENIED)
    well(google)

    found = examined(settings(tmp_path))["Firestore"]

    assert (found.state, found.detail) == ("fail", "It may be read, but not written.")
    assert "roles/datastore.user" in found.mend


@pytest.mark.parametrize(
    ("behind", "state", "told"),
    [(0, "ok", "agrees with"), (60, "warn", "s behind"), (-60, "warn", "s ahead of"), (3600, "fail", "s behind")],
)
def test_a_wrong_clock_is_told(google: Any, tmp_path: Path, behind: int, state: str, told: str) -> None:
    google.date = format_datetime(datetime.now(UTC) + timedelta(seconds=behind), usegmt=True) if behind else ""
    well(google)

    found = examined(settings(tmp_path))["clock"]

    assert found.state == state
    assert told in found.detail


def test_what_does_not_answer_is_told_and_passes_for_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    for name, value in zip(VARIABLES, (nobody, nobody, f"http://{nobody}"), strict=True):
        monkeypatch.setenv(name, value)

    found = examined(settings(tmp_path))

    failed = {finding.name: finding.outage for finding in found.values() if finding.state == "fail"}
    assert failed == {"Firestore": True, "Firebase Auth": True, "Firebase Storage": True}


# who we are --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def key_file(tmp_path: Path, private_key: str, server: Any) -> Path:
    """A service account's key, which Google's part of the server is asked about."""
    return write_key(tmp_path / "key.json", private_key, token_uri=f"{server.url}/token")


def write_key(file: Path, private_key: str, *, token_uri: str, project: str = PROJECT) -> Path:
    content = {"type": "service_account", "client_email": ROBOT, "private_key": private_key, "private_key_id": "1"}
    file.write_text(json.dumps(content | {"token_uri": token_uri, "project_id": project}))
    file.chmod(0o600)
    return file


def test_without_credentials_the_first_step_is_named(tmp_path: Path) -> None:
    found = examined(settings(tmp_path))

    assert found["credentials"].state == "fail"
    assert "ZIPP_FIREBASE_CREDENTIALS" in found["credentials"].mend
    assert found.keys().isdisjoint({"Firestore", "Firebase Auth", "Firebase Storage"}), "one fault, one finding"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        ("{", "no such key"),
        ("[]", "no such key"),
        ('{"type": "service_account"}', "no such key"),
        ('{"client_email": "a@b.c", "token_uri": "https://t", "private_key": "hunter2"}', "no such key"),
    ],
)
def test_a_key_file_that_can_not_be_used_is_named_and_never_shown(
    tmp_path: Path, content: str | None, told: str
) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content)

    found = examined(settings(tmp_path, firebase_credentials=file))["credentials"]

    assert found.state == "fail"
    assert str(file) in found.detail
    assert told in found.detail
    assert "hunter2" not in repr(found)


def test_google_that_can_not_be_reached_is_one_finding_with_the_account_beside_it(
    tmp_path: Path, private_key: str
) -> None:
    key = write_key(tmp_path / "key.json", private_key, token_uri=f"http://127.0.0.1:{free_port()}/token")

    found = examined(settings(tmp_path, firebase_credentials=key))

    assert found["credentials"].detail == ROBOT
    assert (found["Google"].state, found["Google"].outage) == ("fail", True)
    assert "googleapis.com" in found["Google"].mend
    assert found.keys().isdisjoint({"Firestore", "Firebase Auth", "Firebase Storage"})
    assert private_key[40:80] not in repr(found)


@pytest.fixture
def silent() -> Iterator[str]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_google_that_stays_silent_is_not_waited_for(
    tmp_path: Path, private_key: str, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firebase, "ANSWER_SECONDS", 0.2)
    key = write_key(tmp_path / "key.json", private_key, token_uri=f"http://{silent}/token")

    assert examined(settings(tmp_path, firebase_credentials=key))["Google"].outage


@pytest.mark.parametrize("body", [{"error": "invalid_grant", "error_description": "Invalid JWT"}, {}])
def test_a_key_that_google_takes_no_more_is_told(server: Any, key_file: Path, tmp_path: Path, body: Any) -> None:
    server.on("POST", "/token", 400, body)

    found = examined(settings(tmp_path, firebase_credentials=key_file))["credentials"]

    assert found.state == "fail"
    assert ROBOT in found.detail
    assert "clock" in found.mend


def test_the_services_are_asked_with_the_accounts_own_token(
    server: Any, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no emulator is Google's own, which this machine can't reach: there the request itself is looked at."""
    asked: list[tuple[str, str | None]] = []

    def watched(service: Any, method: str, path: str, **_: Any) -> Any:
        asked.append((service.base, service.token))
        return firebase.Reply()

    monkeypatch.setattr(firebase.services, "ask", watched)
    server.on("POST", "/token", 200, {"access_token": "from google", "expires_in": 3600})

    found = examined(settings(tmp_path, firebase_credentials=key_file))

    assert set(asked) == {
        ("https://firestore.googleapis.com", "from google"),
        ("https://identitytoolkit.googleapis.com", "from google"),
        ("https://storage.googleapis.com", "from google"),
        ("https://identitytoolkit.googleapis.com", None),  # the API key alone
    }
    assert found["credentials"] == Finding("credentials", "ok", ROBOT)


@pytest.mark.parametrize(("change", "told"), [("mode", "others may read"), ("project", "another project")])
def test_a_key_that_works_and_should_not_be_as_it_is(
    server: Any, tmp_path: Path, private_key: str, change: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("POST", "/token", 200, {"access_token": "from google", "expires_in": 3600})
    monkeypatch.setattr(firebase.services, "ask", lambda *_, **__: firebase.Reply(200))
    project = "another-project" if change == "project" else PROJECT
    key = write_key(tmp_path / "key.json", private_key, token_uri=f"{server.url}/token", project=project)
    if change == "mode":
        key.chmod(0o644)

    found = examined(settings(tmp_path, firebase_credentials=key))["credentials"]

    assert found.state == "warn"
    assert told in found.detail


def test_permissions_that_the_bucket_lacks_are_named(
    server: Any, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(_: Any, __: str, path: str, **___: Any) -> Any:
        held = {"permissions": ["storage.objects.get", "storage.objects.list"]}
        return firebase.Reply(200, body=held if "testPermissions" in path else {})

    monkeypatch.setattr(firebase.services, "ask", answered)
    server.on("POST", "/token", 200, {"access_token": "from google", "expires_in": 3600})

    found = examined(settings(tmp_path, firebase_credentials=key_file))["Firebase Storage"]

    assert found.state == "fail"
    assert "storage.objects.create, storage.objects.delete, storage.objects.update" in found.detail
    assert "roles/storage.objectAdmin" in found.mend


# the verbs ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def in_firebase(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BACKEND": "firebase", "FIREBASE_PROJECT": PROJECT, "FIREBASE_API_KEY": "demo-key"}.items():
        monkeypatch.setenv(f"ZIPP_{name}", value)


@pytest.mark.parametrize("verb", ["up", "serve"])
def test_without_credentials_it_is_one_line_and_what_to_do(
    verb: str, in_firebase: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZIPP_PORT", str(free_port()))

    result = subprocess.run([sys.executable, "-m", "zipp", verb], capture_output=True, text=True, check=False)

    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert result.returncode == 5, result.stderr
    assert len(errors) == 1
    assert "There are no credentials for Firebase." in errors[0]
    assert "ZIPP_FIREBASE_CREDENTIALS" in result.stderr
    assert "Traceback" not in result.stderr


def test_up_starts_in_an_outage_and_says_that_the_rest_waits(
    zipp: Any, key_file: Path, server: Any, in_firebase: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What really starts without Firebase is tested in tests/e2e/test_outage.py."""
    started: list[Settings] = []

    async def no_images(_: Settings) -> None: ...

    monkeypatch.setattr("zipp.cli.doctor.engine.check_engine", lambda _: Finding("engine", "ok", ""))
    monkeypatch.setattr("zipp.cli.doctor.machine.check_nginx", lambda _: Finding("nginx", "ok", ""))
    monkeypatch.setattr("zipp.cli.base_images.ensure_base_images", no_images)
    monkeypatch.setattr("zipp.cli.verbs.up._ensure_running", started.append)
    monkeypatch.setattr(firebase.services, "ask", lambda *_, **__: firebase.Reply())
    monkeypatch.setenv("ZIPP_FIREBASE_CREDENTIALS", str(key_file))
    server.on("POST", "/token", 200, {"access_token": "from google", "expires_in": 3600})

    result = zipp("up")

    assert result.exit_code == 5, result.output
    assert len(started) == 1
    assert "warning: Firestore: Firestore does not answer." in result.stderr
    assert "error: The platform runs, but has to wait for Firebase. [firebase_unreachable]" in result.stderr


@pytest.mark.parametrize("verb", ["up", "serve", "doctor"])
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ZIPP_FIREBASE_PROJECT", "", "ZIPP_FIREBASE_PROJECT must name"),
        ("ZIPP_FIREBASE_PROJECT", "Not A Project", "ZIPP_FIREBASE_PROJECT: "),
        ("ZIPP_FIREBASE_API_KEY", "", "ZIPP_FIREBASE_API_KEY is needed"),
        ("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099", "FIREBASE_AUTH_EMULATOR_HOST, "),
        ("ZIPP_BACKEND", "firestore", "ZIPP_BACKEND: "),
    ],
)
def test_settings_that_do_not_fit_are_one_line_that_names_the_variable(
    zipp: Any, verb: str, name: str, value: str, told: str, in_firebase: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    result = zipp(verb)

    assert result.exit_code == 6
    assert result.stderr.startswith(f"error: A setting can't be used. {told}")
    assert len(result.stderr.strip().splitlines()) == 2
