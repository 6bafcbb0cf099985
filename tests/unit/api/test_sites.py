"""Sites as lists show them, whether a name is free, and their environment changed piece by piece."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from builders import a_deployment, a_site
from sqlalchemy import event

from zipp.domain.deployment import Failure, Status
from zipp.domain.plan import BuildPlan
from zipp.records.records import LiveChange

PLAN = BuildPlan(framework="static", summary="Files", output=".")
CANCELLED = Failure(code="cancelled", message="It was cancelled.")
FAILED = Failure(code="build_failed", message="It failed.")


@pytest.fixture
async def uid(ada: httpx.AsyncClient) -> str:
    return str((await ada.get("/api/auth/me")).json()["uid"])


async def made(stand: Any, uid: str, *deployments: dict[str, Any], live: int | None = None) -> list[Any]:
    """The site `shop` with these deployments, oldest first; `live` is the index of the live one."""
    await stand.records.create_site(a_site(owner=uid))
    found = [a_deployment(owner=uid, **fields) for fields in deployments]
    for deployment in found:
        await stand.records.create_deployment(deployment)
    if live is not None:
        await stand.records.save(found[live], live=LiveChange("shop", None, found[live].id))
    return found


@pytest.mark.parametrize(
    ("deployments", "live", "status"),
    [
        ([], None, "empty"),
        ([{"status": Status.PENDING}], None, "deploying"),
        ([{"status": Status.RUNNING}], 0, "live"),
        ([{"status": Status.RUNNING}, {"status": Status.BUILDING}], 0, "deploying"),
        ([{"status": Status.RUNNING}, {"status": Status.FAILED, "error": FAILED}], 0, "live"),
        ([{"status": Status.FAILED, "error": FAILED}], None, "failed"),
        ([{"status": Status.FAILED, "error": CANCELLED}], None, "stopped"),
        ([{"status": Status.STOPPED}], None, "stopped"),
        ([{"status": Status.STOPPED}, {"status": Status.FAILED, "error": FAILED}], None, "failed"),
        ([{"status": Status.BUILDING}, {"status": Status.FAILED, "error": CANCELLED}], None, "deploying"),
    ],
)
async def test_a_sites_status_and_its_latest_deployment(
    ada: httpx.AsyncClient, stand: Any, uid: str, deployments: list[dict[str, Any]], live: int | None, status: str
) -> None:
    found = await made(stand, uid, *deployments, live=live)
    shown = (await ada.get("/api/sites/shop")).json()
    assert shown["status"] == status
    assert (shown["latest"] or {}).get("id") == (found[-1].id if found else None)
    assert (await ada.get("/api/sites")).json()["items"] == [shown]


async def test_only_what_ran_and_is_kept_can_be_rolled_back_to(ada: httpx.AsyncClient, stand: Any, uid: str) -> None:
    kept, forgotten, failed, live = await made(
        stand,
        uid,
        {"status": Status.STOPPED, "plan": PLAN},
        {"status": Status.STOPPED, "plan": PLAN, "forgotten": True},
        {"status": Status.FAILED, "plan": PLAN},
        {"status": Status.RUNNING, "plan": PLAN},
        live=3,
    )
    listed = (await ada.get("/api/deployments")).json()["items"]
    can = {each["id"]: each["can_roll_back"] for each in listed}
    assert can == {kept.id: True, forgotten.id: False, failed.id: False, live.id: False}


async def test_a_list_of_many_sites_asks_the_records_as_often_as_one_of_few(
    ada: httpx.AsyncClient, stand: Any, uid: str
) -> None:
    statements: list[str] = []
    event.listen(
        stand.records._database._engine, "before_cursor_execute", lambda c, cursor, text, *_: statements.append(text)
    )

    async def asked(path: str, *, items: int) -> int:
        """The fewest of a few times: the platform's own work falls into some of them."""
        counts = []
        for _ in range(4):
            statements.clear()
            answer = await ada.get(path, params={"limit": 200})
            assert len(answer.json()["items"]) == items
            counts.append(len(statements))
        return min(counts)

    counts: list[tuple[int, int]] = []
    for first, end in ((0, 2), (2, 120)):
        for number in range(first, end):
            await stand.records.create_site(a_site(f"s{number}", owner=uid, domains=(f"s{number}.example",)))
            await stand.records.create_deployment(a_deployment(f"s{number}", owner=uid))
        counts.append((await asked("/api/sites", items=end), await asked("/api/deployments", items=end)))
    assert counts[0] == counts[1]


async def test_the_traffic_of_a_site_nobody_visited_is_a_day_of_nothing(
    ada: httpx.AsyncClient, stand: Any, uid: str
) -> None:
    await made(stand, uid)
    traffic = (await ada.get("/api/sites/shop")).json()["traffic"]
    assert (traffic["step_seconds"], traffic["requests"], traffic["errors"]) == (3600, [0] * 24, [0] * 24)


