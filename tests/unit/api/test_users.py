"""Members and invites: an admin's calls, which for anybody else are not there."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from apistand import PASSWORD, Stand, signed_in

from zipp.domain.user import Role

CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/api/users", None),
    ("PATCH", "/api/users/{uid}", {"role": "admin"}),
    ("POST", "/api/users/{uid}/password-link", None),
    ("DELETE", "/api/users/{uid}", None),
    ("GET", "/api/users/invites", None),
    ("POST", "/api/users/invites", {"role": "admin"}),
    ("DELETE", "/api/users/invites/{invite}", None),
]


async def uid_of(client: httpx.AsyncClient) -> str:
    return str((await client.get("/api/auth/me")).json()["uid"])


async def invited(admin: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await admin.post("/api/users/invites", json={"role": "member"} | body)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def accepted(client: httpx.AsyncClient, invite: dict[str, Any], email: str) -> httpx.Response:
    body = {"email": email, "password": PASSWORD, "invite": invite["token"]}
    return await client.post("/api/auth/signup", json=body)


# who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_members_find_nothing_there_and_change_nothing(
    ada: httpx.AsyncClient, admin: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    invite = await invited(admin)
    address = path.format(uid=await uid_of(ada), invite=invite["id"])
    response = await ada.request(method, address, json=body)
    absent = await ada.request(method, "/api/nothing/here", json=body)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert response.json()["detail"] == absent.json()["detail"]
    assert (await ada.get("/api/auth/me")).json()["role"] == "member"
    assert [each["id"] for each in (await admin.get("/api/users/invites")).json()["items"]] == [invite["id"]]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_nobody_is_asked_to_sign_in(anonymous: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    response = await anonymous.request(method, path.format(uid="x", invite="x"), json=body)
    assert response.status_code == 401


async def test_who_is_no_admin_any_more_finds_nothing_there(
    admin: httpx.AsyncClient, anonymous: httpx.AsyncClient, stand: Stand
) -> None:
    grant = await stand.member("carl@example.com", role=Role.ADMIN)
    async with signed_in(anonymous, grant.secret) as carl:
        assert (await carl.get("/api/users")).status_code == 200
        assert (await admin.patch(f"/api/users/{grant.user.uid}", json={"role": "member"})).status_code == 200
        assert (await carl.get("/api/users")).status_code == 404


# members -------------------------------------------------------------------------------------------------------------


async def test_members_are_listed_with_what_they_own(admin: httpx.AsyncClient, ada: httpx.AsyncClient) -> None:
    for site in ("one", "two"):
        await ada.post("/api/deployments/git", json={"url": "https://git.example.com/x.git", "site": site})
    listed = (await admin.get("/api/users")).json()
    assert [set(each) for each in listed["items"]] == [
        {"uid", "email", "name", "role", "disabled", "created_at", "sites"}
    ] * 2
    told = [(each["email"], each["role"], each["disabled"], each["sites"]) for each in listed["items"]]
    assert told == [("admin@example.com", "admin", False, 0), ("ada@example.com", "member", False, 2)]
    first = (await admin.get("/api/users?limit=1")).json()
    rest = (await admin.get("/api/users", params={"cursor": first["next_cursor"]})).json()
    assert first["items"] + rest["items"] == listed["items"]
    assert (await admin.get("/api/users?cursor=nonsense")).json()["code"] == "cursor_invalid"


async def test_role_can_be_given_and_taken(admin: httpx.AsyncClient, ada: httpx.AsyncClient) -> None:
    uid = await uid_of(ada)
    for role, status in (("admin", 200), ("member", 404)):
        changed = await admin.patch(f"/api/users/{uid}", json={"role": role})
        assert (changed.status_code, changed.json()["role"]) == (200, role)
        assert (await ada.get("/api/users")).status_code == status
    assert (await admin.patch(f"/api/users/{uid}", json={})).json()["role"] == "member"


async def test_disabling_signs_out_at_once_everywhere(
    admin: httpx.AsyncClient, ada: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    token = (await ada.post("/api/auth/tokens", json={"name": "ci"})).json()["token"]
    uid = await uid_of(ada)
    changed = await admin.patch(f"/api/users/{uid}", json={"disabled": True})
    assert changed.json()["disabled"] is True
    assert (await ada.get("/api/auth/me")).status_code == 401
    async with signed_in(anonymous, token) as ci:
        assert (await ci.get("/api/auth/me")).status_code == 401
    refused = await anonymous.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (401, "account_disabled")
    await admin.patch(f"/api/users/{uid}", json={"disabled": False})
    assert (await ada.get("/api/auth/me")).status_code == 401
    again = await anonymous.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
    assert again.status_code == 200


async def test_last_admin_can_not_be_taken_away(admin: httpx.AsyncClient) -> None:
    path = f"/api/users/{await uid_of(admin)}"
    for response in (
        await admin.patch(path, json={"role": "member"}),
        await admin.patch(path, json={"disabled": True}),
        await admin.delete(path),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "last_admin")
    assert (await admin.get("/api/users")).status_code == 200


async def test_two_admins_can_not_take_each_other_away(
    admin: httpx.AsyncClient, anonymous: httpx.AsyncClient, stand: Stand
) -> None:
    grant = await stand.member("carl@example.com", role=Role.ADMIN)
    mine = await uid_of(admin)
    async with signed_in(anonymous, grant.secret) as carl:
        await asyncio.gather(
            admin.patch(f"/api/users/{grant.user.uid}", json={"disabled": True}), carl.delete(f"/api/users/{mine}")
        )
    users = (await stand.records.list_users(limit=10)).items
    assert sum(user.role is Role.ADMIN and not user.disabled for user in users) == 1


async def test_account_is_removed_only_when_it_owns_no_site(admin: httpx.AsyncClient, ada: httpx.AsyncClient) -> None:
    uid = await uid_of(ada)
    await ada.post("/api/deployments/git", json={"url": "https://git.example.com/x.git", "site": "blog"})
    refused = await admin.delete(f"/api/users/{uid}")
    assert (refused.status_code, refused.json()["code"]) == (409, "user_has_sites")
    assert (await ada.delete("/api/sites/blog")).status_code == 204
    assert (await admin.delete(f"/api/users/{uid}")).status_code == 204
    assert (await admin.delete(f"/api/users/{uid}")).status_code == 404
    assert (await ada.get("/api/auth/me")).status_code == 401


@pytest.mark.parametrize(
    "body", [{"role": "owner"}, {"role": None, "disabled": "perhaps"}, {"email": "x@example.com"}, [], "admin"]
)
async def test_what_can_not_be_changed_is_refused(admin: httpx.AsyncClient, ada: httpx.AsyncClient, body: Any) -> None:
    response = await admin.patch(f"/api/users/{await uid_of(ada)}", json=body)
    assert response.status_code == 422


async def test_unknown_account_is_not_found(admin: httpx.AsyncClient) -> None:
    assert (await admin.patch("/api/users/nobody", json={"disabled": True})).status_code == 404
    assert (await admin.delete("/api/users/invites")).status_code in (404, 405)


# invites -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["open", "invite", "closed"])
async def test_invite_is_a_link_that_makes_one_account(configured: Any, policy: str) -> None:
    async with configured(signup=policy, public_url="https://zipp.example.com/") as client:
        login = {"email": "admin@example.com", "password": PASSWORD}
        secret = (await client.post("/api/auth/login", json=login)).json()["token"]
        client.cookies.clear()
        async with signed_in(client, secret) as admin:
            made = await invited(admin, email="Bert@Example.com", role="admin", expires_in=3600)
            assert set(made) == {"id", "email", "role", "created_at", "expires_at", "token", "url"}
            url = urlsplit(made["url"])
            assert f"{url.scheme}://{url.netloc}{url.path}" == "https://zipp.example.com/signup"
            assert (url.query, parse_qs(url.fragment)) == ("", {"invite": [made["token"]]})  # a query would reach logs
            listed = (await admin.get("/api/users/invites")).json()["items"]
            assert [set(each) for each in listed] == [{"id", "email", "role", "created_at", "expires_at"}]

            wrong = await accepted(client, made, "eve@example.com")
            assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/email")
            response = await accepted(client, made, "bert@example.com")
            assert (response.status_code, response.json()["user"]["role"]) == (201, "admin")
            assert "__session" in response.headers["set-cookie"]
            again = await accepted(client, made, "bert2@example.com")
            assert (again.status_code, again.json()["code"]) == (403, "invite_invalid")
            assert (await admin.get("/api/users/invites")).json()["items"] == []


async def test_two_sign_ups_with_one_invite_give_one_account(
    admin: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    made = await invited(admin)
    answers = await asyncio.gather(*(accepted(anonymous, made, f"user-{i}@example.com") for i in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403, 403]
    assert len((await admin.get("/api/users")).json()["items"]) == 2


async def test_invite_that_is_taken_back_does_not_work(admin: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    made = await invited(admin)
    assert (await admin.delete(f"/api/users/invites/{made['id']}")).status_code == 204
    assert (await admin.delete(f"/api/users/invites/{made['id']}")).status_code == 404
    assert (await accepted(anonymous, made, "bert@example.com")).json()["code"] == "invite_invalid"


async def test_who_has_an_account_is_not_invited(admin: httpx.AsyncClient, ada: httpx.AsyncClient) -> None:
    response = await admin.post("/api/users/invites", json={"email": "ADA@example.com", "role": "admin"})
    assert (response.status_code, response.json()["code"]) == (409, "email_taken")


@pytest.mark.parametrize(
    "body", [{"role": "owner"}, {"expires_in": 1}, {"expires_in": 10**9}, {"email": "no"}, {"x": 1}]
)
async def test_invite_that_makes_no_sense_is_refused(admin: httpx.AsyncClient, body: Any) -> None:
    assert (await admin.post("/api/users/invites", json=body)).status_code == 422
    assert (await admin.get("/api/users/invites")).json()["items"] == []


async def test_refused_sign_up_tells_what_the_policy_is(configured: Any) -> None:
    account = {"email": "bert@example.com", "password": PASSWORD}
    for policy, code in (("invite", "invite_required"), ("closed", "signup_closed")):
        async with configured(signup=policy) as client:
            response = await client.post("/api/auth/signup", json=account)
            assert (response.status_code, response.json()["code"]) == (403, code)
