"""What every Records promises about invites, the last admin and accounts that go (src/zipp/records/records.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from builders import a_site, a_token, a_user, an_invite, codes_of

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.ids import new_id, now
from zipp.domain.user import Role, User
from zipp.records.records import Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def an_admin(records: Records, email: str | None = None) -> User:
    admin = a_user(email, role=Role.ADMIN)
    await records.create_user(admin)
    return admin


# the last admin ------------------------------------------------------------------------------------------------------


def taking_away(records: Records, uid: str, how: str) -> Awaitable[object]:
    if how == "deleted":
        return records.delete_user(uid)
    return records.update_user(uid, {"role": Role.MEMBER} if how == "demoted" else {"disabled": True})


@pytest.mark.parametrize("how", ["demoted", "disabled", "deleted"])
async def test_last_enabled_admin_stays(records: Records, how: str) -> None:
    admin = await an_admin(records)
    await records.create_user(a_user(role=Role.ADMIN, disabled=True))
    await records.create_user(a_user())
    token = a_token(admin)
    await records.add_token(token)
    with pytest.raises(Conflict) as caught:
        await taking_away(records, admin.uid, how)
    assert (caught.value.code, bool(caught.value.hint)) == ("last_admin", True)
    assert await records.get_user(admin.uid) == admin
    assert await records.find_token(token.secret_sha256) == token
    await an_admin(records)
    await taking_away(records, admin.uid, how)


@pytest.mark.parametrize("hows", [("demoted",), ("disabled",), ("deleted",), ("demoted", "disabled", "deleted")])
async def test_of_twenty_admins_taken_away_at_once_one_is_left(
    open_records: OpenRecords, hows: tuple[str, ...]
) -> None:
    both = [await open_records(), await open_records()]
    admins = [await an_admin(both[0]) for _ in range(WRITERS)]
    attempts = (taking_away(both[i % 2], admin.uid, hows[i % len(hows)]) for i, admin in enumerate(admins))
    assert await codes_of(*attempts) == ["last_admin"] + ["ok"] * (WRITERS - 1)
    left = [user for user in (await both[1].list_users(limit=100)).items if user.role is Role.ADMIN]
    assert sum(not user.disabled for user in left) == 1


async def test_admin_may_change_otherwise_and_stay_alone(records: Records) -> None:
    admin = await an_admin(records)
    await records.update_user(admin.uid, {"name": "Anna", "role": Role.ADMIN, "disabled": False})


async def test_oldest_admin_is_an_enabled_one(records: Records) -> None:
    assert await records.oldest_admin() is None
    oldest = a_user(role=Role.ADMIN, disabled=True)
    await records.create_user(oldest)
    await records.create_user(a_user())
    assert await records.oldest_admin() is None
    second, _ = await an_admin(records), await an_admin(records)
    assert await records.oldest_admin() == second
    await records.update_user(oldest.uid, {"disabled": False})
    assert await records.oldest_admin() == oldest.model_copy(update={"disabled": False})


# accounts that are disabled or go ------------------------------------------------------------------------------------


async def test_who_is_disabled_has_no_token_any_more_and_others_keep_theirs(records: Records) -> None:
    anna, bert = a_user(), a_user()
    for user in (anna, bert):
        await records.create_user(user)
    annas = [a_token(anna, kind=kind) for kind in ("session", "api", "setup")]
    berts = a_token(bert)
    for token in (*annas, berts):
        await records.add_token(token)
    await records.update_user(anna.uid, {"disabled": True})
    await records.update_user(anna.uid, {"disabled": False})
    assert [await records.find_token(token.secret_sha256) for token in annas] == [None] * 3
    assert await records.find_token(berts.secret_sha256) == berts


async def test_deleted_account_is_gone_with_its_tokens_and_its_address_is_free(records: Records) -> None:
    anna = a_user("anna@example.com")
    await records.create_user(anna)
    token = a_token(anna)
    await records.add_token(token)
    await records.delete_user(anna.uid)
    assert await records.get_user(anna.uid) is None
    assert await records.find_token(token.secret_sha256) is None
    await records.create_user(a_user("anna@example.com"))
    with pytest.raises(NotFound):
        await records.delete_user(anna.uid)


async def test_account_with_sites_is_not_deleted(records: Records) -> None:
    anna = a_user()
    await records.create_user(anna)
    await records.create_site(a_site("shop", owner=anna.uid))
    with pytest.raises(Conflict) as caught:
        await records.delete_user(anna.uid)
    assert caught.value.code == "user_has_sites"
    await records.delete_site("shop")
    await records.delete_user(anna.uid)


async def test_sites_are_counted_by_owner(records: Records) -> None:
    for name, owner in (("a", "anna"), ("b", "anna"), ("c", "bert"), ("d", "carl")):
        await records.create_site(a_site(name, owner=owner))
    counts = await records.count_sites(["anna", "bert", "nobody"])
    assert {owner: count for owner, count in counts.items() if count} == {"anna": 2, "bert": 1}
    assert not await records.count_sites([])


# invites -------------------------------------------------------------------------------------------------------------


async def test_invite_comes_back_as_it_was_stored_and_is_found_by_its_hash(records: Records) -> None:
    admin = await an_admin(records)
    invites = [an_invite(admin, email="bert@example.com", role=Role.ADMIN), an_invite(admin), an_invite(admin)]
    for invite in invites:
        await records.add_invite(invite)
    assert list(await records.list_invites()) == invites[::-1]
    assert await records.find_invite(invites[0].secret_sha256) == invites[0]
    assert await records.find_invite("00") is None


async def test_newer_invite_for_an_address_replaces_the_older_one_and_expired_ones_go(records: Records) -> None:
    admin = await an_admin(records)
    old, new = an_invite(admin, email="bert@example.com"), an_invite(admin, email="bert@example.com")
    expired = an_invite(admin, expires_at=now() - timedelta(seconds=1))
    other = an_invite(admin, email="carl@example.com")
    for invite in (other, old, expired):
        await records.add_invite(invite)
    assert expired in await records.list_invites()
    await records.add_invite(new)
    assert set(await records.list_invites()) == {other, new}


@pytest.mark.parametrize("maker", [a_user(), a_user(role=Role.ADMIN, disabled=True), None])
async def test_only_an_enabled_admin_makes_an_invite(records: Records, maker: User | None) -> None:
    if maker is not None:
        await records.create_user(maker)
    with pytest.raises(NotFound):
        await records.add_invite(an_invite(maker or a_user(role=Role.ADMIN)))
    assert not await records.list_invites()


@pytest.mark.parametrize("how", ["demoted", "disabled", "deleted"])
async def test_invites_of_who_is_no_admin_any_more_are_gone(records: Records, how: str) -> None:
    leaving, staying = await an_admin(records), await an_admin(records)
    await records.add_invite(an_invite(leaving, role=Role.ADMIN))
    kept = an_invite(staying)
    await records.add_invite(kept)
    await records.update_user(leaving.uid, {"name": "still an admin"})
    assert len(await records.list_invites()) == 2
    await taking_away(records, leaving.uid, how)
    assert list(await records.list_invites()) == [kept]


async def test_one_of_twenty_with_one_invite_gets_an_account(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    invite = an_invite(await an_admin(both[0]))
    await both[0].add_invite(invite)
    codes = await codes_of(
        *(both[i % 2].create_user(a_user(f"user-{i}@example.com"), invite=invite.id) for i in range(WRITERS))
    )
    assert codes == ["not_found"] * (WRITERS - 1) + ["ok"]
    assert len((await both[1].list_users(limit=100)).items) == 2
    assert not await both[1].list_invites()


async def test_account_that_can_not_be_made_leaves_the_invite(records: Records) -> None:
    admin = await an_admin(records, "anna@example.com")
    invite = an_invite(admin)
    await records.add_invite(invite)
    for user in (a_user("ANNA@example.com"), a_user().model_copy(update={"uid": admin.uid})):
        with pytest.raises(Conflict):
            await records.create_user(user, invite=invite.id)
    assert list(await records.list_invites()) == [invite]


async def test_without_its_invite_no_account_is_made(records: Records) -> None:
    user = a_user("bert@example.com")
    with pytest.raises(NotFound):
        await records.create_user(user, invite=new_id())
    assert await records.get_user(user.uid) is None


async def test_only_one_of_twenty_deletes_an_invite(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    invite = an_invite(await an_admin(both[0]))
    await both[0].add_invite(invite)
    deleted = await asyncio.gather(*(both[i % 2].delete_invite(invite.id) for i in range(WRITERS)))
    assert sorted(deleted) == [False] * (WRITERS - 1) + [True]
