"""The audit log and a deployment's history, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from apistand import PASSWORD


async def audit(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await client.get("/api/audit", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_each_change_leaves_an_entry_and_no_read_does(ada: httpx.AsyncClient) -> None:
    await ada.get("/api/sites")
    made = (await ada.post("/api/auth/tokens", json={"name": "ci"})).json()
    await ada.delete(f"/api/auth/tokens/{made['id']}")
    await ada.patch("/api/auth/me", json={"name": "Ada"})
    entries = await audit(ada)
    assert [(entry["action"], entry["target"], entry["status"]) for entry in entries] == [
        ("update_me", "", 200),
        ("delete_token", made["id"], 204),
        ("create_token", "", 201),
    ]
    uid = (await ada.get("/api/auth/me")).json()["uid"]
    assert {(entry["actor"], entry["via"], entry["address"]) for entry in entries} == {(uid, "session", "127.0.0.1")}


async def test_what_was_refused_is_there_too(ada: httpx.AsyncClient) -> None:
    await ada.delete("/api/sites/not-mine")
    (entry,) = await audit(ada)
    assert (entry["action"], entry["target"], entry["status"]) == ("delete_site", "not-mine", 404)


async def test_admins_see_everybodys_and_others_their_own(
    ada: httpx.AsyncClient, eve: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await ada.patch("/api/auth/me", json={"name": "Ada"})
    await eve.patch("/api/auth/me", json={"name": "Eve"})
    ada_uid = (await ada.get("/api/auth/me")).json()["uid"]
    eve_uid = (await eve.get("/api/auth/me")).json()["uid"]
    assert {entry["actor"] for entry in await audit(ada)} == {ada_uid}
    assert {entry["actor"] for entry in await audit(ada, actor=eve_uid)} == {ada_uid}
    assert {entry["actor"] for entry in await audit(admin)} >= {ada_uid, eve_uid}
    assert {entry["actor"] for entry in await audit(admin, actor=eve_uid)} == {eve_uid}


async def test_attempts_to_sign_in_are_kept_and_other_calls_of_strangers_are_not(
    anonymous: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    before = len(await audit(admin))
    await anonymous.post("/api/auth/login", json={"email": "admin@example.com", "password": "wrong wrong"})
    await anonymous.delete("/api/sites/shop")
    await anonymous.post("/api/auth/verify", json={"token": "x"})
    await anonymous.post("/api/nothing-here")
    entries = (await audit(admin))[: -before or None]
    assert [(entry["action"], entry["actor"], entry["status"]) for entry in entries] == [("login", None, 401)]
    assert PASSWORD not in str(entries)


@pytest.mark.parametrize("address", ["/api/audit", "/api/deployments/x/history"])
async def test_nothing_is_told_to_strangers(anonymous: httpx.AsyncClient, address: str) -> None:
    assert (await anonymous.get(address)).status_code == 401


async def test_a_deployments_history_is_its_owners(ada: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    answer = await ada.post("/api/deployments/git", json={"url": "https://git.example.com/shop.git"})
    deployment = answer.json()["id"]
    await ada.post(f"/api/deployments/{deployment}/stop")
    history = (await ada.get(f"/api/deployments/{deployment}/history")).json()["items"]
    assert [(event["status"], event["code"]) for event in history] == [("FAILED", "cancelled"), ("PENDING", None)]
    assert (await eve.get(f"/api/deployments/{deployment}/history")).status_code == 404
    assert [(entry["action"], entry["target"]) for entry in await audit(ada)] == [
        ("stop_deployment", deployment),
        ("deploy_git", deployment),
    ]
