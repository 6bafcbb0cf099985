"""Deployments and sites: shown as the contract has them, to their owners only."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from zipp.domain.deployment import Status
from zipp.domain.plan import BuildPlan
from zipp.records.records import LiveChange

FIELDS = {
    "id", "site", "owner", "source", "status", "stage", "error", "is_live", "can_roll_back", "url", "framework", "plan",
    "image", "port", "created_at", "started_at", "finished_at", "stages",
}  # fmt: skip
GIT = {"url": "https://git.example.com/ada/blog.git", "ref": "main", "token": "s3cret-token"}


async def deploy(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await client.post("/api/deployments/git", json=GIT | changes)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == f"/api/deployments/{response.json()['id']}"
    return dict(response.json())


async def test_a_git_deployment_is_accepted_and_shows_no_secret(ada: httpx.AsyncClient) -> None:
    deployment = await deploy(ada)
    assert set(deployment) == FIELDS
    assert deployment["source"] == {
        "kind": "git", "url": GIT["url"], "ref": "main", "commit": None, "subdirectory": None,
    }  # fmt: skip
    assert (deployment["site"], deployment["url"]) == ("blog", "http://blog.zipp.localhost:8080")
    assert (await ada.get(f"/api/deployments/{deployment['id']}")).json() == deployment


async def test_is_live_follows_the_site(ada: httpx.AsyncClient, stand: Any) -> None:
    shown = await deploy(ada)
    deployment = await stand.records.get_deployment(shown["id"])
    await stand.records.save(
        deployment.model_copy(update={"status": Status.RUNNING}),
        live=LiveChange(site="blog", expected=None, to=deployment.id),
    )
    assert (await ada.get(f"/api/deployments/{shown['id']}")).json()["is_live"] is True
    assert (await ada.get("/api/sites/blog")).json()["live_deployment"] == shown["id"]


async def test_the_plan_is_shown_once_it_is_known_but_no_value_of_its_environment(
    ada: httpx.AsyncClient, stand: Any
) -> None:
    shown = await deploy(ada)
    assert shown["plan"] is None
    plan = BuildPlan(
        framework="vite",
        summary="Vite app",
        builder="zipp/node:22-build",
        install=("npm ci",),
        build=("npm run build",),
        output="dist",
        fallback="index.html",
        env={"KEY": "from-its-own-zipp-toml"},
    )
    await stand.save(await stand.records.get_deployment(shown["id"]), plan=plan)
    answer = await ada.get(f"/api/deployments/{shown['id']}")
    assert answer.json()["framework"] == "vite"
    assert answer.json()["plan"]["build"] == ["npm run build"]
    assert answer.json()["plan"]["fallback"] == "index.html"
    assert "from-its-own-zipp-toml" not in answer.text


async def test_lists_go_page_by_page_newest_first(ada: httpx.AsyncClient) -> None:
    ids = [(await deploy(ada, site=f"s{number % 2}"))["id"] for number in range(7)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await ada.get("/api/deployments", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ids[::-1]
    of_one = (await ada.get("/api/deployments?site=s1")).json()["items"]
    assert {each["site"] for each in of_one} == {"s1"}
    failed = (await ada.get("/api/deployments?status=FAILED&status=RUNNING")).json()["items"]
    assert failed == []


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=nope", "cursor=nope"])
async def test_a_bad_query_is_refused(ada: httpx.AsyncClient, query: str) -> None:
    assert (await ada.get(f"/api/deployments?{query}")).status_code == 422


async def test_unknown_query_parameters_are_ignored(ada: httpx.AsyncClient) -> None:
    assert (await ada.get("/api/deployments?utm=1")).status_code == 200


async def test_what_is_somebody_elses_is_not_found(
    ada: httpx.AsyncClient, eve: httpx.AsyncClient, admin: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await deploy(ada)
    one = f"/api/deployments/{shown['id']}"
    calls = [
        ("GET", one), ("POST", f"{one}/stop"), ("POST", f"{one}/redeploy"), ("DELETE", one), ("GET", f"{one}/logs"),
        ("GET", "/api/sites/blog"), ("PATCH", "/api/sites/blog"), ("DELETE", "/api/sites/blog"),
        ("PUT", "/api/sites/blog/env"), ("POST", "/api/sites/blog/rollback"),
    ]  # fmt: skip
    for method, path in calls:
        body = {"json": {}} if method in ("PATCH", "PUT") else {}
        theirs = await eve.request(method, path, **body)  # type: ignore[arg-type]
        absent = await eve.request(method, path.replace(shown["id"], "nothing").replace("blog", "none"), **body)  # type: ignore[arg-type]
        assert theirs.status_code == absent.status_code == 404, path
        assert theirs.json() == absent.json()
        assert (await anonymous.request(method, path, **body)).status_code == 401  # type: ignore[arg-type]
    assert (await eve.get("/api/deployments")).json()["items"] == []
    assert (await eve.get("/api/sites")).json()["items"] == []
    assert (await admin.get(one)).status_code == 200
    assert len((await admin.get("/api/sites")).json()["items"]) == 1


async def test_stop_cancels_and_delete_removes(ada: httpx.AsyncClient) -> None:
    shown = await deploy(ada)
    one = f"/api/deployments/{shown['id']}"
    for _ in range(2):
        stopped = await ada.post(f"{one}/stop")
        assert (stopped.status_code, stopped.json()["status"]) == (200, "FAILED")
        assert stopped.json()["error"]["code"] == "cancelled"
    again = await ada.post(f"{one}/redeploy")
    assert (again.status_code, again.json()["status"]) == (202, "PENDING")
    assert again.headers["location"].endswith(again.json()["id"])
    assert (await ada.delete(one)).status_code == 204
    assert (await ada.get(one)).status_code == 404


async def test_cancelling_does_not_stop_what_is_live_by_now(ada: httpx.AsyncClient, stand: Any) -> None:
    shown = await deploy(ada)
    one = f"/api/deployments/{shown['id']}"
    await stand.records.save(
        (await stand.records.get_deployment(shown["id"])).model_copy(update={"status": Status.RUNNING})
    )
    refused = await ada.post(f"{one}/stop", params={"under_way": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_under_way")
    assert (await ada.get(one)).json()["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("env", "hint"),
    [
        ({"PORT": "80"}, "PORT"),
        ({"1A": "x"}, "digit"),
        ({"A-B": "x"}, "letters"),
        ({"": "x"}, "letters"),
        ({"A" * 129: "x"}, "128"),
        ({"A": "x\0y"}, "NUL"),
        ({"A": "é" * 20_000}, "32 KB"),
        ({f"A{number}": "x" for number in range(201)}, ""),
    ],
)
async def test_an_unusable_environment_is_refused(ada: httpx.AsyncClient, env: dict[str, str], hint: str) -> None:
    await deploy(ada)
    for response in (
        await ada.post("/api/deployments/git", json=GIT | {"env": env}),
        await ada.put("/api/sites/blog/env", json=env),
    ):
        assert response.status_code == 422
        assert hint in response.json()["hint"]


async def test_of_an_environment_only_the_names_are_shown(ada: httpx.AsyncClient) -> None:
    await deploy(ada, env={"B": "s3cret-b", "A": "s3cret-a"})
    site = await ada.get("/api/sites/blog")
    assert site.json()["env_keys"] == ["A", "B"]
    replaced = await ada.put("/api/sites/blog/env", json={"C": "s3cret-c"})
    assert (replaced.status_code, replaced.json()["env_keys"]) == (200, ["C"])
    assert "s3cret" not in site.text + replaced.text


async def test_a_site_is_shown_and_changed(ada: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    await deploy(ada)
    before = (await ada.get("/api/sites/blog")).json()
    assert set(before) == {
        "name", "url", "domains", "owner", "live_deployment", "limits", "framework", "created_at", "env_keys",
        "status", "latest", "traffic",
    }  # fmt: skip
    changes = {"domains": ["www.example.com"], "limits": {"cpus": 0.5}}
    after = (await ada.patch("/api/sites/blog", json=changes)).json()
    assert after == before | {"domains": ["www.example.com"], "limits": before["limits"] | {"cpus": 0.5}}

    much = {"limits": {"memory_bytes": 2**40}}
    refused = await ada.patch("/api/sites/blog", json=much)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/limits/memory_bytes")
    assert (await admin.patch("/api/sites/blog", json=much)).json()["limits"]["memory_bytes"] == 2**40
    assert (await ada.post("/api/sites/blog/rollback")).status_code == 200
    assert (await ada.delete("/api/sites/blog")).status_code == 204
    assert (await ada.get("/api/sites/blog")).status_code == 404


@pytest.mark.parametrize(
    "body", [{"limits": {"memory_bytes": 1}}, {"limits": {"x": 1}}, {"owner": "me"}, {"domains": "x"}]
)
async def test_an_unusable_change_of_a_site_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    await deploy(ada)
    assert (await ada.patch("/api/sites/blog", json=body)).status_code == 422


@pytest.mark.parametrize("site", ["", "-a", "a-", "A", "a.b", "a/b", "x" * 41, "api", "ä"])
async def test_a_name_that_is_no_site_name_is_refused(ada: httpx.AsyncClient, site: str) -> None:
    response = await ada.post("/api/deployments/git", json=GIT | {"site": site})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/site")
    assert response.json()["hint"]


async def test_logs_are_read_page_by_page(ada: httpx.AsyncClient, stand: Any) -> None:
    shown = await deploy(ada)
    for number in range(5):
        await stand.logs.write(shown["id"], "build" if number < 3 else "route", f"line {number}")
    path = f"/api/deployments/{shown['id']}/logs"
    first = (await ada.get(path, params={"limit": 2})).json()
    assert [set(line) for line in first["lines"]] == [{"seq", "time", "stage", "stream", "text"}] * 2
    rest = (await ada.get(path, params={"after": first["next"]})).json()
    assert [line["text"] for line in rest["lines"]] == ["line 2", "line 3", "line 4"]
    assert (await ada.get(path, params={"after": rest["next"]})).json() == {"lines": [], "next": rest["next"]}
    only = (await ada.get(path, params={"stage": "route"})).json()
    assert [line["text"] for line in only["lines"]] == ["line 3", "line 4"]
    for bad in ("after=-1", "after=x", "limit=0"):
        assert (await ada.get(f"{path}?{bad}")).status_code == 422
