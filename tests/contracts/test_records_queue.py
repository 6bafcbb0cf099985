"""What every Records promises about the queue (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from builders import a_deployment, a_site, deployed

from zipp.domain.deployment import (
    Deployment,
    Status,
)
from zipp.records.records import Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def claimed(records: Records, worker: str = "w", *, seconds: float = 60) -> str | None:
    deployment = await records.claim_next(worker, lease_seconds=seconds)
    return deployment and deployment.id


async def finish(records: Records, deployment: Deployment, worker: str = "w") -> None:
    current = await records.get_deployment(deployment.id)
    assert current is not None
    await records.save(current.model_copy(update={"status": Status.RUNNING}))
    await records.release_lease(deployment.id, worker)


async def test_empty_queue_hands_out_nothing(records: Records) -> None:
    assert await claimed(records) is None


async def test_oldest_is_handed_out_first_and_only_once(records: Records) -> None:
    made = await deployed(records, "a", "b", "c")
    assert [await claimed(records) for _ in range(4)] == [*(item.id for item in made), None]


async def test_claimed_deployment_is_as_it_is_stored(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    assert await records.claim_next("w", lease_seconds=60) == deployment
    assert await records.get_deployment(deployment.id) == deployment


@pytest.mark.parametrize("status", list(Status))
async def test_only_what_is_under_way_is_handed_out(records: Records, status: Status) -> None:
    await records.create_site(a_site())
    deployment = a_deployment(status=status)
    await records.create_deployment(deployment)
    under_way = status in (Status.PENDING, Status.CLONING, Status.BUILDING)
    assert await claimed(records) == (deployment.id if under_way else None)


async def test_cancelled_before_it_began_is_handed_out_to_be_ended(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.request_cancel(deployment.id)
    handed = await records.claim_next("w", lease_seconds=60)
    assert handed is not None
    assert (handed.id, handed.cancel_requested) == (deployment.id, True)


async def test_site_is_worked_on_by_one_at_a_time_oldest_first(records: Records) -> None:
    first, other, second = await deployed(records, "shop", "blog", "shop")
    assert await claimed(records, "w1") == first.id
    assert await claimed(records, "w2") == other.id
    assert await claimed(records, "w2") is None
    await finish(records, first, "w1")
    assert await claimed(records, "w2") == second.id


async def test_older_one_under_way_goes_first_even_if_it_was_given_back(records: Records) -> None:
    first, _second = await deployed(records, "shop", "shop")
    assert await claimed(records) == first.id
    await records.save(first.model_copy(update={"status": Status.BUILDING}))
    await records.release_lease(first.id, "w")
    assert await claimed(records) == first.id


async def test_lease_holds_its_site_until_it_is_given_back(records: Records) -> None:
    first, second = await deployed(records, "shop", "shop")
    assert await claimed(records) == first.id
    await records.save(first.model_copy(update={"status": Status.RUNNING}))
    assert await claimed(records) is None
    await records.release_lease(first.id, "w")
    assert await claimed(records) == second.id


async def test_expired_lease_is_lost_to_the_next_worker(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    assert await claimed(records, "w1", seconds=0) == deployment.id
    assert await claimed(records, "w2") == deployment.id
    assert not await records.renew_lease(deployment.id, "w1", lease_seconds=60)
    await records.release_lease(deployment.id, "w1")
    assert await claimed(records, "w3") is None, "a release by who lost the lease must not free it"


async def test_expired_lease_is_not_renewed_even_if_nobody_took_it(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await claimed(records, seconds=0)
    assert not await records.renew_lease(deployment.id, "w", lease_seconds=60)


async def test_renewed_lease_lasts_from_then(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await claimed(records, "w1", seconds=60)
    assert not await records.renew_lease(deployment.id, "w2", lease_seconds=60)
    assert await records.renew_lease(deployment.id, "w1", lease_seconds=0)
    assert await claimed(records, "w2") == deployment.id


async def test_earlier_life_of_a_worker_gives_back_all_and_only_its_own(records: Records) -> None:
    one, two, three = await deployed(records, "a", "b", "c")
    for worker in ("dead", "alive", "dead"):
        await claimed(records, worker)
    await records.drop_leases("dead")
    assert [await claimed(records, "dead") for _ in range(3)] == [one.id, three.id, None]
    assert await records.renew_lease(two.id, "alive", lease_seconds=60)


async def test_twenty_workers_never_share_a_deployment_or_a_site(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    made = await deployed(both[0], *[f"site-{i % 8}" for i in range(24)])
    site_of = {item.id: item.site for item in made}
    busy: set[str] = set()
    done: list[str] = []

    async def work(number: int) -> None:
        records, worker = both[number % 2], f"worker-{number}"
        while len(done) < len(made):
            deployment = await records.claim_next(worker, lease_seconds=60)
            if deployment is None:
                await asyncio.sleep(0.005)
                continue
            assert deployment.site not in busy, "two deployments of a site at once"
            busy.add(deployment.site)
            await asyncio.sleep(0)
            await records.save(deployment.model_copy(update={"status": Status.FAILED}))
            done.append(deployment.id)
            busy.discard(deployment.site)
            await records.release_lease(deployment.id, worker)

    await asyncio.gather(*(work(number) for number in range(WRITERS)))
    assert sorted(done) == sorted(site_of)
    for site in set(site_of.values()):
        ended = [one for one in done if site_of[one] == site]
        assert ended == sorted(ended), "a site's deployments must end in the order they came"
