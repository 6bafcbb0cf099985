"""The API where people sign in with Firebase, at the Auth emulator: the page's sign-in, the cookie, members, links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from apistand import PASSWORD, Stand, app_of, client_of, make_stand, signed_in
from firebaseaccounts import FirebaseAccounts

from zipp.firebase.connection import Firebase
from zipp.identity.firebase import FirebaseIdentity

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def accounts(auth_emulator: str, firebase_project: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth_emulator)
    accounts = FirebaseAccounts(auth_emulator, firebase_project)
    yield accounts
    accounts.close()


@pytest.fixture
def anna(accounts: FirebaseAccounts) -> str:
    """Her address, at Firebase already; the platform knows it as the admin's."""
    address = f"anna@{uuid4().hex[:12]}.example.com"
    accounts.make(address, name="Anna")
    return address


@pytest.fixture
def stand(accounts: FirebaseAccounts, anna: str, tmp_path: Path) -> Stand:
    firebase = {"identity": "firebase", "environment": "development", "firebase_project": accounts.project}
    firebase |= {"firebase_api_key": "demo-key", "admin_email": anna}
    stand = make_stand(tmp_path, admin_password=None, **firebase)
    identity = FirebaseIdentity(stand.records, stand.settings, Firebase(stand.settings))
    stand.identity = cast(Any, identity)
    return stand


@pytest.fixture
async def page(stand: Stand) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with nobody signed in."""
    async with client_of(app_of(stand)) as client:
        client.headers.update(HERE)
        yield client
    await stand.identity.close()


async def test_page_is_told_how_to_sign_in(page: httpx.AsyncClient, auth_emulator: str) -> None:
    config = (await page.get("/api/auth/config")).json()
    assert (config["identity"], config["needs_setup"]) == ("firebase", True)
    assert config["firebase"] == {
        "project": "demo-zipp",
        "api_key": "demo-key",
        "auth_domain": "demo-zipp.firebaseapp.com",
        "auth_emulator": f"http://{auth_emulator}",
    }


async def test_id_token_is_traded_for_a_cookie_that_signing_out_ends(
    page: httpx.AsyncClient, accounts: FirebaseAccounts, anna: str
) -> None:
    response = await page.post("/api/auth/login", json={"id_token": accounts.sign_in(anna)})
    assert response.status_code == 200, response.text
    session = response.json()
    assert (session["user"]["email"], session["user"]["role"]) == (anna, "admin")
    assert session["user"]["claims"] == {"role": "admin"}
    cookie = SimpleCookie(response.headers["set-cookie"])["__session"]
    assert (cookie["httponly"], cookie["samesite"], cookie.value) == (True, "lax", session["token"])
    assert (await page.get("/api/auth/me")).json() == session["user"]
    told = (await page.post("/api/auth/verify", json={"token": session["token"]})).json()
    assert told == {
        "valid": True,
        "uid": session["user"]["uid"],
        "claims": {"role": "admin"},
        "expires_at": session["expires_at"],
        "code": None,
    }
    assert (await page.post("/api/auth/logout")).status_code == 204
    async with signed_in(page, session["token"]) as thief:
        assert (await thief.get("/api/auth/me")).json()["code"] == "token_invalid"


async def test_id_token_is_a_bearer_too(page: httpx.AsyncClient, accounts: FirebaseAccounts, anna: str) -> None:
    id_token = accounts.sign_in(anna)
    async with signed_in(page, id_token) as client:
        refused = await client.get("/api/auth/me")
        assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid"), "not a member yet"
        await page.post("/api/auth/login", json={"id_token": id_token})
        assert (await client.get("/api/auth/me")).json()["email"] == anna


async def test_passwords_are_refused_with_where_they_belong(page: httpx.AsyncClient, anna: str) -> None:
    account = {"email": anna, "password": PASSWORD}
    for path in ("/api/auth/login", "/api/auth/signup"):
        response = await page.post(path, json=account)
        assert (response.status_code, response.json()["code"]) == (422, "password_elsewhere")
    body = {"token": "zipp_password_x", "new_password": PASSWORD}
    assert (await page.post("/api/auth/password-reset", json=body)).json()["code"] == "password_elsewhere"


@pytest.mark.parametrize("id_token", ["", "nonsense", "a.b.c", "e30.e30.e30", "." * 8000])
async def test_what_is_no_id_token_is_refused(page: httpx.AsyncClient, id_token: str) -> None:
    response = await page.post("/api/auth/login", json={"id_token": id_token})
    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
    assert "set-cookie" not in response.headers


async def test_member_is_invited_promoted_helped_and_removed(
    page: httpx.AsyncClient, accounts: FirebaseAccounts, anna: str
) -> None:
    await page.post("/api/auth/login", json={"id_token": accounts.sign_in(anna)})
    invite = (await page.post("/api/users/invites", json={})).json()["token"]
    bert = anna.replace("anna", "bert")
    uid = accounts.make(bert)
    async with httpx.AsyncClient(transport=page._transport, base_url=page.base_url, headers=HERE) as other:
        body = {"id_token": accounts.sign_in(bert), "invite": invite, "name": "Bert"}
        joined = await other.post("/api/auth/login", json=body)
        assert (joined.status_code, joined.json()["user"]["uid"], joined.json()["user"]["name"]) == (200, uid, "Bert")
        assert (await other.get("/api/users")).status_code == 404
        assert (await page.patch(f"/api/users/{uid}", json={"role": "admin"})).json()["role"] == "admin"
        assert (await other.get("/api/users")).status_code == 401, "the old role's session is over"
        await other.post("/api/auth/login", json={"id_token": accounts.sign_in(bert)})
        assert (await other.get("/api/users")).status_code == 200
        link = (await page.post(f"/api/users/{uid}/password-link")).json()
        assert "oobCode=" in link["url"]
        assert link["expires_in"] == 3600
        assert (await page.patch(f"/api/users/{uid}", json={"disabled": True})).status_code == 200
        assert (await other.get("/api/auth/me")).json()["code"] == "account_disabled"
        assert (await page.delete(f"/api/users/{uid}")).status_code == 204
        assert (await other.get("/api/auth/me")).json()["code"] == "token_invalid"
    assert accounts.get(uid) is None
