from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from builders import a_site, a_user
from filled import contents, fill

from zipp.domain.errors import Conflict, Unavailable
from zipp.domain.user import Role
from zipp.identity.first_account import FIRST_UID
from zipp.moving.collections import COLLECTIONS, PAGE
from zipp.moving.move import Move, Progress
from zipp.moving.origin import Home, Origin

Mover = Callable[[Origin, Home], Move]
OpenHome = Callable[[str], Awaitable[Home]]


async def test_everything_that_lasts_is_there_afterwards(source: Home, target: Home, a_move: Mover) -> None:
    before = await contents(source)
    found = await a_move(source, target).run()
    assert await contents(target) == before == await contents(source)
    assert all(each.is_equal for each in found)
    assert {each.name: each.at_home for each in found} == {
        "files": 4,
        "users": 3,
        "tokens": 4,
        "invites": 2,
        "sites": 4,
        "deployments": 12,
        "ports": 3,
        "live": 3,
        "audit": 2,
    }


async def test_sessions_and_set_up_links_are_left_behind(source: Home, target: Home, a_move: Mover) -> None:
    await a_move(source, target).run()
    for kind in ("session", "setup"):
        assert await source.records.list_tokens(FIRST_UID, kind)
        assert not await target.records.list_tokens(FIRST_UID, kind)


async def test_there_and_back_again_is_the_same(open_home: OpenHome, source: Home, target: Home, a_move: Mover) -> None:
    back = await open_home("back")
    await a_move(source, target).run()
    await a_move(target, back).run()
    assert await contents(back) == await contents(source)


async def test_more_than_a_page_is_moved(source: Home, target: Home, a_move: Mover) -> None:
    for number in range(PAGE + 5):
        await source.records.create_site(a_site(f"many-{number}"))
    found = {each.name: each for each in await a_move(source, target).run()}
    assert (found["sites"].at_home, found["sites"].is_equal) == (PAGE + 5 + 4, True)


async def test_saying_it_twice_changes_nothing(
    source: Home, target: Home, a_move: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_move(source, target).run()
    before = await contents(target)

    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("written again")

    for name in ("create_user", "add_token", "add_invite", "create_site", "create_deployment", "allocate_port", "save"):
        monkeypatch.setattr(target.records, name, refuse)
    monkeypatch.setattr(target.storage, "put", refuse)
    assert all(each.is_equal for each in await a_move(source, target).run())
    assert await contents(target) == before


async def test_looking_counts_and_changes_nothing(source: Home, target: Home, a_move: Mover) -> None:
    found = {each.name: each for each in await a_move(source, target).look()}
    assert (found["users"].missing, found["deployments"].missing, found["files"].missing) == (3, 12, 4)
    assert not any((await contents(target)).values())


async def test_other_records_at_the_target_are_named_and_kept(source: Home, target: Home, a_move: Mover) -> None:
    await target.records.create_user(a_user("zoe@example.com", role=Role.ADMIN))
    await target.records.create_site(a_site("site-0"))
    before = await contents(target)
    with pytest.raises(Conflict) as caught:
        await a_move(source, target).run()
    assert caught.value.code == "target_not_empty"
    assert "zoe@example.com" in caught.value.message
    assert "1 of sites (site-0)" in caught.value.message
    assert await contents(target) == before


async def test_other_records_are_replaced_when_that_is_wanted(
    source: Home, target: Home, a_move: Mover, tmp_path: Path
) -> None:
    await fill(target, tmp_path)
    await target.records.create_site(a_site("more"))
    await a_move(source, target).run(overwrite=True)
    theirs, ours = await contents(target), await contents(source)
    assert theirs["files"].items() >= ours["files"].items()  # what else is stored is in nobody's way
    assert {**theirs, "files": {}} == {**ours, "files": {}}


async def test_platform_that_was_only_started_counts_as_empty(source: Home, target: Home, a_move: Mover) -> None:
    await target.records.create_user(a_user(None, uid=FIRST_UID, role=Role.ADMIN))
    await a_move(source, target).run()
    assert await contents(target) == await contents(source)


async def test_what_changed_at_the_source_since_an_interruption_is_no_silent_mixture(
    source: Home, target: Home, a_move: Mover
) -> None:
    await a_move(source, target).run()
    await source.records.update_site("site-0", {"framework": "python"})
    with pytest.raises(Conflict) as caught:
        await a_move(source, target).run()
    assert "1 of sites (site-0)" in caught.value.message
    await a_move(source, target).run(overwrite=True)
    assert await contents(target) == await contents(source)


async def test_damaged_copy_at_the_target_is_found_and_mended(source: Home, target: Home, a_move: Mover) -> None:
    await a_move(source, target).run()
    key = (await target.files())[0]
    (await target.storage.fetch(key)).write_bytes(b"damaged")
    found = {each.name: each for each in await a_move(source, target).run()}
    assert (found["files"].different, found["files"].examples) == (1, [key])
    assert all(each.is_equal for each in await a_move(source, target).run(overwrite=True))


async def test_archive_that_is_damaged_at_the_source_is_named(source: Home, target: Home, a_move: Mover) -> None:
    key = next(key for key in await source.files() if key.startswith("archives/"))
    (await source.storage.fetch(key)).write_bytes(b"damaged")
    with pytest.raises(Conflict) as caught:
        await a_move(source, target).run()
    assert caught.value.code == "file_damaged"
    assert key in caught.value.message
    assert not await target.storage.exists(key)


class GoesAway:
    """Answers so many calls that write, then none."""

    def __init__(self, inner: object, calls: Iterator[int]) -> None:
        self._inner, self._calls = inner, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._guarded(found) if name.startswith(("create_", "add_", "allocate_", "save", "put")) else found

    def _guarded(self, call: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def guarded(*arguments: object, **named: object) -> object:
            if next(self._calls, None) is None:
                raise Unavailable("Firestore does not answer.", code="records_unreachable")
            return await call(*arguments, **named)

        return guarded


@pytest.mark.parametrize("answered", range(0, 35, 5))
async def test_target_that_goes_away_in_the_middle_is_gone_on_with(
    source: Home, target: Home, a_move: Mover, answered: int
) -> None:
    calls = iter(range(answered))
    failing: Any = Home(cast(Any, GoesAway(target.records, calls)), cast(Any, GoesAway(target.storage, calls)))
    with pytest.raises(Unavailable) as caught:
        await a_move(source, failing).run()
    assert caught.value.code == "records_unreachable"
    await a_move(source, target).run()
    assert await contents(target) == await contents(source)


async def test_progress_is_told_with_counts(source: Home, target: Home, a_move: Mover, told: list[Progress]) -> None:
    await a_move(source, target).run()
    for name in ("files", *(collection.name for collection in COLLECTIONS)):
        last = [each for each in told if each.what == name][-1]
        assert last.done == last.total > 0


async def test_nothing_is_left_of_files_on_their_way(source: Home, target: Home, a_move: Mover, work: Path) -> None:
    await a_move(source, target).run()
    assert list(work.iterdir()) == []
