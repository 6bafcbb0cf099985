"""The one stream of a page, over real connections: each sees what is theirs, once a moment, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from builders import a_deployment, a_site
from sse import Event, events

from zipp.api import live as live_module
from zipp.api import stream as stream_module
from zipp.api.live import MOST_WAITING, Subscription
from zipp.domain.deployment import Status
from zipp.domain.user import Role, User
from zipp.identity.identity import Grant
from zipp.records.records import LiveChange

SECONDS = 20


@asynccontextmanager
async def following(
    served: Any, grant: Grant, query: str = "", last_event_id: str | None = None
) -> AsyncIterator[AsyncIterator[Event]]:
    """The events after `ready`."""
    headers = {"Authorization": f"Bearer {grant.secret}"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    async with (
        httpx.AsyncClient(base_url=served.url, timeout=SECONDS, trust_env=False) as client,
        client.stream("GET", f"/api/events{query}", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert (response.headers["x-accel-buffering"], response.headers["cache-control"]) == ("no", "no-store")
        found = events(response)
        assert await anext(found) == ("ready", {}, None)
        yield found


async def next_of(stream: AsyncIterator[Event], *names: str) -> Any:
    """The data of the next event with one of the names."""
    async with asyncio.timeout(SECONDS):
        async for name, data, _ in stream:
            if name in names:
                return data
    raise AssertionError("the stream has ended")


@pytest.fixture
async def ada(served: Any) -> Grant:
    return await served.stand.member("ada@example.com")  # type: ignore[no-any-return]


@pytest.fixture
async def eve(served: Any) -> Grant:
    return await served.stand.member("eve@example.com")  # type: ignore[no-any-return]


@pytest.fixture
async def root(served: Any) -> Grant:
    return await served.stand.member("root@example.com", role=Role.ADMIN)  # type: ignore[no-any-return]


async def made(served: Any, grant: Grant, site: str, **fields: Any) -> Any:
    """A deployment of a site, both theirs."""
    records = served.stand.records
    if await records.get_site(site) is None:
        await records.create_site(a_site(site, owner=grant.user.uid))
    deployment = a_deployment(site, owner=grant.user.uid, **fields)
    await records.create_deployment(deployment)
    return deployment


async def test_each_sees_what_is_theirs_and_an_admin_everything(
    served: Any, ada: Grant, eve: Grant, root: Grant
) -> None:
    async with (
        following(served, ada) as of_ada,
        following(served, eve) as of_eve,
        following(served, root) as of_root,
    ):
        hers = await made(served, ada, "ada-site")
        assert (await next_of(of_ada, "deployment"))["id"] == hers.id
        shown = await next_of(of_ada, "site")
        assert (shown["name"], shown["status"], shown["latest"]["id"]) == ("ada-site", "deploying", hers.id)
        evil = await made(served, eve, "eve-site")
        assert (await next_of(of_eve, "deployment", "site"))["id"] == evil.id
        assert [(await next_of(of_root, "deployment"))["id"] for _ in range(2)] == [hers.id, evil.id]
        await served.stand.records.delete_deployment(hers.id)
        assert await next_of(of_ada, "deployment_deleted") == {"id": hers.id, "site": "ada-site"}
        assert (await next_of(of_ada, "site"))["status"] == "empty"
        await served.stand.records.delete_site("ada-site")
        assert await next_of(of_ada, "site_deleted", "site") == {"name": "ada-site"}
        assert await next_of(of_root, "site_deleted") == {"name": "ada-site"}
        assert (await next_of(of_eve, "site"))["name"] == "eve-site"
        last = await made(served, eve, "eve-last")
        assert (await anext(of_eve))[1]["id"] == last.id, "nothing came before it"


async def test_a_burst_of_saves_is_few_events_of_which_the_last_is_true(
    served: Any, ada: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "TOGETHER_SECONDS", 0.3)
    deployment = await made(served, ada, "busy")
    async with following(served, ada) as stream:
        saves = 100
        for port in range(1, saves + 1):
            deployment = await served.stand.save(deployment, port=port)
        seen = [(await next_of(stream, "deployment"))["port"]]
        while seen[-1] != saves:
            seen.append((await next_of(stream, "deployment"))["port"])
        assert len(seen) <= saves / 5
        assert seen == sorted(seen)


async def test_what_goes_live_is_told_with_what_it_took_the_place_of(served: Any, ada: Grant) -> None:
    old = await made(served, ada, "shop", status=Status.RUNNING)
    await served.stand.records.save(old, live=LiveChange("shop", None, old.id))
    old = await served.stand.records.get_deployment(old.id)
    new = await made(served, ada, "shop", status=Status.BUILDING)
    async with following(served, ada) as stream:
        running = new.model_copy(update={"status": Status.RUNNING})
        stopped = old.model_copy(update={"status": Status.STOPPED})
        await served.stand.records.save(running, stopped, live=LiveChange("shop", old.id, new.id))
        told = [await next_of(stream, "deployment") for _ in range(2)]
        assert {(each["id"], each["is_live"]) for each in told} == {(new.id, True), (old.id, False)}
        site = await next_of(stream, "site")
        assert (site["status"], site["live_deployment"]) == ("live", new.id)


async def test_a_log_comes_along_and_resumes(served: Any, ada: Grant) -> None:
    deployment = await made(served, ada, "shop")
    write = served.stand.logs.write
    await write(deployment.id, "build", "\n".join(f"line {number}" for number in range(1, 1201)))
    seen: list[int] = []
    async with following(served, ada, f"?logs={deployment.id}&after=100") as stream:
        async for name, line, event_id in stream:
            if name == "log":
                assert event_id == str(line["seq"])
                seen.append(line["seq"])
                if line["seq"] == 700:
                    break  # the connection breaks
    async with following(served, ada, f"?logs={deployment.id}&after=100", last_event_id="700") as stream:
        while seen[-1] < 1200:
            seen.append((await next_of(stream, "log"))["seq"])
        await write(deployment.id, "build", "one more")
        assert (await next_of(stream, "log"))["text"] == "one more"
        await served.stand.save(deployment, status=Status.FAILED)
        names = [name for name, *_ in [await anext(stream) for _ in range(3)]]
        assert sorted(names) == ["deployment", "log_end", "site"]
        await made(served, ada, "another")
        assert (await next_of(stream, "deployment", "log_end"))["site"] == "another"
    assert seen == list(range(101, 1201))


async def test_a_long_log_does_not_hold_up_the_rest(served: Any, ada: Grant) -> None:
    deployment = await made(served, ada, "shop")
    await served.stand.logs.write(deployment.id, "build", "\n".join("x" * 100 for _ in range(30_000)))
    async with following(served, ada, f"?logs={deployment.id}") as stream:
        assert (await next_of(stream, "log"))["seq"] == 1
        await made(served, ada, "another")
        lines = 0
        async for name, *_ in stream:
            lines += name == "log"
            if name == "deployment":
                break
        assert lines < 30_000 - 1


async def test_a_deleted_deployments_log_ends_and_the_stream_goes_on(served: Any, ada: Grant) -> None:
    deployment = await made(served, ada, "shop")
    async with following(served, ada, f"?logs={deployment.id}") as stream:
        await served.stand.records.delete_deployment(deployment.id)
        assert await next_of(stream, "log_end") == {}
        await made(served, ada, "another")
        assert (await next_of(stream, "deployment"))["site"] == "another"


async def test_somebody_elses_log_is_not_found(served: Any, ada: Grant, eve: Grant) -> None:
    deployment = await made(served, ada, "shop")
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        for query, headers, status in (
            (f"?logs={deployment.id}", {"Authorization": f"Bearer {eve.secret}"}, 404),
            ("?logs=nonsense", {"Authorization": f"Bearer {ada.secret}"}, 404),
            ("?after=-1", {"Authorization": f"Bearer {ada.secret}"}, 422),
            ("", {}, 401),
        ):
            answer = await client.get(f"/api/events{query}", headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_the_end_of_the_session_ends_the_stream(served: Any, ada: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "PING_SECONDS", 0.2)
    async with following(served, ada) as stream:
        await served.stand.records.delete_token(ada.token.id)
        assert [name async for name, *_ in stream if name != "comment"] == []


async def test_who_becomes_an_admin_starts_again_and_sees_everything(
    served: Any, ada: Grant, eve: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "PING_SECONDS", 0.2)
    async with following(served, eve) as stream:
        await served.stand.records.update_user(eve.user.uid, {"role": Role.ADMIN})
        assert await next_of(stream, "ready") == {}
        await made(served, ada, "ada-site")
        assert (await next_of(stream, "deployment"))["site"] == "ada-site"


async def test_the_server_ends_although_somebody_follows(served: Any, ada: Grant) -> None:
    async with following(served, ada) as stream:
        await served.stop()
        assert [name async for name, *_ in stream] == []


async def test_who_leaves_is_forgotten(served: Any, ada: Grant) -> None:
    live = served.server.config.app.state.live
    async with following(served, ada):
        assert len(live._subscriptions) == 1
    async with asyncio.timeout(SECONDS):
        while live._subscriptions:
            await asyncio.sleep(0.01)
    await made(served, ada, "shop")
    assert not live._pending


async def test_more_changes_than_can_be_told_one_by_one_are_a_fresh_start(served: Any, ada: Grant) -> None:
    async with following(served, ada) as stream:
        live = served.server.config.app.state.live
        change = (await made(served, ada, "shop")).site
        for number in range(MOST_WAITING + 1):
            live.record_changed(live_module.Change(f"{change}-{number}", ada.user.uid))
        assert await next_of(stream, "ready") == {}


def test_a_client_that_is_too_slow_starts_again_and_holds_no_more_memory() -> None:
    user = User.model_validate({"uid": "u", "email": None, "created_at": "2030-01-01T00:00:00Z"})
    subscription, site = Subscription(user, asyncio.Event()), a_site(owner="u")
    subscription.give(site, b"before it is ready: it will ask anyway")
    assert list(subscription.take()) == [b"event: ready\ndata: {}\n\n"]
    for number in range(MOST_WAITING + 1):
        subscription.give(site, str(number).encode())
        assert len(subscription._waiting) <= MOST_WAITING
    subscription.give(site, b"not told either")
    assert list(subscription.take()) == [b"event: ready\ndata: {}\n\n"]
    subscription.give(site, b"told")
    subscription.give(a_site(owner="somebody"), b"not theirs")
    assert list(subscription.take()) == [b"told"]
