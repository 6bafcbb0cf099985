"""What every Records promises about lists (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from builders import a_deployment, a_site, deployed

from zipp.domain.deployment import (
    Deployment,
    Status,
)
from zipp.domain.errors import InvalidInput
from zipp.records.records import Page, Records


async def all_pages(list_page: Callable[[str | None], Awaitable[Page[Deployment]]]) -> list[str]:
    seen, cursor = [], None
    while True:
        page = await list_page(cursor)
        seen += [item.id for item in page.items]
        assert len(seen) == len(set(seen)), "a page repeats what another had"
        cursor = page.next_cursor
        if cursor is None:
            return seen


async def test_deployments_are_filtered_by_owner_site_and_status(records: Records) -> None:
    for name in ("shop", "blog"):
        await records.create_site(a_site(name))
    wanted = a_deployment("shop", owner="bert", status=Status.RUNNING)
    others = [
        a_deployment("shop", owner="anna", status=Status.RUNNING),
        a_deployment("blog", owner="bert", status=Status.RUNNING),
        a_deployment("shop", owner="bert", status=Status.FAILED),
    ]
    for deployment in (wanted, *others):
        await records.create_deployment(deployment)
    page = await records.list_deployments(owner="bert", site="shop", statuses={Status.RUNNING}, limit=10)
    assert list(page.items) == [wanted]
    assert len((await records.list_deployments(owner="bert", limit=10)).items) == 3
    assert len((await records.list_deployments(statuses=[Status.FAILED, Status.RUNNING], limit=10)).items) == 4
    assert list((await records.list_deployments(statuses=[], limit=10)).items) == []


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
async def test_pages_join_without_gap_or_repeat(records: Records, limit: int) -> None:
    made = await deployed(records, *["shop"] * 10)
    seen = await all_pages(lambda cursor: records.list_deployments(limit=limit, cursor=cursor))
    assert seen == [item.id for item in reversed(made)]


async def test_pages_are_stable_while_deployments_come_and_go(records: Records) -> None:
    made = await deployed(records, *["shop"] * 9)
    seen, cursor = [], None
    for removed in (made[4], made[5], made[0]):  # the next one, one seen already, the last one
        page = await records.list_deployments(limit=3, cursor=cursor)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        await deployed(records, "shop")
        await records.delete_deployment(removed.id)
    assert seen == [made[i].id for i in (8, 7, 6, 5, 3, 2, 1, 0)]
    assert cursor is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "nonsense!", "ä", "\udc80", "AAAA" * 400, "ZGVwbG95bWVudHM6", "c2l0ZXM6YQ"]
)
async def test_cursor_that_is_none_of_ours_is_refused(records: Records, cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await records.list_deployments(limit=3, cursor=cursor)
    assert caught.value.code == "cursor_invalid"


async def test_cursor_of_another_list_is_refused(records: Records) -> None:
    await deployed(records, "shop", "blog")
    cursor = (await records.list_sites(owner=None, limit=1)).next_cursor
    assert cursor is not None
    with pytest.raises(InvalidInput):
        await records.list_deployments(limit=1, cursor=cursor)
    with pytest.raises(InvalidInput):
        await records.list_users(limit=1, cursor=cursor)
