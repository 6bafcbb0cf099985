"""The whole way with nothing but Firebase behind the platform: sign in on the page, drop a ZIP, open the site; then the
record is in Firestore, the archive and the log are in the bucket, and each is only who owns it to read."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from buckets import new_bucket
from first import started, unclaimed_platform
from live import LivePlatform, until
from playwright.sync_api import Browser, expect
from projects import as_zip, page
from visitor import Visitor

RUN = secrets.token_hex(3)
ADA, PASSWORD = f"ada-{RUN}@example.com", "a long enough one"
DATABASE = f"browser-{RUN}"


@pytest.fixture
def bucket(bucket_emulator: str) -> str:
    return new_bucket(bucket_emulator)


@pytest.fixture
def platform(emulator_variables: dict[str, str], firebase_project: str, bucket: str) -> Iterator[LivePlatform]:
    yield from unclaimed_platform(
        ZIPP_BACKEND="firebase",
        ZIPP_FIREBASE_PROJECT=firebase_project,
        ZIPP_FIREBASE_DATABASE=DATABASE,
        ZIPP_FIREBASE_BUCKET=bucket,
        ZIPP_FIREBASE_API_KEY="demo-key",
        ZIPP_ENVIRONMENT="development",
        **emulator_variables,
    )


def test_sign_in_drop_a_zip_open_the_site(
    browser: Browser,
    platform: LivePlatform,
    emulator_variables: dict[str, str],
    firebase_project: str,
    bucket: str,
    tmp_path: Path,
) -> None:
    visitor = Visitor(browser, platform)
    visitor.go(f"/setup#{urlsplit(started(platform)).fragment}")
    visitor.page.get_by_label("Name").fill("Ada")
    visitor.page.get_by_label("Email").fill(ADA)
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.button("Create the admin account").click()
    expect(visitor.page.get_by_role("listitem").filter(has_text="hello").first).to_contain_text("Live")

    archive = as_zip(tmp_path, "all-in-firebase", page("Hello from Firebase"))
    visitor.link("Deploy").first.click()
    visitor.drop(visitor.page.get_by_role("main"), [archive])
    visitor.button("Deploy").click()
    deployment = visitor.deployment_id()
    visitor.goes_live()
    with visitor.context.expect_page() as opened:
        visitor.link("Open").first.click()
    expect(opened.value.get_by_role("heading")).to_have_text("Hello from Firebase")
    visitor.page.reload()
    expect(visitor.page.get_by_role("log")).to_contain_text("Live at")

    firestore = emulator_variables["FIRESTORE_EMULATOR_HOST"]
    record = (
        f"http://{firestore}/v1/projects/{firebase_project}/databases/{DATABASE}/documents/deployments/{deployment}"
    )
    stored = httpx.get(record, headers=bearer("owner")).json()["fields"]
    assert stored["status"]["stringValue"] == "RUNNING"
    assert stored["site"]["stringValue"] == "all-in-firebase"
    uid = stored["owner"]["stringValue"]
    ada, her_uid = signed_in(emulator_variables["FIREBASE_AUTH_EMULATOR_HOST"], ADA)
    assert uid == her_uid
    assert httpx.get(record, headers=bearer(ada)).status_code == 200, "the security rules let her read what is hers"

    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    files = f"{emulator_variables['STORAGE_EMULATOR_HOST']}/storage/v1/b/{bucket}/o"
    content = httpx.get(f"{files}/{quote(f'archives/{sha256}.zip', safe='')}", params={"alt": "media"})
    assert content.content == archive.read_bytes()
    log = f"{files}/{quote(f'logs/{deployment}.jsonl.gz', safe='')}"
    until(lambda: httpx.get(log).status_code == 200, what="the archived log")
    visitor.close()
    assert re.fullmatch(r"[A-Za-z0-9]{20,}", uid), "it is Firebase's"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed_in(auth: str, email: str) -> tuple[str, str]:
    """As any program with the project's key can: an ID token, and whose it is."""
    url = f"http://{auth}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword"
    body = {"email": email, "password": PASSWORD, "returnSecureToken": True}
    answer = httpx.post(url, params={"key": "demo-key"}, json=body, timeout=30).json()
    return str(answer["idToken"]), str(answer["localId"])
