"""What every Records promises about users and their tokens (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from builders import a_token, a_user, codes_of

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.ids import new_id, now
from zipp.domain.user import Role
from zipp.records.records import Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def test_user_comes_back_as_it_was_stored(records: Records) -> None:
    user = a_user("Anna@Example.com", name="Ännä", role=Role.ADMIN, claims={"plan": {"seats": [1, 2]}}, disabled=True)
    await records.create_user(user, password_hash="hash")
    assert await records.get_user(user.uid) == user
    assert await records.find_credentials("anna@EXAMPLE.com") == (user, "hash")
    assert await records.get_user(new_id()) is None
    assert await records.find_credentials("nobody@example.com") is None


async def test_address_is_taken_whatever_its_case(records: Records) -> None:
    await records.create_user(a_user("anna@example.com"))
    with pytest.raises(Conflict) as caught:
        await records.create_user(a_user("ANNA@example.com"))
    assert caught.value.code == "email_taken"


async def test_one_of_twenty_gets_an_address(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    codes = await codes_of(*(both[i % 2].create_user(a_user("anna@example.com")) for i in range(WRITERS)))
    assert codes == ["email_taken"] * (WRITERS - 1) + ["ok"]


async def test_one_of_twenty_gets_a_uid(records: Records) -> None:
    user = a_user()
    codes = await codes_of(*(records.create_user(user) for _ in range(WRITERS)))
    assert codes == ["ok"] + ["uid_taken"] * (WRITERS - 1)


async def test_accounts_without_an_address_do_not_collide(records: Records) -> None:
    await records.create_user(a_user(None))
    await records.create_user(a_user(None))


async def test_changed_user_keeps_the_rest_and_the_password_hash_unless_a_new_one_is_given(records: Records) -> None:
    user = a_user("anna@example.com", claims={"plan": 1})
    await records.create_user(user, password_hash="old")
    renamed = user.model_copy(update={"name": "Anna", "email": "anna@new.example"})
    assert await records.update_user(user.uid, {"name": "Anna", "email": "anna@new.example"}) == renamed
    assert await records.find_credentials("anna@new.example") == (renamed, "old")
    assert await records.find_credentials("anna@example.com") is None
    await records.update_user(user.uid, {}, password_hash="new")
    assert await records.find_credentials("anna@new.example") == (renamed, "new")


async def test_changes_of_different_fields_at_once_all_hold(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    user = a_user("anna@example.com")
    await both[0].create_user(user)
    changes = ({"name": "Anna"}, {"disabled": True}, {"claims": {"a": 1}}, {"role": Role.ADMIN})
    await asyncio.gather(*(both[i % 2].update_user(user.uid, change) for i, change in enumerate(changes)))
    stored = await both[0].get_user(user.uid)
    assert stored is not None
    assert (stored.name, stored.disabled, stored.claims, stored.role) == ("Anna", True, {"a": 1}, Role.ADMIN)


async def test_changing_a_user_refuses_an_unknown_one_and_a_taken_address(records: Records) -> None:
    anna, bert = a_user("anna@example.com"), a_user("bert@example.com")
    with pytest.raises(NotFound):
        await records.update_user(anna.uid, {"name": "Anna"})
    await records.create_user(anna)
    await records.create_user(bert)
    with pytest.raises(Conflict) as caught:
        await records.update_user(bert.uid, {"email": "Anna@example.com", "name": "x"})
    assert caught.value.code == "email_taken"
    assert await records.get_user(bert.uid) == bert


async def test_password_is_replaced_only_where_it_is_still_the_expected_one(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    user = a_user("anna@example.com")
    await both[0].create_user(user, password_hash="old")
    replaced = await asyncio.gather(
        *(both[i % 2].replace_password(user.uid, expected="old", to=f"new-{i}") for i in range(WRITERS))
    )
    assert sorted(replaced) == [False] * (WRITERS - 1) + [True]
    assert await both[1].find_credentials("anna@example.com") == (user, f"new-{replaced.index(True)}")
    assert not await both[0].replace_password(new_id(), expected="old", to="new")


async def test_replacing_a_password_can_end_the_other_sessions_and_only_these(records: Records) -> None:
    anna, bert = a_user(), a_user()
    for user in (anna, bert):
        await records.create_user(user, password_hash="old")
    mine, other, api, berts = a_token(anna), a_token(anna), a_token(anna, kind="api"), a_token(bert)
    for token in (mine, other, api, berts):
        await records.add_token(token)

    async def left() -> list[bool]:
        found = [await records.find_token(token.secret_sha256) for token in (mine, other, api, berts)]
        return [token is not None for token in found]

    await records.replace_password(anna.uid, expected="old", to="new")
    assert not await records.replace_password(anna.uid, expected="old", to="x", end_sessions_except=mine.id)
    assert await left() == [True, True, True, True]
    assert await records.replace_password(anna.uid, expected="new", to="newer", end_sessions_except=mine.id)
    assert await left() == [True, False, True, True]


async def test_users_are_listed_oldest_first(records: Records) -> None:
    users = [a_user() for _ in range(5)]
    for user in random.sample(users, len(users)):
        await records.create_user(user)
    first = await records.list_users(limit=3)
    rest = await records.list_users(limit=3, cursor=first.next_cursor)
    assert [*first.items, *rest.items] == users
    assert rest.next_cursor is None


async def test_tokens_are_found_by_their_hash_even_when_expired(records: Records) -> None:
    user = a_user()
    await records.create_user(user)
    expired = a_token(user, name="old", expires_at=now() - timedelta(days=1))
    await records.add_token(expired)
    assert await records.find_token(expired.secret_sha256) == expired
    assert await records.find_token("00") is None


async def test_tokens_are_listed_by_user_and_kind_newest_first(records: Records) -> None:
    anna, bert = a_user(), a_user()
    await records.create_user(anna)
    await records.create_user(bert)
    wanted = [a_token(anna, kind="api") for _ in range(3)]
    for token in [*wanted, a_token(anna, kind="setup"), a_token(bert, kind="api")]:
        await records.add_token(token)
    assert list(await records.list_tokens(anna.uid, "api")) == wanted[::-1]


async def test_token_of_nobody_is_refused(records: Records) -> None:
    token = a_token(a_user())
    with pytest.raises(NotFound):
        await records.add_token(token)
    assert await records.find_token(token.secret_sha256) is None


async def test_only_one_of_twenty_deletes_a_token(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    user = a_user()
    await both[0].create_user(user)
    token = a_token(user)
    await both[0].add_token(token)
    deleted = await asyncio.gather(*(both[i % 2].delete_token(token.id) for i in range(WRITERS)))
    assert sorted(deleted) == [False] * (WRITERS - 1) + [True]
    assert await both[1].find_token(token.secret_sha256) is None


async def test_token_of_another_is_not_deleted(records: Records) -> None:
    anna, bert = a_user(), a_user()
    await records.create_user(anna)
    await records.create_user(bert)
    token = a_token(anna)
    await records.add_token(token)
    assert not await records.delete_token(token.id, uid=bert.uid)
    assert await records.find_token(token.secret_sha256) == token
    assert await records.delete_token(token.id, uid=anna.uid)
