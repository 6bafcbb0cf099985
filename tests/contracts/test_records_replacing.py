"""What every Records promises when one user takes the place of another (src/zipp/records/records.py): the first account
waits for its set-up link, and whoever comes with it may have a uid of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from builders import a_deployment, a_site, a_token, a_user, an_invite, codes_of

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.ids import new_id
from zipp.domain.user import Role, User
from zipp.records.records import Change, Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def a_first_account(records: Records, email: str | None = None, *, sites: int = 1) -> User:
    """With a site and a deployment of it, a token and an invite."""
    first = a_user(email, role=Role.ADMIN)
    await records.create_user(first, password_hash="hash")
    for number in range(sites):
        site = a_site(f"site-{number}", owner=first.uid, domains=(f"{number}.example",))
        await records.create_site(site)
        await records.create_deployment(a_deployment(site.name, owner=first.uid))
    return first


async def test_everything_of_the_one_is_the_others(records: Records) -> None:
    first = await a_first_account(records, sites=2)
    token, invite = a_token(first, kind="api"), an_invite(first, email="bert@example.com")
    await records.add_token(token)
    await records.add_invite(invite)
    anna = a_user("anna@example.com", name="Anna", role=Role.ADMIN)
    await records.replace_user(first.uid, anna)

    assert await records.get_user(first.uid) is None
    assert await records.find_credentials("ANNA@example.com") == (anna, None)
    assert [user.uid for user in (await records.list_users(limit=9)).items] == [anna.uid]
    assert await records.find_token(token.secret_sha256) == token.model_copy(update={"uid": anna.uid})
    assert [each.id for each in await records.list_tokens(anna.uid, "api")] == [token.id]
    assert list(await records.list_invites()) == [invite.model_copy(update={"created_by": anna.uid})]
    sites = (await records.list_sites(owner=anna.uid, limit=9)).items
    assert [(site.name, site.domains) for site in sites] == [("site-0", ("0.example",)), ("site-1", ("1.example",))]
    deployments = (await records.list_deployments(owner=anna.uid, limit=9)).items
    assert [deployment.site for deployment in deployments] == ["site-1", "site-0"]
    assert len((await records.list_events(owner=anna.uid, limit=9)).items) == 2
    for left in (
        await records.list_sites(owner=first.uid, limit=9),
        await records.list_deployments(owner=first.uid, limit=9),
        await records.list_events(owner=first.uid, limit=9),
    ):
        assert not left.items


async def test_what_belongs_to_others_stays_theirs(records: Records) -> None:
    first, bert = await a_first_account(records), a_user("bert@example.com", role=Role.ADMIN)
    await records.create_user(bert)
    token, invite = a_token(bert), an_invite(bert)
    await records.add_token(token)
    await records.add_invite(invite)
    await records.create_site(a_site("berts", owner=bert.uid))
    await records.replace_user(first.uid, a_user(role=Role.ADMIN))
    assert await records.find_token(token.secret_sha256) == token
    assert list(await records.list_invites()) == [invite]
    assert [site.name for site in (await records.list_sites(owner=bert.uid, limit=9)).items] == ["berts"]


async def test_address_may_be_the_same_and_is_free_otherwise(records: Records) -> None:
    first = await a_first_account(records, "anna@example.com")
    anna = a_user("Anna@example.com", role=Role.ADMIN)
    await records.replace_user(first.uid, anna)
    assert await records.find_credentials("anna@example.com") == (anna, None)
    await records.replace_user(anna.uid, a_user("anna@new.example", role=Role.ADMIN))
    assert await records.find_credentials("anna@example.com") is None
    await records.create_user(a_user("anna@example.com"))


async def test_who_is_not_there_or_taken_is_refused_and_nothing_changes(records: Records) -> None:
    first, bert = await a_first_account(records), a_user("bert@example.com")
    await records.create_user(bert)
    with pytest.raises(NotFound):
        await records.replace_user(new_id(), a_user())
    for user, code in (
        (a_user("new@example.com", uid=bert.uid), "uid_taken"),
        (first, "uid_taken"),
        (a_user("BERT@example.com"), "email_taken"),
    ):
        with pytest.raises(Conflict) as caught:
            await records.replace_user(first.uid, user)
        assert caught.value.code == code
    assert await records.get_user(first.uid) == first
    assert await records.get_user(bert.uid) == bert
    assert len((await records.list_sites(owner=first.uid, limit=9)).items) == 1


async def test_that_sites_and_deployments_are_anothers_is_told(records: Records) -> None:
    first = await a_first_account(records)
    (deployment,) = (await records.list_deployments(owner=first.uid, limit=9)).items
    anna = a_user(role=Role.ADMIN)
    heard: list[Change] = []
    records.changed.append(heard.append)
    await records.replace_user(first.uid, anna)
    assert set(heard) == {Change("site-0", anna.uid), Change("site-0", anna.uid, deployment.id)}


async def test_one_of_twenty_takes_the_place(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    first = await a_first_account(both[0])
    wanted = [a_user(f"user-{number}@example.com", role=Role.ADMIN) for number in range(WRITERS)]
    codes = await codes_of(*(both[n % 2].replace_user(first.uid, user) for n, user in enumerate(wanted)))
    assert codes == ["not_found"] * (WRITERS - 1) + ["ok"]
    (left,) = (await both[1].list_users(limit=99)).items
    assert left in wanted
    assert len((await both[1].list_sites(owner=left.uid, limit=9)).items) == 1


async def test_more_than_one_commit_takes_goes_over_whole(records: Records) -> None:
    """With their events, these are more than the 500 that Firestore may take at once."""
    first = await a_first_account(records)
    made = [a_deployment("site-0", owner=first.uid) for _ in range(240)]
    for at in range(0, len(made), 50):
        await asyncio.gather(*map(records.create_deployment, made[at : at + 50]))
    anna = a_user(role=Role.ADMIN)
    await records.replace_user(first.uid, anna)
    assert not (await records.list_deployments(owner=first.uid, limit=1)).items
    assert not (await records.list_events(owner=first.uid, limit=1)).items
    assert len((await records.list_deployments(owner=anna.uid, limit=1000)).items) == 241
    assert await records.get_user(first.uid) is None
