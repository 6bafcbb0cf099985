"""What every Records promises about deployments (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from builders import a_deployment, a_site, codes_of, deployed

from zipp.domain.deployment import (
    Failure,
    GitSource,
    Stage,
    Status,
    Step,
    ZipSource,
    entered,
    moved,
)
from zipp.domain.errors import Conflict, NotFound
from zipp.domain.ids import new_id, now
from zipp.domain.plan import BuildPlan
from zipp.records.records import LiveChange, Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def test_deployment_comes_back_as_it_was_stored(records: Records) -> None:
    await records.create_site(a_site())
    at = now()
    full = a_deployment(
        source=GitSource(url="https://git.example/x.git", ref="main", commit="0" * 40, token_encrypted="sealed"),
        status=Status.FAILED,
        error=Failure(code="build_failed", message="No.", hint="Look.", stage="build"),
        plan=BuildPlan(framework="node", summary="Node", install=("npm ci",), env={"A": "ä"}, limits={"pids": 64}),
        image="sha256:" + "1" * 64,
        port=3001,
        stages=(Stage(name="fetch", started_at=at, finished_at=at), Stage(name="build", started_at=at)),
        started_at=at,
        finished_at=at,
        cancel_requested=True,
    )
    plain = a_deployment()
    for deployment in (full, plain):
        await records.create_deployment(deployment)
        assert await records.get_deployment(deployment.id) == deployment
    assert await records.get_deployment(new_id()) is None


async def test_deployment_of_no_site_is_refused(records: Records) -> None:
    deployment = a_deployment("nowhere")
    with pytest.raises(NotFound):
        await records.create_deployment(deployment)
    assert await records.get_deployment(deployment.id) is None


async def test_deployment_is_made_once(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    with pytest.raises(Conflict) as caught:
        await records.create_deployment(deployment)
    assert caught.value.code == "deployment_exists"


async def test_twenty_writers_lose_no_deployment(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    await both[0].create_site(a_site())
    made = [a_deployment() for _ in range(WRITERS * 5)]
    await asyncio.gather(*(both[i % 2].create_deployment(deployment) for i, deployment in enumerate(made)))
    page = await both[0].list_deployments(limit=len(made))
    assert list(page.items) == made[::-1]


async def test_save_stores_the_change_and_counts_the_version(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    begun = entered(moved(deployment, Status.CLONING, at=now()), Step.FETCH, at=now())
    (saved,) = await records.save(begun)
    assert saved == begun.model_copy(update={"version": deployment.version + 1})
    assert await records.get_deployment(deployment.id) == saved


async def test_save_of_a_stale_version_changes_nothing(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    (saved,) = await records.save(deployment.model_copy(update={"image": "first"}))
    with pytest.raises(Conflict) as caught:
        await records.save(deployment.model_copy(update={"image": "second"}))
    assert caught.value.code == "stale"
    assert await records.get_deployment(deployment.id) == saved


async def test_save_of_what_was_never_created_is_stale(records: Records) -> None:
    with pytest.raises(Conflict) as caught:
        await records.save(a_deployment())
    assert caught.value.code == "stale"


async def test_of_twenty_saves_of_one_version_one_wins(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    (deployment,) = await deployed(both[0], "shop")
    changed = [deployment.model_copy(update={"image": f"image-{i}"}) for i in range(WRITERS)]
    assert await codes_of(*(both[i % 2].save(one) for i, one in enumerate(changed))) == ["ok"] + ["stale"] * (
        WRITERS - 1
    )


async def test_twenty_writers_that_repeat_a_stale_save_lose_no_change(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    (deployment,) = await deployed(both[0], "shop")

    async def count_up(records: Records) -> None:
        while True:
            current = await records.get_deployment(deployment.id)
            assert current is not None
            try:
                await records.save(current.model_copy(update={"port": (current.port or 0) + 1}))
            except Conflict:
                continue
            return

    await asyncio.gather(*(count_up(both[i % 2]) for i in range(WRITERS)))
    counted = await both[0].get_deployment(deployment.id)
    assert counted is not None
    assert (counted.port, counted.version) == (WRITERS, WRITERS)


async def test_two_deployments_and_the_live_pointer_move_as_one(records: Records) -> None:
    old, new = await deployed(records, "shop", "shop")
    (old,) = await records.save(
        old.model_copy(update={"status": Status.RUNNING}), live=LiveChange("shop", None, old.id, "static")
    )
    stopped = moved(old, Status.STOPPED, at=now())
    running = new.model_copy(update={"status": Status.RUNNING})
    await records.save(running, stopped, live=LiveChange("shop", old.id, new.id))
    site = await records.get_site("shop")
    assert site is not None
    assert (site.live_deployment, site.framework) == (new.id, "static")
    states = {item.id: item.status for item in (await records.list_deployments(limit=10)).items}
    assert states == {old.id: Status.STOPPED, new.id: Status.RUNNING}


@pytest.mark.parametrize("wrong", ["second version", "live pointer", "live site", "same one twice"])
async def test_save_is_all_or_nothing(records: Records, wrong: str) -> None:
    one, two = await deployed(records, "shop", "shop")
    site = await records.get_site("shop")
    changed = [item.model_copy(update={"image": "changed"}) for item in (one, two)]
    live = LiveChange("shop", None, one.id, "node")
    if wrong == "second version":
        changed[1] = changed[1].model_copy(update={"version": 7})
    elif wrong == "live pointer":
        live = LiveChange("shop", two.id, one.id, "node")
    elif wrong == "live site":
        live = LiveChange("nowhere", None, one.id)
    else:
        changed[1] = changed[0]
    with pytest.raises(Conflict) as caught:
        await records.save(*changed, live=live)
    assert caught.value.code == "stale"
    assert [await records.get_deployment(item.id) for item in (one, two)] == [one, two]
    assert await records.get_site("shop") == site


async def test_live_pointer_can_be_taken_away(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.save(live=LiveChange("shop", None, deployment.id))
    await records.save(live=LiveChange("shop", deployment.id, None))
    site = await records.get_site("shop")
    assert site is not None
    assert site.live_deployment is None


async def test_of_twenty_that_go_live_at_once_one_does(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    made = await deployed(both[0], *["shop"] * WRITERS)
    running = [item.model_copy(update={"status": Status.RUNNING}) for item in made]
    saves = (both[i % 2].save(item, live=LiveChange("shop", None, item.id)) for i, item in enumerate(running))
    assert await codes_of(*saves) == ["ok"] + ["stale"] * (WRITERS - 1)
    page = await both[0].list_deployments(statuses={Status.RUNNING}, limit=100)
    site = await both[0].get_site("shop")
    assert site is not None
    assert [item.id for item in page.items] == [site.live_deployment]


async def test_cancel_request_survives_a_save_and_does_not_disturb_it(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.request_cancel(deployment.id)
    await records.request_cancel(deployment.id)
    (saved,) = await records.save(deployment.model_copy(update={"image": "built"}))
    stored = await records.get_deployment(deployment.id)
    assert stored is not None
    assert (stored.cancel_requested, stored.image, stored.version) == (True, "built", saved.version)


async def test_save_does_not_set_a_cancel_request(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.save(deployment.model_copy(update={"cancel_requested": True}))
    stored = await records.get_deployment(deployment.id)
    assert stored is not None
    assert not stored.cancel_requested


async def test_deleted_deployment_leaves_neither_port_nor_live_pointer(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.allocate_port(deployment.id, start=3001, end=3009)
    await records.save(deployment, live=LiveChange("shop", None, deployment.id))
    await records.delete_deployment(deployment.id)
    await records.delete_deployment(deployment.id)
    site = await records.get_site("shop")
    assert site is not None
    assert site.live_deployment is None
    assert await records.get_deployment(deployment.id) is None
    assert await records.ports_in_use() == {}


async def test_archive_is_in_use_as_long_as_a_deployment_has_it(records: Records) -> None:
    await records.create_site(a_site())
    archive = "cd" * 32
    both = [a_deployment(source=ZipSource(filename="x.zip", size=1, sha256=archive)) for _ in range(2)]
    for deployment in both:
        await records.create_deployment(deployment)
    assert not await records.archive_in_use("ef" * 32)
    await records.delete_deployment(both[0].id)
    assert await records.archive_in_use(archive)
    await records.delete_deployment(both[1].id)
    assert not await records.archive_in_use(archive)


async def test_cancelled_callers_leave_whole_changes_and_a_store_that_works(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")

    async def change(number: int) -> None:
        current = await records.get_deployment(deployment.id)
        assert current is not None
        live = (await records.get_site("shop") or a_site()).live_deployment
        await records.save(current.model_copy(update={"port": number}), live=LiveChange("shop", live, f"port-{number}"))

    for number in range(3001, 3101):
        task = asyncio.create_task(change(number))
        for _ in range(random.randrange(12)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for _ in range(200):  # what was begun may still be finished, whole
        stored, site = await records.get_deployment(deployment.id), await records.get_site("shop")
        assert stored is not None
        assert site is not None
        with suppress(Conflict):
            await records.save(stored, live=LiveChange("shop", f"port-{stored.port}" if stored.port else None, "done"))
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"port {stored.port} and {site.live_deployment} were not stored together")
