"""What every Records promises about events and the audit log (src/zipp/records/records.py)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import a_deployment, a_site

from zipp.domain.activity import AuditEntry
from zipp.domain.deployment import Failure, Status
from zipp.domain.errors import Conflict, InvalidInput
from zipp.domain.ids import new_id, now
from zipp.records.records import Records


def an_entry(actor: str | None = "anna", *, action: str = "stop_deployment", days_ago: int = 0) -> AuditEntry:
    at = now() - timedelta(days=days_ago)
    return AuditEntry(
        id=new_id(),
        at=at,
        actor=actor,
        via="session" if actor else None,
        action=action,
        target="shop",
        status=200 if actor else 401,
        address="192.0.2.7",
    )


async def test_each_state_is_an_event_with_its_time_newest_first(records: Records) -> None:
    await records.create_site(a_site("shop"))
    deployment = a_deployment("shop", owner="bert")
    await records.create_deployment(deployment)
    (deployment,) = await records.save(deployment.model_copy(update={"status": Status.CLONING}))
    (deployment,) = await records.save(deployment.model_copy(update={"port": 3001}))  # the same state
    failure = Failure(code="build_failed", message="The build failed.")
    await records.save(deployment.model_copy(update={"status": Status.FAILED, "error": failure}))
    events = (await records.list_events(deployment=deployment.id, limit=10)).items
    assert [(event.status, event.code) for event in events] == [
        (Status.FAILED, "build_failed"),
        (Status.CLONING, None),
        (Status.PENDING, None),
    ]
    assert {(event.deployment, event.site, event.owner) for event in events} == {(deployment.id, "shop", "bert")}
    assert events[0].at >= events[1].at >= events[2].at


async def test_a_save_that_was_refused_is_no_event(records: Records) -> None:
    await records.create_site(a_site("shop"))
    deployment = a_deployment("shop")
    await records.create_deployment(deployment)
    with pytest.raises(Conflict):
        await records.save(deployment.model_copy(update={"status": Status.CLONING, "version": 7}))
    assert len((await records.list_events(limit=10)).items) == 1


async def test_events_are_listed_by_owner_in_pages_and_go_with_their_deployment(records: Records) -> None:
    await records.create_site(a_site("shop"))
    made = [a_deployment("shop", owner=owner) for owner in ("anna", "bert", "anna", "anna")]
    for deployment in made:
        await records.create_deployment(deployment)
    first = await records.list_events(owner="anna", limit=2)
    rest = await records.list_events(owner="anna", limit=2, cursor=first.next_cursor)
    assert [event.deployment for event in (*first.items, *rest.items)] == [made[3].id, made[2].id, made[0].id]
    assert rest.next_cursor is None
    await records.delete_deployment(made[2].id)
    left = await records.list_events(owner="anna", limit=10)
    assert [event.deployment for event in left.items] == [made[3].id, made[0].id]


async def test_one_that_comes_from_elsewhere_brings_no_event(records: Records) -> None:
    await records.create_site(a_site("shop"))
    await records.create_deployment(a_deployment("shop", status=Status.RUNNING))
    assert list((await records.list_events(limit=10)).items) == []


async def test_the_audit_log_keeps_entries_as_they_are_newest_first(records: Records) -> None:
    entries = [an_entry("anna"), an_entry(None, action="login"), an_entry("bert"), an_entry("anna")]
    for entry in entries:
        await records.add_audit(entry)
    assert list((await records.list_audit(limit=10)).items) == entries[::-1]
    page = await records.list_audit(actor="anna", limit=1)
    assert list(page.items) == [entries[3]]
    page = await records.list_audit(actor="anna", limit=1, cursor=page.next_cursor)
    assert (list(page.items), page.next_cursor) == ([entries[0]], None)


async def test_old_entries_are_deleted(records: Records) -> None:
    old, young = [an_entry(days_ago=days) for days in (200, 100)], an_entry(days_ago=1)
    for entry in (*old, young):
        await records.add_audit(entry)
    assert await records.delete_audit(before=now() - timedelta(days=90)) == 2
    assert await records.delete_audit(before=now() - timedelta(days=90)) == 0
    assert list((await records.list_audit(limit=10)).items) == [young]


async def test_cursors_of_other_lists_are_refused(records: Records) -> None:
    for _ in range(2):
        await records.add_audit(an_entry())
    cursor = (await records.list_audit(limit=1)).next_cursor
    with pytest.raises(InvalidInput) as refused:
        await records.list_events(limit=1, cursor=cursor)
    assert refused.value.code == "cursor_invalid"
