"""What every Records promises to those who listen for changes, and to those who ask for many things at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from builders import a_deployment, a_site, deployed

from zipp.domain.deployment import UNDER_WAY, Status
from zipp.domain.errors import Conflict
from zipp.records.records import Change, LiveChange, Records


@pytest.fixture
def heard(records: Records) -> list[Change]:
    """What one listener was told."""
    changes: list[Change] = []
    records.changed.append(changes.append)
    return changes


def taken(heard: list[Change]) -> set[Change]:
    told = set(heard)
    heard.clear()
    return told


async def test_every_change_is_told_before_whoever_made_it_goes_on(records: Records, heard: list[Change]) -> None:
    site = Change("shop", "anna")
    await records.create_site(a_site())
    assert taken(heard) == {site}
    for changes in ({"env_encrypted": "sealed"}, {"domains": ("x.example",)}, {"framework": "node"}):
        await records.update_site("shop", changes)
        assert taken(heard) == {site}
    first, second = a_deployment(), a_deployment()
    one, two = Change("shop", "anna", first.id), Change("shop", "anna", second.id)
    for deployment, change in ((first, one), (second, two)):
        await records.create_deployment(deployment)
        assert taken(heard) == {change, site}
    (first,) = await records.save(first.model_copy(update={"status": Status.RUNNING}))
    assert taken(heard) == {one, site}
    await records.save(first, second, live=LiveChange("shop", None, second.id))
    assert taken(heard) == {one, two, site}
    await records.delete_deployment(second.id)
    assert taken(heard) == {Change("shop", "anna", second.id, gone=True), site}
    await records.delete_deployment(first.id)
    heard.clear()
    await records.delete_site("shop")
    assert taken(heard) == {Change("shop", "anna", gone=True)}


async def test_what_changes_nothing_is_not_told(records: Records, heard: list[Change]) -> None:
    (deployment,) = await deployed(records, "shop")
    heard.clear()
    with pytest.raises(Conflict):
        await records.save(deployment.model_copy(update={"version": 7}))
    with pytest.raises(Conflict):
        await records.create_site(a_site())
    with pytest.raises(Conflict):
        await records.delete_site("shop")
    await records.delete_site("nowhere")
    await records.delete_deployment("nowhere")
    await records.claim_next("w", lease_seconds=9)
    await records.renew_lease(deployment.id, "w", lease_seconds=9)
    await records.allocate_port(deployment.id, start=3001, end=3009)
    assert heard == []


async def test_a_change_is_told_although_whoever_made_it_went_away(records: Records, heard: list[Change]) -> None:
    (deployment,) = await deployed(records, "shop")
    stored = 0
    for port in range(1, 200):
        heard.clear()
        saving = asyncio.create_task(records.save(deployment.model_copy(update={"port": port})))
        for _ in range(port % 4):
            await asyncio.sleep(0)
        saving.cancel()
        with suppress(asyncio.CancelledError):
            await saving
        await records.save()  # behind it in the order of writes
        after = await records.get_deployment(deployment.id)
        assert after is not None
        told = Change("shop", "anna", deployment.id) in heard
        assert told == (after.port == port)
        stored += told
        deployment = after
    assert stored > 0


async def test_sites_are_found_by_name_or_domain_each_once(records: Records) -> None:
    await records.create_site(a_site("a", domains=("a.example", "b.example")))
    await records.create_site(a_site("b", domains=("c.example",)))
    await records.create_site(a_site("c"))
    found = await records.find_sites(names=["a", "c", "nowhere"], domains=["a.example", "b.example", "none.example"])
    assert {site.name: site.domains for site in found} == {"a": ("a.example", "b.example"), "c": ()}
    assert [site.name for site in await records.find_sites(domains=["c.example"])] == ["b"]
    assert list(await records.find_sites()) == []
    assert len(await records.find_sites(names=[f"x{number}" for number in range(2000)] + ["a"])) == 1


async def test_the_newest_deployment_of_each_site(records: Records) -> None:
    made = await deployed(records, "a", "b", "a", "c")
    await records.create_site(a_site("empty"))
    newest = await records.newest_deployments(["a", "b", "empty", "nowhere"])
    assert newest == {"a": made[2], "b": made[1]}
    await records.save(made[2].model_copy(update={"status": Status.FAILED}))
    await records.save(made[1].model_copy(update={"status": Status.STOPPED}))
    under_way = await records.newest_deployments(["a", "b", "c"], statuses=UNDER_WAY)
    assert under_way == {"a": made[0], "c": made[3]}
    assert await records.newest_deployments([]) == {}


async def test_that_a_build_was_forgotten_is_kept(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.save(deployment.model_copy(update={"forgotten": True}))
    stored = await records.get_deployment(deployment.id)
    assert stored is not None
    assert stored.forgotten