# names -------------------------------------------------------------------------------------------------------------
async def test_whether_a_name_is_free(
    ada: httpx.AsyncClient, eve: httpx.AsyncClient, admin: httpx.AsyncClient, stand: Any, uid: str
) -> None:
    await made(stand, uid)

    async def asked(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
        answer = await client.get(f"/api/sites/{name}/availability")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    nothing = {"reason": None, "suggestion": None}
    assert await asked(eve, "blog") == {"name": "blog", "available": True, "yours": False} | nothing
    assert await asked(ada, "shop") == {"name": "shop", "available": True, "yours": True} | nothing
    for other in (eve, admin):
        taken = await asked(other, "shop")
        assert (taken["available"], taken["yours"], taken["suggestion"]) == (False, False, "shop-2")
        assert taken["reason"] == "The name 'shop' is taken."
    await stand.records.create_site(a_site("shop-2", owner="somebody"))
    assert (await asked(eve, "shop"))["suggestion"] == "shop-3"
    wrong = await asked(eve, "My Shop!")
    assert (wrong["available"], wrong["suggestion"]) == (False, "my-shop")
    assert "1 to 40 of a-z" in wrong["reason"]
    assert (await asked(eve, "www"))["suggestion"] == "www-site"
    assert (await asked(eve, "x" * 99))["suggestion"] == "x" * 40
    assert (await asked(eve, "%00%0a"))["suggestion"] == "site"


async def test_when_every_number_is_used_a_name_is_still_suggested(ada: httpx.AsyncClient, stand: Any) -> None:
    long = "x" * 40
    for name in (long, *(f"{'x' * 37}-{number}" for number in range(2, 21))):
        await stand.records.create_site(a_site(name, owner="somebody"))
    suggested = (await ada.get(f"/api/sites/{long}/availability")).json()["suggestion"]
    assert len(suggested) <= 40
    assert (await ada.get(f"/api/sites/{suggested}/availability")).json()["available"]


# environment -------------------------------------------------------------------------------------------------------
async def test_variables_are_set_and_removed_one_by_one(ada: httpx.AsyncClient, stand: Any, uid: str) -> None:
    await made(stand, uid)

    async def names(method: str, body: dict[str, str | None]) -> list[str]:
        answer = await ada.request(method, "/api/sites/shop/env", json=body)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["env_keys"])

    assert await names("PUT", {"A": "1", "B": "2"}) == ["A", "B"]
    assert await names("PATCH", {"C": "3", "A": None, "NEVER_SET": None}) == ["B", "C"]
    assert stand.operations.env["shop"] == {"B": "2", "C": "3"}
    assert await names("PATCH", {}) == ["B", "C"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"PORT": None}, "env_reserved"),
        ({"1A": "x"}, "env_name_invalid"),
        ({"A": "x" * 33_000}, "env_value_invalid"),
        ({"A": 1}, "invalid"),
        ({f"A{number}": "x" for number in range(201)}, "invalid"),
    ],
)
async def test_a_change_of_variables_that_is_not_usable_is_refused(
    ada: httpx.AsyncClient, stand: Any, uid: str, body: dict[str, Any], code: str
) -> None:
    await made(stand, uid)
    answer = await ada.patch("/api/sites/shop/env", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_somebody_elses_variables_are_not_found(
    ada: httpx.AsyncClient, eve: httpx.AsyncClient, stand: Any, uid: str
) -> None:
    await made(stand, uid)
    assert (await eve.patch("/api/sites/shop/env", json={"A": "1"})).status_code == 404


# log as text -------------------------------------------------------------------------------------------------------
async def test_the_whole_log_comes_as_text_and_as_a_file(
    ada: httpx.AsyncClient, eve: httpx.AsyncClient, stand: Any, uid: str
) -> None:
    (deployment,) = await made(stand, uid, {})
    texts = [f"line {number} \x1b[31mred\x1b[0m ü" for number in range(2500)]
    await stand.logs.write(deployment.id, "build", "\n".join(texts))
    await stand.logs.write(deployment.id, "route", "Live")
    path = f"/api/deployments/{deployment.id}/logs"
    answer = await ada.get(path, params={"format": "text"})
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "content-disposition" not in answer.headers
    lines = answer.text.splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [*(f"build   {text}" for text in texts), "route   Live"]
    assert lines[0][:11].startswith("20")
    assert lines[0].split(" ")[0].endswith("Z")
    only = await ada.get(path, params={"format": "text", "stage": "route", "download": "true"})
    assert only.text.endswith(" route   Live\n")
    assert only.text.count("\n") == 1
    assert only.headers["content-disposition"] == f'attachment; filename="shop-{deployment.id[-8:]}.log"'
    assert (await ada.get(path, params={"format": "text", "after": 2501})).text == ""
    assert (await eve.get(path, params={"format": "text"})).status_code == 404
    assert (await ada.get(path, params={"format": "xml"})).status_code == 422


async def test_a_log_without_lines_is_an_empty_text(ada: httpx.AsyncClient, stand: Any, uid: str) -> None:
    (deployment,) = await made(stand, uid, {})
    answer = await ada.get(f"/api/deployments/{deployment.id}/logs", params={"format": "text"})
    assert (answer.status_code, answer.text) == (200, "")
