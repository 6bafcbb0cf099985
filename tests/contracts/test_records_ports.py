"""What every Records promises about ports (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from builders import deployed

from zipp.domain.errors import NotFound, Unavailable
from zipp.domain.ids import new_id
from zipp.records.records import Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def test_lowest_free_port_is_given_and_given_again(records: Records) -> None:
    one, two, three = await deployed(records, "a", "b", "c")
    assert await records.allocate_port(one.id, start=3001, end=3009) == 3001
    assert await records.allocate_port(two.id, start=3001, end=3009) == 3002
    assert await records.allocate_port(one.id, start=3001, end=3009) == 3001
    await records.release_port(one.id)
    await records.release_port(one.id)
    assert await records.allocate_port(three.id, start=3001, end=3009) == 3001
    assert await records.ports_in_use() == {3001: three.id, 3002: two.id}


async def test_excluded_port_is_exchanged_for_another(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.allocate_port(deployment.id, start=3001, end=3009)
    assert await records.allocate_port(deployment.id, start=3001, end=3009, exclude={3001, 3002}) == 3003
    assert await records.ports_in_use() == {3003: deployment.id}


async def test_exhausted_ports_are_said_to_be_and_the_held_one_is_kept(records: Records) -> None:
    one, two = await deployed(records, "a", "b")
    await records.allocate_port(one.id, start=3001, end=3001)
    for asking, exclude in ((two, []), (one, [3001])):
        with pytest.raises(Unavailable) as caught:
            await records.allocate_port(asking.id, start=3001, end=3001, exclude=exclude)
        assert caught.value.code == "ports_exhausted"
    assert await records.ports_in_use() == {3001: one.id}


async def test_no_port_for_a_deployment_that_is_gone(records: Records) -> None:
    with pytest.raises(NotFound):
        await records.allocate_port(new_id(), start=3001, end=3009)
    assert await records.ports_in_use() == {}


async def test_twenty_at_once_get_twenty_ports(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    made = await deployed(both[0], *[f"site-{i}" for i in range(WRITERS)])
    given = await asyncio.gather(
        *(both[i % 2].allocate_port(item.id, start=3001, end=3100) for i, item in enumerate(made))
    )
    assert sorted(given) == list(range(3001, 3001 + WRITERS))
