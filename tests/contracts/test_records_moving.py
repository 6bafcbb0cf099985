"""What every Records promises to who moves all of it (src/zipp/records/records.py): `zipp migrate`, `zipp backup`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from builders import a_deployment, a_site, a_user, deployed
from filled import contents, fill

from zipp.domain.activity import came_to
from zipp.domain.deployment import Status
from zipp.domain.user import Role
from zipp.moving.origin import Home
from zipp.records.records import LiveChange, Records
from zipp.storage.local import LocalStorage

OpenRecords = Callable[[], Awaitable[Records]]


async def _home(records: Records, folder: Path) -> Home:
    storage = LocalStorage(folder / "files")
    await storage.start()
    return Home(records, storage)


async def test_erased_records_are_all_gone_and_the_store_works_on(open_records: OpenRecords, tmp_path: Path) -> None:
    records = await open_records()
    home = await _home(records, tmp_path)
    await fill(home, tmp_path)
    for _ in range(2):
        await records.erase()
        assert not any(found for name, found in (await contents(home)).items() if name != "files")
    again = await open_records()
    assert await again.claim_next("worker", lease_seconds=60) is None
    await fill(await _home(again, tmp_path), tmp_path)  # no name, address, domain or port is still taken


async def test_deployment_is_stored_with_every_field_as_it_is_given(records: Records, tmp_path: Path) -> None:
    home = await _home(records, tmp_path)
    await fill(home, tmp_path)
    for deployment in (await records.list_deployments(limit=100)).items:
        again = deployment.model_copy(update={"id": f"{deployment.id}-2"})
        await records.create_deployment(again)
        assert await records.get_deployment(again.id) == again


async def test_deployment_from_elsewhere_brings_its_events(records: Records) -> None:
    await records.create_site(a_site())
    running = a_deployment(status=Status.RUNNING, version=7)
    events = [came_to(running.model_copy(update={"status": status})) for status in (Status.PENDING, Status.RUNNING)]
    await records.create_deployment(running, events=events)
    assert [*reversed((await records.list_events(deployment=running.id, limit=10)).items)] == events
    begun = a_deployment()
    await records.create_deployment(begun, events=[came_to(begun)])
    assert len((await records.list_events(deployment=begun.id, limit=10)).items) == 1


async def test_live_pointer_moves_without_any_deployment_being_saved(records: Records) -> None:
    (made,) = await deployed(records, "shop")
    assert await records.save(live=LiveChange("shop", expected=None, to=made.id)) == ()
    site = await records.get_site("shop")
    assert site is not None
    assert site.live_deployment == made.id
    assert await records.get_deployment(made.id) == made


async def test_snapshot_can_be_read_like_the_records(records: Records, tmp_path: Path) -> None:
    home = await _home(records, tmp_path)
    await fill(home, tmp_path)
    async with records.snapshot() as frozen:
        assert await contents(Home(frozen, home.storage)) == await contents(home)
    await records.create_site(a_site("later"))
    await records.create_deployment(a_deployment("later"))
    await records.create_user(a_user("late@example.com", role=Role.ADMIN))
