"""What a page is told by a real platform: real deployments, real visits, two people who see only what is theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from live import LivePlatform, answering, running_platform, until, zipped
from sse import Event, events

SECONDS = 60


@pytest.fixture(scope="module")
def platform() -> Iterator[LivePlatform]:
    yield from running_platform(ZIPP_KEEP_RELEASES="2", ZIPP_DRAIN_TIMEOUT_SECONDS="1")


@pytest.fixture(scope="module")
def eve(platform: LivePlatform) -> dict[str, str]:
    return platform.newcomer("eve@example.com")


class Followed:
    """Everything that came; `until` waits for what has not come yet."""

    def __init__(self, stream: AsyncIterator[Event]) -> None:
        self._stream = stream
        self.seen: list[tuple[str, Any]] = []

    async def until(self, name: str, where: Callable[[Any], object] = lambda data: True) -> Any:
        async with asyncio.timeout(SECONDS):
            async for found, data, _ in self._stream:
                self.seen.append((found, data))
                if found == name and where(data):
                    return data
        raise AssertionError(f"the stream ended without {name}")

    def of(self, name: str) -> list[Any]:
        return [data for found, data in self.seen if found == name]


@asynccontextmanager
async def following(
    platform: LivePlatform, headers: dict[str, str] | None = None, query: str = "", last_event_id: str = ""
) -> AsyncIterator[Followed]:
    sent = {"Last-Event-ID": last_event_id, **(headers or {"Authorization": f"Bearer {platform.token}"})}
    async with (
        httpx.AsyncClient(base_url=platform.url, timeout=SECONDS) as client,
        client.stream("GET", f"/api/events{query}", headers=sent) as response,
    ):
        assert response.status_code == 200
        stream = events(response)
        assert (await anext(stream))[0] == "ready"
        yield Followed(stream)


async def call(platform: LivePlatform, method: str, path: str, **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {platform.token}"} | options.pop("headers", {})
    async with httpx.AsyncClient(base_url=platform.url, timeout=SECONDS) as client:
        answer = await client.request(method, path, headers=headers, **options)
    assert answer.is_success, answer.text
    return answer


async def upload(platform: LivePlatform, site: str, text: str, headers: dict[str, str] | None = None) -> str:
    content = zipped({"index.html": text})
    form = {"files": {"file": ("site.zip", content)}, "data": {"site": site}}
    return str((await call(platform, "POST", "/api/deployments/zip", headers=headers or {}, **form)).json()["id"])


async def test_a_site_is_told_from_its_first_deployment_to_its_end(platform: LivePlatform, eve: dict[str, str]) -> None:
    async with following(platform) as admin, following(platform, eve) as of_eve:
        await upload(platform, "hers", "eve's", headers=eve)
        await of_eve.until("site", lambda site: site["status"] == "live")
        first = await upload(platform, "shop", "one")
        await admin.until("site", lambda site: site["name"] == "shop" and site["status"] == "live")
        states = [each["status"] for each in admin.of("deployment") if each["id"] == first]
        assert states[-1] == "RUNNING"

        second = await upload(platform, "shop", "two")
        await admin.until("deployment", lambda each: each["id"] == second and each["is_live"])
        await admin.until("site", lambda site: site["live_deployment"] == second)
        stopped = [each for each in admin.of("deployment") if each["id"] == first][-1]
        assert (stopped["status"], stopped["is_live"], stopped["can_roll_back"]) == ("STOPPED", False, True)

        await call(platform, "POST", "/api/sites/shop/rollback", json={"deployment_id": first})
        await admin.until("site", lambda site: site["live_deployment"] == first)
        await call(platform, "PATCH", "/api/sites/shop/env", json={"NAME": "value"})
        assert (await admin.until("site"))["env_keys"] == ["NAME"]
        await call(platform, "PATCH", "/api/sites/shop", json={"domains": ["shop.example"]})
        assert (await admin.until("site"))["domains"] == ["shop.example"]
        await call(platform, "PATCH", "/api/sites/shop", json={"limits": {"pids": 99}})
        assert (await admin.until("site"))["limits"]["pids"] == 99

        await call(platform, "POST", f"/api/deployments/{first}/stop")
        await admin.until("site", lambda site: site["status"] == "stopped")
        third = (await call(platform, "POST", f"/api/deployments/{second}/redeploy")).json()["id"]
        await admin.until("site", lambda site: site["live_deployment"] == third and site["status"] == "live")
        await call(platform, "DELETE", f"/api/deployments/{second}")
        assert await admin.until("deployment_deleted") == {"id": second, "site": "shop"}
        await call(platform, "DELETE", "/api/sites/shop")
        assert await admin.until("site_deleted") == {"name": "shop"}

        await call(platform, "PATCH", "/api/sites/hers/env", json={"LAST": "1"}, headers=eve)
        await of_eve.until("site", lambda site: site["env_keys"] == ["LAST"])
    assert "shop" not in json.dumps(of_eve.seen)


async def test_a_log_is_followed_over_the_same_stream_and_resumes(platform: LivePlatform) -> None:
    deployment = (await asyncio.to_thread(platform.upload, answering("hello"), "logged"))["id"]
    async with following(platform, query=f"?logs={deployment}") as page:
        await page.until("log", lambda line: line["text"].startswith("Live at"))
    lines = page.of("log")
    assert len(lines) > 3
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    half = lines[len(lines) // 2]["seq"]
    async with following(platform, query=f"?logs={deployment}", last_event_id=str(half)) as page:
        assert (await page.until("log"))["seq"] == half + 1
        await call(platform, "POST", f"/api/deployments/{deployment}/stop")
        await page.until("log_end")
    text = (await call(platform, "GET", f"/api/deployments/{deployment}/logs?format=text")).text
    assert "Live at" in text


async def test_visits_through_nginx_are_counted_and_told(platform: LivePlatform) -> None:
    # Live before the first visit: the page that says "starting" is a 503, and counted as one.
    await asyncio.to_thread(platform.deploy, zipped({"index.html": "hello"}), "visited")
    await call(platform, "PATCH", "/api/sites/visited", json={"domains": ["www.visited.example"]})
    before = sum(platform.site("visited")["traffic"]["requests"])
    for _ in range(20):
        await asyncio.to_thread(platform.visit, "visited")
        await asyncio.to_thread(platform.visit, "visited", "/missing", headers={"Host": "www.visited.example"})

    def counted() -> int:
        traffic = platform.site("visited")["traffic"]
        assert sum(traffic["errors"]) == 0
        return sum(traffic["requests"])

    await asyncio.to_thread(until, lambda: counted() >= before + 40, what="the visits")
    async with following(platform) as page:
        await asyncio.to_thread(platform.visit, "visited")
        await page.until("site", lambda site: sum(site["traffic"]["requests"]) > before + 40)


async def rollback_works(platform: LivePlatform, site: str, deployment_id: str) -> bool:
    async with httpx.AsyncClient(base_url=platform.url, timeout=SECONDS) as client:
        answer = await client.post(
            f"/api/sites/{site}/rollback",
            json={"deployment_id": deployment_id},
            headers={"Authorization": f"Bearer {platform.token}"},
        )
    assert answer.status_code in (200, 409), answer.text
    return answer.status_code == 200


def shown(platform: LivePlatform, site: str) -> dict[str, bool]:
    answer = platform.api.get("/api/deployments", params={"site": site})
    return {each["id"]: each["can_roll_back"] for each in answer.json()["items"]}


@pytest.mark.parametrize("kind", ["files", "container"])
async def test_what_can_be_rolled_back_to_is_what_a_rollback_takes(platform: LivePlatform, kind: str) -> None:
    site = f"kept-{kind}"

    def deploy(text: str) -> str:
        content = zipped({"index.html": text}) if kind == "files" else answering(text)
        return str(platform.deploy(content, site)["id"])

    made = [await asyncio.to_thread(deploy, f"version {number}") for number in range(4)]
    # One is live, and of two that are kept (ZIPP_KEEP_RELEASES) that is one.
    expected = {made[0]: False, made[1]: False, made[2]: True, made[3]: False}
    await asyncio.to_thread(until, lambda: shown(platform, site) == expected, what="what is kept")
    for deployment in made[:2]:
        assert not await rollback_works(platform, site, deployment)
    await call(platform, "DELETE", f"/api/deployments/{made[1]}")
    assert shown(platform, site) == {made[0]: False, made[2]: True, made[3]: False}
    assert await rollback_works(platform, site, made[2])
    assert shown(platform, site) == {made[0]: False, made[2]: False, made[3]: True}


async def test_an_image_that_somebody_removed_is_found_out(platform: LivePlatform) -> None:
    made = [
        (await asyncio.to_thread(platform.deploy, answering(text), "cleaned"))["id"] for text in ("first", "second")
    ]
    assert shown(platform, "cleaned") == {made[0]: True, made[1]: False}
    await asyncio.to_thread(until, lambda: made[0] not in platform.containers(), what="the container's retirement")
    platform.docker("rmi", "-f", *platform.images(made[0]))
    assert not await rollback_works(platform, "cleaned", made[0])
    assert shown(platform, "cleaned") == {made[0]: False, made[1]: False}


async def test_what_was_removed_while_the_platform_was_down_is_found_out_at_its_start(platform: LivePlatform) -> None:
    made = [(await asyncio.to_thread(platform.deploy, answering(text), "swept"))["id"] for text in ("first", "second")]
    await asyncio.to_thread(until, lambda: made[0] not in platform.containers(), what="the container's retirement")
    assert shown(platform, "swept")[made[0]]
    await asyncio.to_thread(platform.stop)
    platform.docker("rmi", "-f", *platform.images(made[0]))
    await asyncio.to_thread(platform.start)
    await asyncio.to_thread(until, lambda: not shown(platform, "swept")[made[0]], what="the look for what is kept")


async def test_variables_set_at_once_are_all_kept_and_not_too_many(platform: LivePlatform) -> None:
    await upload(platform, "busy-env", "hello")
    await asyncio.gather(
        *(call(platform, "PATCH", "/api/sites/busy-env/env", json={f"V{n}": "x", "SAME": str(n)}) for n in range(20))
    )
    await call(platform, "PATCH", "/api/sites/busy-env/env", json={"SAME": None})
    assert platform.site("busy-env")["env_keys"] == sorted(f"V{number}" for number in range(20))
    many = {f"W{number}": "x" for number in range(190)}
    refused = await asyncio.to_thread(platform.api.patch, "/api/sites/busy-env/env", json=many)
    assert (refused.status_code, refused.json()["code"]) == (422, "env_too_many")
    assert len(platform.site("busy-env")["env_keys"]) == 20
