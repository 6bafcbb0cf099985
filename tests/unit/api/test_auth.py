"""Accounts, sessions, tokens; the cookie and what protects it."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from zipp import __version__

ADA = {"email": "ada@example.com", "password": "correct horse battery"}


async def test_sign_up_then_me(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.post("/api/auth/signup", json={**ADA, "name": "Ada"})
    assert response.status_code == 201
    session = response.json()
    assert set(session) == {"user", "token", "expires_at"}
    me = await anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {session['token']}"})
    assert me.json() == session["user"]
    assert set(me.json()) == {"uid", "email", "name", "role", "claims", "created_at"}


async def test_the_cookie_signs_in_and_is_kept_from_scripts(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.post("/api/auth/signup", json=ADA)
    cookie = SimpleCookie(response.headers["set-cookie"])["__session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "lax", "/", "")
    assert int(cookie["max-age"]) > 86400
    assert (await anonymous.get("/api/auth/me")).status_code == 200


async def test_the_cookie_is_secure_under_tls(configured: Any) -> None:
    async with configured(public_url="https://zipp.example.com") as client:
        response = await client.post("/api/auth/signup", json=ADA)
    assert SimpleCookie(response.headers["set-cookie"])["__session"]["secure"] is True


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8000"}, 204),
        ({"Origin": "http://localhost:8080"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8000"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
async def test_a_cookie_changes_things_only_from_our_own_pages(
    anonymous: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    await anonymous.post("/api/auth/signup", json=ADA)
    response = await anonymous.post("/api/auth/logout", headers=headers)
    assert response.status_code == status
    if status == 403:
        assert response.json()["code"] == "cross_site"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer nonsense", "garbage", "Bearer é"])
async def test_a_bad_authorization_header_does_not_fall_back_to_the_cookie(
    anonymous: httpx.AsyncClient, header: str
) -> None:
    await anonymous.post("/api/auth/signup", json=ADA)
    response = await anonymous.get("/api/auth/me", headers={"Authorization": header.encode()})  # type: ignore[dict-item]
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["code"] == "token_invalid"


async def test_logging_out_ends_the_session_everywhere(anonymous: httpx.AsyncClient, stand: Any) -> None:
    token = (await anonymous.post("/api/auth/signup", json=ADA)).json()["token"]
    anonymous.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    response = await anonymous.post("/api/auth/logout", headers=bearer)
    assert response.status_code == 204
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert (await anonymous.get("/api/auth/me", headers=bearer)).status_code == 401


async def test_a_wrong_password_and_an_unknown_address_look_the_same(anonymous: httpx.AsyncClient) -> None:
    await anonymous.post("/api/auth/signup", json=ADA)
    wrong = await anonymous.post("/api/auth/login", json={**ADA, "password": "wrong"})
    unknown = await anonymous.post("/api/auth/login", json={**ADA, "email": "nobody@example.com"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_sign_in(anonymous: httpx.AsyncClient) -> None:
    await anonymous.post("/api/auth/signup", json=ADA)
    response = await anonymous.post("/api/auth/login", json=ADA)
    assert (response.status_code, set(response.json())) == (200, {"user", "token", "expires_at"})
    assert "__session" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "a@b.c"}, "/password"),
        ({"password": "x"}, "/email"),
        ({"id_token": "x"}, "/id_token"),
        ({}, "/email"),
    ],
)
async def test_an_incomplete_sign_in_is_pointed_at(
    anonymous: httpx.AsyncClient, body: dict[str, str], pointer: str
) -> None:
    response = await anonymous.post("/api/auth/login", json=body)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_verify_tells_good_from_bad(anonymous: httpx.AsyncClient) -> None:
    session = (await anonymous.post("/api/auth/signup", json=ADA)).json()
    good = (await anonymous.post("/api/auth/verify", json={"token": session["token"]})).json()
    assert (good["valid"], good["uid"], good["expires_at"]) == (True, session["user"]["uid"], session["expires_at"])
    bad = await anonymous.post("/api/auth/verify", json={"token": "nonsense"})
    assert (bad.status_code, bad.json()["valid"], bad.json()["code"]) == (200, False, "token_invalid")


async def test_api_tokens_are_shown_once_and_can_be_deleted(ada: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    made = (await ada.post("/api/auth/tokens", json={"name": "ci", "expires_in": 3600})).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await ada.get("/api/auth/me", headers=bearer)).status_code == 200

    listed = (await ada.get("/api/auth/tokens")).json()
    assert [set(each) for each in listed["items"]] == [{"id", "name", "created_at", "expires_at"}]
    assert (await eve.delete(f"/api/auth/tokens/{made['id']}")).status_code == 404
    assert (await ada.delete(f"/api/auth/tokens/{made['id']}")).status_code == 204
    assert (await ada.delete(f"/api/auth/tokens/{made['id']}")).status_code == 404
    assert (await ada.get("/api/auth/me", headers=bearer)).status_code == 401


async def test_sign_in_attempts_are_limited_by_address(configured: Any) -> None:
    async with configured(login_attempts_per_minute=3) as client:

        async def attempt(address: str) -> httpx.Response:
            headers = {"X-Forwarded-For": f"203.0.113.99, {address}"}
            return await client.post("/api/auth/login", json=ADA, headers=headers)

        assert [(await attempt("198.51.100.1")).status_code for _ in range(4)] == [401, 401, 401, 429]
        assert (await attempt("198.51.100.2")).status_code == 401
        refused = await attempt("198.51.100.1")
        assert refused.json()["code"] == "rate_limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_all_requests_are_limited_but_probes_are_not(configured: Any) -> None:
    async with configured(api_requests_per_minute=5) as client:
        answers = [(await client.get("/api/auth/me")).status_code for _ in range(6)]
        assert answers == [401] * 5 + [429]
        assert (await client.get("/api/health/live")).status_code == 200


# the page before anybody is signed in, and one's own account ---------------------------------------------------------


async def test_config_is_open_to_all_and_tells_no_secret(configured: Any) -> None:
    async with configured(signup="invite", http_port=8081) as client:
        response = await client.get("/api/auth/config")
        assert response.status_code == 200
        config = response.json()
        assert config == {
            "identity": "local",
            "firebase": None,
            "needs_setup": False,
            "signup": "invite",
            "version": __version__,
            "base_domain": "zipp.localhost",
            "site_url": "http://{site}.zipp.localhost:8081",
            "upload_max_bytes": 512 * 1024**2,
            "limits": {"memory_bytes": 512 * 1024**2, "cpus": 1.0, "pids": 256},
        }


async def test_config_says_that_the_first_account_is_missing(configured: Any) -> None:
    async with configured(admin_email=None, admin_password=None) as client:
        assert (await client.get("/api/auth/config")).json()["needs_setup"] is True


async def test_name_can_be_changed_by_its_owner(ada: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    response = await ada.patch("/api/auth/me", json={"name": " Ada L. "})
    assert (response.status_code, response.json()["name"]) == (200, "Ada L.")
    assert (await ada.get("/api/auth/me")).json() == response.json()
    for body in ({}, {"name": "a\nb"}, {"name": "x" * 101}, {"name": "x", "role": "admin"}, {"name": None}):
        assert (await ada.patch("/api/auth/me", json=body)).status_code == 422
    assert (await anonymous.patch("/api/auth/me", json={"name": "x"})).status_code == 401


async def test_changed_password_signs_out_every_other_session(anonymous: httpx.AsyncClient) -> None:
    here = (await anonymous.post("/api/auth/signup", json=ADA)).json()["token"]
    there = (await anonymous.post("/api/auth/login", json=ADA)).json()["token"]
    anonymous.cookies.clear()
    bearer = {"Authorization": f"Bearer {here}"}
    new = "another battery staple"

    body = {"current_password": "wrong", "new_password": new}
    wrong = await anonymous.post("/api/auth/password", json=body, headers=bearer)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password_wrong")
    assert wrong.json()["errors"][0]["pointer"] == "/current_password"
    body = {"current_password": ADA["password"], "new_password": "short"}
    weak = await anonymous.post("/api/auth/password", json=body, headers=bearer)
    assert (weak.json()["code"], weak.json()["errors"][0]["pointer"]) == ("password_weak", "/new_password")

    body = {"current_password": ADA["password"], "new_password": new}
    changed = await anonymous.post("/api/auth/password", json=body, headers=bearer)
    assert (changed.status_code, changed.content) == (204, b"")
    assert (await anonymous.get("/api/auth/me", headers=bearer)).status_code == 200
    other = await anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {there}"})
    assert other.status_code == 401
    assert (await anonymous.post("/api/auth/login", json=ADA)).status_code == 401
    assert (await anonymous.post("/api/auth/login", json=ADA | {"password": new})).status_code == 200


async def test_guessing_a_password_through_its_change_is_limited_like_signing_in(configured: Any) -> None:
    async with configured(login_attempts_per_minute=3) as client:
        token = (await client.post("/api/auth/signup", json=ADA)).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        body = {"current_password": "a guess", "new_password": "another battery staple"}
        answers = [(await client.post("/api/auth/password", json=body, headers=bearer)).status_code for _ in range(3)]
        assert answers == [422, 422, 429]


async def test_no_one_changes_a_password_from_another_sites_page(anonymous: httpx.AsyncClient) -> None:
    await anonymous.post("/api/auth/signup", json=ADA)
    body = {"current_password": ADA["password"], "new_password": "another battery staple"}
    response = await anonymous.post("/api/auth/password", json=body, headers={"Origin": "http://evil.example"})
    assert (response.status_code, response.json()["code"]) == (403, "cross_site")
