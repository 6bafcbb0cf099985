"""Logs as server-sent events, over real connections: complete, resumable, and ending when they should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sse import Event, events

from zipp.api import stream as stream_module
from zipp.domain.deployment import Failure, Status
from zipp.domain.errors import Unreachable
from zipp.domain.ids import now

GIT = {"url": "https://git.example.com/ada/blog.git"}


@pytest.fixture
async def deployment(served: Any, live_ada: httpx.AsyncClient) -> Any:
    shown = (await live_ada.post("/api/deployments/git", json=GIT)).json()
    return await served.stand.records.get_deployment(shown["id"])


@asynccontextmanager
async def following(
    client: httpx.AsyncClient, deployment: Any, query: str = "", last_event_id: str | None = None
) -> AsyncIterator[AsyncIterator[Event]]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    async with client.stream("GET", f"/api/deployments/{deployment.id}/logs{query}", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["cache-control"] == "no-store"
        yield events(response)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_failing_deployment_is_followed_to_its_end(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any
) -> None:
    stand = served.stand
    await stand.logs.write(deployment.id, "fetch", "before")
    async with following(live_ada, deployment) as stream:
        name, shown, _ = await anext(stream)
        assert (name, shown["status"]) == ("status", "PENDING")
        name, line, event_id = await anext(stream)
        assert (name, line["text"], event_id) == ("log", "before", "1")
        await stand.save(deployment, status=Status.CLONING)
        assert (await anext(stream))[1]["status"] == "CLONING"
        await stand.logs.write(deployment.id, "fetch", "the end\nof it")
        error = Failure(code="clone_failed", message="It failed.")
        await stand.save(deployment, status=Status.FAILED, error=error, finished_at=now())
        rest = [event async for event in stream]
    assert [name for name, *_ in rest][-1] == "end"
    assert [data["text"] for name, data, _ in rest if name == "log"] == ["the end", "of it"]
    assert [data["error"]["code"] for name, data, _ in rest if name == "status"] == ["clone_failed"]


async def test_a_broken_stream_resumes_where_it_was(served: Any, live_ada: httpx.AsyncClient, deployment: Any) -> None:
    await served.stand.logs.write(deployment.id, "build", "\n".join(f"line {number}" for number in range(1, 2001)))
    await served.stand.save(deployment, status=Status.FAILED)
    seen: list[int] = []
    last = None
    for _ in range(10):
        async with following(live_ada, deployment, last_event_id=last) as stream:
            async for name, line, event_id in stream:
                if name == "log":
                    seen.append(line["seq"])
                    last = event_id
                if name == "log" and line["seq"] % 300 == 0:
                    break  # the connection breaks
                if name == "end":
                    assert seen == list(range(1, 2001))
                    return
    raise AssertionError("no end came")


@pytest.mark.parametrize("last_event_id", ["nonsense", "-1", "9" * 400, "٣"])
async def test_an_unusable_last_event_id_does_no_harm(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any, last_event_id: str
) -> None:
    await served.stand.save(deployment, status=Status.FAILED)
    headers = {"Accept": b"text/event-stream", "Last-Event-ID": last_event_id.encode()}
    response = await live_ada.get(f"/api/deployments/{deployment.id}/logs", headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 200


async def test_a_chatty_build_loses_no_line(served: Any, live_ada: httpx.AsyncClient, deployment: Any) -> None:
    async def build() -> None:
        for number in range(20_000):
            await served.stand.logs.write(deployment.id, "build", f"line {number}")
        await served.stand.save(deployment, status=Status.FAILED)

    async with following(live_ada, deployment) as stream:
        building = asyncio.create_task(build())
        seen = [line["seq"] async for name, line, _ in stream if name == "log"]
        await building
    assert seen == list(range(1, 20_001))


async def test_a_build_stage_ends_once_the_deployment_runs(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any
) -> None:
    await served.stand.logs.write(deployment.id, "build", "built")
    await served.stand.logs.write(deployment.id, "route", "routed")
    await served.stand.save(deployment, status=Status.RUNNING)
    async with following(live_ada, deployment, "?stage=build") as stream:
        found = [(name, data) async for name, data, _ in stream]
    assert [name for name, _ in found] == ["status", "log", "end"]
    assert found[1][1]["text"] == "built"


async def test_a_running_deployment_is_followed_until_it_stops(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any
) -> None:
    stand = served.stand
    await stand.save(deployment, status=Status.RUNNING)
    async with following(live_ada, deployment) as stream:
        assert (await anext(stream))[1]["status"] == "RUNNING"
        await stand.logs.write(deployment.id, "runtime", "served", stream="stdout")
        assert (await anext(stream))[1]["text"] == "served"
        await stand.save(deployment, status=Status.STOPPED)
        assert [name async for name, *_ in stream] == ["status", "end"]


async def test_a_deleted_deployment_ends_the_stream(served: Any, live_ada: httpx.AsyncClient, deployment: Any) -> None:
    async with following(live_ada, deployment) as stream:
        await anext(stream)
        assert (await live_ada.delete(f"/api/deployments/{deployment.id}")).status_code == 204
        assert [name async for name, *_ in stream] == ["end"]


async def test_a_silent_stream_is_kept_alive(
    live_ada: httpx.AsyncClient, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "PING_SECONDS", 0.05)
    async with following(live_ada, deployment) as stream:
        while (await anext(stream))[:2] != ("comment", "ping"):  # on a busy machine it may come before the state
            pass


async def test_signing_out_ends_the_stream(
    live_ada: httpx.AsyncClient, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "PING_SECONDS", 0.2)
    async with following(live_ada, deployment) as stream:
        assert (await live_ada.post("/api/auth/logout")).status_code == 204
        assert [name async for name, *_ in stream if name not in ("comment", "status")] == ["end"]


async def test_an_outage_breaks_the_stream_off_and_is_not_its_end(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(secret: str) -> None:
        raise Unreachable("Firestore does not answer.")

    monkeypatch.setattr(stream_module, "PING_SECONDS", 0.2)
    async with following(live_ada, deployment) as stream:
        await anext(stream)
        monkeypatch.setattr(served.stand.identity, "authenticate", away)
        assert [name async for name, *_ in stream if name not in ("comment", "status")] == []


async def test_a_client_that_leaves_is_forgotten_at_once(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any
) -> None:
    async with following(live_ada, deployment) as stream:
        await anext(stream)
        assert served.stand.logs._followers
    await until(lambda: not served.stand.logs._followers)


async def test_the_server_ends_although_somebody_follows(
    served: Any, live_ada: httpx.AsyncClient, deployment: Any
) -> None:
    async with following(live_ada, deployment) as stream:
        await anext(stream)
        await served.stop()
        assert [name async for name, *_ in stream] == []


async def test_a_stream_needs_an_owner(served: Any, live_ada: httpx.AsyncClient, deployment: Any) -> None:
    eve = (await served.stand.member("eve@example.com")).secret
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {eve}"}
    response = await live_ada.get(f"/api/deployments/{deployment.id}/logs", headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
