from __future__ import annotations

from uuid import UUID

from zipp.domain.ids import new_id, now


def test_ids_are_uuid7_and_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(2000)]
    assert {UUID(one).version for one in ids} == {7}
    assert ids == sorted(set(ids))


def test_times_are_aware() -> None:
    assert now().utcoffset() is not None
