"""Signing another program in, by way of a browser (PKCE): what is handed over, once, to whom it was meant for."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest
from apistand import PASSWORD, Stand, signed_in

from zipp.domain.ids import now


def pkce() -> tuple[str, str]:
    """A verifier and its challenge, as any program makes them (RFC 7636, 4)."""
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, challenge


async def handed_over(client: httpx.AsyncClient, challenge: str) -> str:
    response = await client.post("/api/auth/handover", json={"challenge": challenge})
    assert response.status_code == 201, response.text
    assert response.json()["expires_in"] == 300
    return str(response.json()["token"])


async def taken_over(client: httpx.AsyncClient, token: str, verifier: str) -> httpx.Response:
    return await client.post("/api/auth/takeover", json={"token": token, "verifier": verifier})


async def test_who_has_the_verifier_gets_a_session_of_the_same_person(
    ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    verifier, challenge = pkce()
    response = await taken_over(anonymous, await handed_over(ada, challenge), verifier)
    assert (response.status_code, set(response.json())) == (200, {"user", "token", "expires_at"})
    assert "set-cookie" not in response.headers
    assert response.json()["user"] == (await ada.get("/api/auth/me")).json()
    async with signed_in(anonymous, response.json()["token"]) as program:
        made = await program.post("/api/auth/tokens", json={"name": "zipp on laptop"})
        assert made.status_code == 201
        assert (await program.post("/api/auth/logout")).status_code == 204
        assert (await program.get("/api/auth/me")).status_code == 401
    assert (await ada.get("/api/auth/me")).status_code == 200
    async with signed_in(anonymous, made.json()["token"]) as program:
        assert (await program.get("/api/auth/me")).json()["email"] == "ada@example.com"


async def test_a_challenge_of_the_rfc_s_own_example_is_met(
    ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    token = await handed_over(ada, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    response = await taken_over(anonymous, token, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert response.status_code == 200


async def test_it_works_once(ada: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    verifier, challenge = pkce()
    token = await handed_over(ada, challenge)
    answers = [await taken_over(anonymous, token, verifier) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 401, 401]
    assert answers[1].json()["code"] == "handover_invalid"


async def test_without_the_verifier_it_is_worth_nothing_and_is_gone(
    ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    verifier, challenge = pkce()
    token = await handed_over(ada, challenge)
    wrong = await taken_over(anonymous, token, pkce()[0])
    assert (wrong.status_code, wrong.json()["code"]) == (401, "handover_invalid")
    assert (await taken_over(anonymous, token, verifier)).status_code == 401, "somebody else has had it"


async def test_the_challenge_itself_is_no_verifier(ada: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    _, challenge = pkce()
    assert (await taken_over(anonymous, await handed_over(ada, challenge), challenge)).status_code == 401


async def test_it_signs_nobody_in_by_itself(ada: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    token = await handed_over(ada, pkce()[1])
    async with signed_in(anonymous, token) as thief:
        assert (await thief.get("/api/auth/me")).json()["code"] == "token_invalid"
    told = (await anonymous.post("/api/auth/verify", json={"token": token})).json()
    assert (told["valid"], told["code"]) == (False, "token_invalid")
    for field in ("setup_token", "invite"):
        body = {"email": "eve@example.com", "password": PASSWORD, field: token}
        assert (await anonymous.post("/api/auth/signup", json=body)).status_code == 403


async def test_other_secrets_are_not_taken_over(
    ada: httpx.AsyncClient, admin: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    verifier, _ = pkce()
    session = ada.headers["Authorization"].removeprefix("Bearer ")
    api = (await ada.post("/api/auth/tokens", json={"name": "ci"})).json()["token"]
    invite = (await admin.post("/api/users/invites", json={})).json()["token"]
    for secret in (session, api, invite, "zipp_handover_guess", "", "x" * 500):
        response = await taken_over(anonymous, secret, verifier)
        assert (response.status_code, response.json()["code"]) == (401, "handover_invalid")
    assert (await ada.get("/api/auth/me")).status_code == 200


async def test_it_expires(ada: httpx.AsyncClient, anonymous: httpx.AsyncClient, stand: Stand) -> None:
    verifier, challenge = pkce()
    token = await handed_over(ada, challenge)
    uid = (await ada.get("/api/auth/me")).json()["uid"]
    (stored,) = await stand.records.list_tokens(uid, "handover")
    assert stored.expires_at is not None
    assert 290 < (stored.expires_at - now()).total_seconds() <= 300
    await stand.records.delete_token(stored.id)
    await stand.records.add_token(stored.model_copy(update={"expires_at": now() - timedelta(seconds=1)}))
    assert (await taken_over(anonymous, token, verifier)).json()["code"] == "handover_invalid"
    await handed_over(ada, challenge)
    assert len(await stand.records.list_tokens(uid, "handover")) == 1, "what has expired is cleared away"


async def test_who_is_disabled_meanwhile_gets_nothing(
    ada: httpx.AsyncClient, admin: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    verifier, challenge = pkce()
    token = await handed_over(ada, challenge)
    uid = (await ada.get("/api/auth/me")).json()["uid"]
    for disabled in (True, False):
        await admin.patch(f"/api/users/{uid}", json={"disabled": disabled})
        assert (await taken_over(anonymous, token, verifier)).status_code == 401


@pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "é" * 43, "+" * 43, None, 5])
async def test_what_is_no_challenge_is_refused(ada: httpx.AsyncClient, challenge: Any) -> None:
    assert (await ada.post("/api/auth/handover", json={"challenge": challenge})).status_code == 422


@pytest.mark.parametrize("verifier", ["", "x" * 42, "x" * 129, "é" * 43, None])
async def test_what_is_no_verifier_is_refused_before_anything_is_used_up(
    ada: httpx.AsyncClient, anonymous: httpx.AsyncClient, verifier: Any
) -> None:
    good, challenge = pkce()
    token = await handed_over(ada, challenge)
    body = {"token": token, "verifier": verifier}
    assert (await anonymous.post("/api/auth/takeover", json=body)).status_code in (400, 422)
    assert (await taken_over(anonymous, token, good)).status_code == 200


async def test_only_who_is_signed_in_hands_over_and_no_other_sites_page(anonymous: httpx.AsyncClient) -> None:
    body = {"challenge": pkce()[1]}
    assert (await anonymous.post("/api/auth/handover", json=body)).status_code == 401
    await anonymous.post("/api/auth/signup", json={"email": "ada@example.com", "password": PASSWORD})
    refused = await anonymous.post("/api/auth/handover", json=body, headers={"Origin": "http://evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("path", ["/api/auth/takeover", "/api/auth/password-reset"])
async def test_guessing_is_limited_like_signing_in(configured: Any, path: str) -> None:
    bodies = {
        "/api/auth/takeover": {"token": "zipp_handover_guess", "verifier": pkce()[0]},
        "/api/auth/password-reset": {"token": "zipp_password_guess", "new_password": PASSWORD},
    }
    async with configured(login_attempts_per_minute=3) as client:
        answers = [(await client.post(path, json=bodies[path])).status_code for _ in range(4)]
    assert answers[3] == 429
    assert 429 not in answers[:3]


async def test_handing_over_is_limited_like_signing_in(configured: Any) -> None:
    async with configured(login_attempts_per_minute=3) as client:
        account = {"email": "ada@example.com", "password": PASSWORD}
        token = (await client.post("/api/auth/signup", json=account)).json()["token"]
        client.cookies.clear()
        async with signed_in(client, token) as ada:
            body = {"challenge": pkce()[1]}
            answers = [(await ada.post("/api/auth/handover", json=body)).status_code for _ in range(3)]
    assert answers == [201, 201, 429]


# an ID token, where the platform has its own accounts ----------------------------------------------------------------


async def test_id_token_is_refused_where_the_platform_has_its_own_accounts(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.post("/api/auth/login", json={"id_token": "a.b.c", "name": "Ada", "invite": "x"})
    assert (response.status_code, response.json()["code"]) == (422, "id_token_unsupported")
    assert response.json()["errors"][0]["pointer"] == "/id_token"
