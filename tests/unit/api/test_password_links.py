"""A new password by a link that an admin gives: what it ends, and who can use it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from apistand import PASSWORD, Stand, signed_in

from zipp.domain.ids import now
from zipp.identity.first_account import FIRST_UID

NEW = "another battery staple"


async def uid_of(client: httpx.AsyncClient) -> str:
    return str((await client.get("/api/auth/me")).json()["uid"])


async def link_for(admin: httpx.AsyncClient, uid: str) -> str:
    """The secret in it."""
    response = await admin.post(f"/api/users/{uid}/password-link")
    assert response.status_code == 201, response.text
    made = response.json()
    assert (set(made), made["expires_in"]) == ({"url", "expires_in"}, 86400)
    url = urlsplit(made["url"])
    assert (url.netloc, url.path, url.query) == ("localhost:8000", "/reset", ""), "a query would reach logs"
    return parse_qs(url.fragment)["token"][0]


async def chosen(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post("/api/auth/password-reset", json={"token": token, "new_password": password})


async def login(client: httpx.AsyncClient, password: str) -> int:
    body = {"email": "ada@example.com", "password": password}
    return (await client.post("/api/auth/login", json=body)).status_code


async def test_link_ends_the_old_password_and_every_session_but_no_api_token(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    api = (await ada.post("/api/auth/tokens", json={"name": "ci"})).json()["token"]
    token = await link_for(admin, await uid_of(ada))
    assert (await ada.get("/api/auth/me")).status_code == 200, "nothing changes until it is used"
    assert await login(anonymous, PASSWORD) == 200

    response = await chosen(anonymous, token)
    assert (response.status_code, response.json()["user"]["email"]) == (200, "ada@example.com")
    assert "__session" in response.headers["set-cookie"]
    assert (await ada.get("/api/auth/me")).status_code == 401
    assert [await login(anonymous, PASSWORD), await login(anonymous, NEW)] == [401, 200]
    for secret in (api, response.json()["token"]):
        async with signed_in(anonymous, secret) as client:
            assert (await client.get("/api/auth/me")).status_code == 200


async def test_link_works_once(admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    token = await link_for(admin, await uid_of(ada))
    answers = [await chosen(anonymous, token, f"{NEW} {i}") for i in range(2)]
    assert [each.status_code for each in answers] == [200, 403]
    assert answers[1].json()["code"] == "password_link_invalid"
    assert await login(anonymous, f"{NEW} 0") == 200


async def test_only_the_latest_link_works(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    uid = await uid_of(ada)
    old, new = await link_for(admin, uid), await link_for(admin, uid)
    assert (await chosen(anonymous, old)).status_code == 403
    assert (await chosen(anonymous, new)).status_code == 200


async def test_weak_password_does_not_use_the_link_up(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    token = await link_for(admin, await uid_of(ada))
    for weak in ("short", "ada@example.com", "zzzzzzzzzzzz"):
        refused = await chosen(anonymous, token, weak)
        assert (refused.status_code, refused.json()["code"]) == (422, "password_weak")
        assert refused.json()["errors"][0]["pointer"] == "/new_password"
    assert (await chosen(anonymous, token)).status_code == 200


async def test_link_expires(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient, stand: Stand
) -> None:
    uid = await uid_of(ada)
    token = await link_for(admin, uid)
    (stored,) = await stand.records.list_tokens(uid, "password")
    await stand.records.delete_token(stored.id)
    await stand.records.add_token(stored.model_copy(update={"expires_at": now() - timedelta(seconds=1)}))
    assert (await chosen(anonymous, token)).json()["code"] == "password_link_invalid"
    assert await login(anonymous, PASSWORD) == 200


async def test_who_is_disabled_gets_in_by_no_link(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    uid = await uid_of(ada)
    before = await link_for(admin, uid)
    await admin.patch(f"/api/users/{uid}", json={"disabled": True})
    assert (await chosen(anonymous, before)).status_code == 403
    refused = await admin.post(f"/api/users/{uid}/password-link")
    assert (refused.status_code, refused.json()["code"]) == (409, "account_disabled")


async def test_ones_own_change_of_the_password_ends_a_link(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    token = await link_for(admin, await uid_of(ada))
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await ada.post("/api/auth/password", json=body)).status_code == 204
    assert (await chosen(anonymous, token)).status_code == 403


async def test_other_secrets_are_no_link_and_a_link_is_nothing_else(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    token = await link_for(admin, await uid_of(ada))
    session = ada.headers["Authorization"].removeprefix("Bearer ")
    api = (await ada.post("/api/auth/tokens", json={"name": "ci"})).json()["token"]
    for wrong in (session, api, "zipp_password_guess", ""):
        assert (await chosen(anonymous, wrong)).json()["code"] == "password_link_invalid"
    async with signed_in(anonymous, token) as thief:
        assert (await thief.get("/api/auth/me")).status_code == 401
    body = {"token": token, "verifier": "v" * 43}
    assert (await anonymous.post("/api/auth/takeover", json=body)).json()["code"] == "handover_invalid"
    assert (await chosen(anonymous, token)).status_code == 200


@pytest.mark.parametrize(("uid", "status", "code"), [("nobody", 404, "not_found"), (FIRST_UID, 409, "account_waits")])
async def test_no_link_for_who_can_not_use_it(
    admin: httpx.AsyncClient, stand: Stand, uid: str, status: int, code: str
) -> None:
    await stand.records.update_user(FIRST_UID, {"email": None})
    response = await admin.post(f"/api/users/{uid}/password-link")
    assert (response.status_code, response.json()["code"]) == (status, code)
