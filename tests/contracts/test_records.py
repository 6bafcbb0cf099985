"""What every Records promises (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from zipp.domain.deployment import (
    Deployment,
    Failure,
    GitSource,
    Stage,
    Status,
    Step,
    ZipSource,
    entered,
    moved,
)
from zipp.domain.errors import Conflict, InvalidInput, NotFound, Unavailable, ZippError
from zipp.domain.ids import new_id, now
from zipp.domain.plan import BuildPlan, Limits
from zipp.domain.site import Site
from zipp.domain.user import Role, Token, User
from zipp.records.records import LiveChange, Page, Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


def a_user(email: str | None = None, **fields: object) -> User:
    return User.model_validate({"uid": new_id(), "email": email, "created_at": now()} | fields)


def a_token(user: User, **fields: object) -> Token:
    made = {"id": new_id(), "uid": user.uid, "kind": "session", "secret_sha256": new_id(), "created_at": now()}
    return Token.model_validate(made | {"expires_at": None} | fields)


def a_site(name: str = "shop", **fields: object) -> Site:
    return Site.model_validate({"name": name, "owner": "anna", "created_at": now()} | fields)


def a_deployment(site: str = "shop", **fields: object) -> Deployment:
    source = ZipSource(filename="shop.zip", size=12, sha256="ab" * 32)
    made = {"id": new_id(), "site": site, "owner": "anna", "source": source, "created_at": now()}
    return Deployment.model_validate(made | fields)


async def deployed(records: Records, *sites: str) -> list[Deployment]:
    """A waiting deployment for each site named, in that order; the sites are made where they are missing."""
    made = [a_deployment(site) for site in sites]
    for deployment in made:
        if await records.get_site(deployment.site) is None:
            await records.create_site(a_site(deployment.site))
        await records.create_deployment(deployment)
    return made


async def codes_of(*calls: Awaitable[object]) -> list[str]:
    """What became of calls made all at once: "ok", or the error's code."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, ZippError):
            raise result
    return sorted(result.code if isinstance(result, ZippError) else "ok" for result in results)


async def test_starting_again_keeps_everything(open_records: OpenRecords) -> None:
    first = await open_records()
    await first.create_site(a_site())
    await first.start()
    assert await (await open_records()).get_site("shop") == await first.get_site("shop") is not None
    await first.ping()


# users and tokens ----------------------------------------------------------------------------------------------------


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


async def test_saved_user_keeps_the_password_hash_unless_a_new_one_is_given(records: Records) -> None:
    user = a_user("anna@example.com")
    await records.create_user(user, password_hash="old")
    renamed = user.model_copy(update={"name": "Anna", "email": "anna@new.example"})
    await records.save_user(renamed)
    assert await records.find_credentials("anna@new.example") == (renamed, "old")
    assert await records.find_credentials("anna@example.com") is None
    await records.save_user(renamed, password_hash="new")
    assert await records.find_credentials("anna@new.example") == (renamed, "new")


async def test_saving_a_user_refuses_an_unknown_one_and_a_taken_address(records: Records) -> None:
    anna, bert = a_user("anna@example.com"), a_user("bert@example.com")
    with pytest.raises(NotFound):
        await records.save_user(anna)
    await records.create_user(anna)
    await records.create_user(bert)
    with pytest.raises(Conflict) as caught:
        await records.save_user(bert.model_copy(update={"email": "Anna@example.com"}))
    assert caught.value.code == "email_taken"
    assert await records.get_user(bert.uid) == bert


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


# sites ---------------------------------------------------------------------------------------------------------------


async def test_site_comes_back_as_it_was_stored(records: Records) -> None:
    site = a_site(
        domains=("www.shop.example", "shop.example"),
        limits=Limits(memory_bytes=2**28, cpus=0.5, pids=64),
        framework="node",
        env_encrypted="sealed",
    )
    await records.create_site(site)
    assert await records.get_site("shop") == site
    assert await records.get_site("other") is None


async def test_one_of_twenty_gets_a_site_name(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    codes = await codes_of(*(both[i % 2].create_site(a_site(owner=f"owner-{i}")) for i in range(WRITERS)))
    assert codes == ["ok"] + ["site_taken"] * (WRITERS - 1)


async def test_one_of_twenty_gets_a_domain(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    for i in range(WRITERS):
        await both[0].create_site(a_site(f"site-{i}"))
    changes = (both[i % 2].update_site(f"site-{i}", {"domains": ("x.example",)}) for i in range(WRITERS))
    assert await codes_of(*changes) == ["domain_taken"] * (WRITERS - 1) + ["ok"]
    page = await both[0].list_sites(owner=None, limit=100)
    assert [site.domains for site in page.items if site.domains] == [("x.example",)]


async def test_site_with_a_taken_domain_is_not_made_at_all(records: Records) -> None:
    await records.create_site(a_site("first", domains=("x.example",)))
    with pytest.raises(Conflict) as caught:
        await records.create_site(a_site("second", domains=("y.example", "x.example")))
    assert caught.value.code == "domain_taken"
    assert await records.get_site("second") is None
    await records.create_site(a_site("third", domains=("y.example",)))


async def test_refused_change_leaves_every_field_of_the_site(records: Records) -> None:
    await records.create_site(a_site("first", domains=("x.example",)))
    second = a_site("second", domains=("y.example",))
    await records.create_site(second)
    with pytest.raises(Conflict):
        await records.update_site("second", {"framework": "node", "domains": ("z.example", "x.example")})
    assert await records.get_site("second") == second


async def test_changing_one_field_of_a_site_keeps_the_others_under_twenty_writers(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    await both[0].create_site(a_site())
    fields = {
        "domains": ("a.example", "b.example"),
        "limits": Limits(pids=99),
        "env_encrypted": "sealed",
        "framework": "python",
        "owner": "bert",
    }
    names = list(fields) * (WRITERS // len(fields))
    await asyncio.gather(*(both[i % 2].update_site("shop", {f: fields[f]}) for i, f in enumerate(names)))
    site = await both[0].get_site("shop")
    assert site is not None
    assert {field: getattr(site, field) for field in fields} == fields


async def test_domain_that_a_site_gave_up_is_free(records: Records) -> None:
    await records.create_site(a_site("first", domains=("x.example", "y.example")))
    await records.create_site(a_site("second"))
    assert (await records.update_site("first", {"domains": ("y.example",)})).domains == ("y.example",)
    assert (await records.update_site("second", {"domains": ("x.example",)})).domains == ("x.example",)
    await records.delete_site("first")
    assert (await records.update_site("second", {"domains": ["y.example", "y.example"]})).domains == ("y.example",)


async def test_changing_an_unknown_site_is_not_found(records: Records) -> None:
    for changes in ({"framework": "node"}, {}):
        with pytest.raises(NotFound):
            await records.update_site("nowhere", changes)


async def test_name_and_live_pointer_are_no_fields_to_change(records: Records) -> None:
    await records.create_site(a_site())
    for field in ("name", "live_deployment", "created_at"):
        with pytest.raises(TypeError):
            await records.update_site("shop", {field: "x"})


async def test_sites_are_listed_by_name_for_one_owner_or_all(records: Records) -> None:
    for name, owner in (("c", "anna"), ("a", "anna"), ("b", "bert"), ("d", "anna")):
        await records.create_site(a_site(name, owner=owner, domains=(f"{name}.example",)))
    first = await records.list_sites(owner="anna", limit=2)
    rest = await records.list_sites(owner="anna", limit=2, cursor=first.next_cursor)
    assert [site.name for site in [*first.items, *rest.items]] == ["a", "c", "d"]
    assert [site.domains for site in first.items] == [("a.example",), ("c.example",)]
    assert [site.name for site in (await records.list_sites(owner=None, limit=10)).items] == ["a", "b", "c", "d"]


async def test_site_with_deployments_is_not_deleted(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    with pytest.raises(Conflict) as caught:
        await records.delete_site("shop")
    assert caught.value.code == "site_not_empty"
    await records.delete_deployment(deployment.id)
    await records.delete_site("shop")
    await records.delete_site("shop")
    assert await records.get_site("shop") is None


# deployments ---------------------------------------------------------------------------------------------------------


async def test_deployment_comes_back_as_it_was_stored(records: Records) -> None:
    await records.create_site(a_site())
    at = now()
    full = a_deployment(
        source=GitSource(url="https://git.example/x.git", ref="main", commit="0" * 40, token_encrypted="sealed"),
        status=Status.FAILED,
        error=Failure(code="build_failed", message="No.", hint="Look.", stage="build"),
        plan=BuildPlan(framework="node", summary="Node", install=("npm ci",), env={"A": "ä"}, limits={"pids": 64}),
        image="sha256:" + "1" * 64,
        port=3001,
        stages=(Stage(name="fetch", started_at=at, finished_at=at), Stage(name="build", started_at=at)),
        started_at=at,
        finished_at=at,
        cancel_requested=True,
    )
    plain = a_deployment()
    for deployment in (full, plain):
        await records.create_deployment(deployment)
        assert await records.get_deployment(deployment.id) == deployment
    assert await records.get_deployment(new_id()) is None


async def test_deployment_of_no_site_is_refused(records: Records) -> None:
    deployment = a_deployment("nowhere")
    with pytest.raises(NotFound):
        await records.create_deployment(deployment)
    assert await records.get_deployment(deployment.id) is None


async def test_deployment_is_made_once(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    with pytest.raises(Conflict) as caught:
        await records.create_deployment(deployment)
    assert caught.value.code == "deployment_exists"


async def test_twenty_writers_lose_no_deployment(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    await both[0].create_site(a_site())
    made = [a_deployment() for _ in range(WRITERS * 5)]
    await asyncio.gather(*(both[i % 2].create_deployment(deployment) for i, deployment in enumerate(made)))
    page = await both[0].list_deployments(limit=len(made))
    assert list(page.items) == made[::-1]


async def test_save_stores_the_change_and_counts_the_version(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    begun = entered(moved(deployment, Status.CLONING, at=now()), Step.FETCH, at=now())
    (saved,) = await records.save(begun)
    assert saved == begun.model_copy(update={"version": deployment.version + 1})
    assert await records.get_deployment(deployment.id) == saved


async def test_save_of_a_stale_version_changes_nothing(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    (saved,) = await records.save(deployment.model_copy(update={"image": "first"}))
    with pytest.raises(Conflict) as caught:
        await records.save(deployment.model_copy(update={"image": "second"}))
    assert caught.value.code == "stale"
    assert await records.get_deployment(deployment.id) == saved


async def test_save_of_what_was_never_created_is_stale(records: Records) -> None:
    with pytest.raises(Conflict) as caught:
        await records.save(a_deployment())
    assert caught.value.code == "stale"


async def test_of_twenty_saves_of_one_version_one_wins(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    (deployment,) = await deployed(both[0], "shop")
    changed = [deployment.model_copy(update={"image": f"image-{i}"}) for i in range(WRITERS)]
    assert await codes_of(*(both[i % 2].save(one) for i, one in enumerate(changed))) == ["ok"] + ["stale"] * (
        WRITERS - 1
    )


async def test_twenty_writers_that_repeat_a_stale_save_lose_no_change(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    (deployment,) = await deployed(both[0], "shop")

    async def count_up(records: Records) -> None:
        while True:
            current = await records.get_deployment(deployment.id)
            assert current is not None
            try:
                await records.save(current.model_copy(update={"port": (current.port or 0) + 1}))
            except Conflict:
                continue
            return

    await asyncio.gather(*(count_up(both[i % 2]) for i in range(WRITERS)))
    counted = await both[0].get_deployment(deployment.id)
    assert counted is not None
    assert (counted.port, counted.version) == (WRITERS, WRITERS)


async def test_two_deployments_and_the_live_pointer_move_as_one(records: Records) -> None:
    old, new = await deployed(records, "shop", "shop")
    (old,) = await records.save(
        old.model_copy(update={"status": Status.RUNNING}), live=LiveChange("shop", None, old.id, "static")
    )
    stopped = moved(old, Status.STOPPED, at=now())
    running = new.model_copy(update={"status": Status.RUNNING})
    await records.save(running, stopped, live=LiveChange("shop", old.id, new.id))
    site = await records.get_site("shop")
    assert site is not None
    assert (site.live_deployment, site.framework) == (new.id, "static")
    states = {item.id: item.status for item in (await records.list_deployments(limit=10)).items}
    assert states == {old.id: Status.STOPPED, new.id: Status.RUNNING}


@pytest.mark.parametrize("wrong", ["second version", "live pointer", "live site", "same one twice"])
async def test_save_is_all_or_nothing(records: Records, wrong: str) -> None:
    one, two = await deployed(records, "shop", "shop")
    site = await records.get_site("shop")
    changed = [item.model_copy(update={"image": "changed"}) for item in (one, two)]
    live = LiveChange("shop", None, one.id, "node")
    if wrong == "second version":
        changed[1] = changed[1].model_copy(update={"version": 7})
    elif wrong == "live pointer":
        live = LiveChange("shop", two.id, one.id, "node")
    elif wrong == "live site":
        live = LiveChange("nowhere", None, one.id)
    else:
        changed[1] = changed[0]
    with pytest.raises(Conflict) as caught:
        await records.save(*changed, live=live)
    assert caught.value.code == "stale"
    assert [await records.get_deployment(item.id) for item in (one, two)] == [one, two]
    assert await records.get_site("shop") == site


async def test_live_pointer_can_be_taken_away(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.save(live=LiveChange("shop", None, deployment.id))
    await records.save(live=LiveChange("shop", deployment.id, None))
    site = await records.get_site("shop")
    assert site is not None
    assert site.live_deployment is None


async def test_of_twenty_that_go_live_at_once_one_does(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    made = await deployed(both[0], *["shop"] * WRITERS)
    running = [item.model_copy(update={"status": Status.RUNNING}) for item in made]
    saves = (both[i % 2].save(item, live=LiveChange("shop", None, item.id)) for i, item in enumerate(running))
    assert await codes_of(*saves) == ["ok"] + ["stale"] * (WRITERS - 1)
    page = await both[0].list_deployments(statuses={Status.RUNNING}, limit=100)
    site = await both[0].get_site("shop")
    assert site is not None
    assert [item.id for item in page.items] == [site.live_deployment]


async def test_cancel_request_survives_a_save_and_does_not_disturb_it(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.request_cancel(deployment.id)
    await records.request_cancel(deployment.id)
    (saved,) = await records.save(deployment.model_copy(update={"image": "built"}))
    stored = await records.get_deployment(deployment.id)
    assert stored is not None
    assert (stored.cancel_requested, stored.image, stored.version) == (True, "built", saved.version)


async def test_save_does_not_set_a_cancel_request(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.save(deployment.model_copy(update={"cancel_requested": True}))
    stored = await records.get_deployment(deployment.id)
    assert stored is not None
    assert not stored.cancel_requested


async def test_deleted_deployment_leaves_neither_port_nor_live_pointer(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.allocate_port(deployment.id, start=3001, end=3009)
    await records.save(deployment, live=LiveChange("shop", None, deployment.id))
    await records.delete_deployment(deployment.id)
    await records.delete_deployment(deployment.id)
    site = await records.get_site("shop")
    assert site is not None
    assert site.live_deployment is None
    assert await records.get_deployment(deployment.id) is None
    assert await records.ports_in_use() == {}


async def test_archive_is_in_use_as_long_as_a_deployment_has_it(records: Records) -> None:
    await records.create_site(a_site())
    archive = "cd" * 32
    both = [a_deployment(source=ZipSource(filename="x.zip", size=1, sha256=archive)) for _ in range(2)]
    for deployment in both:
        await records.create_deployment(deployment)
    assert not await records.archive_in_use("ef" * 32)
    await records.delete_deployment(both[0].id)
    assert await records.archive_in_use(archive)
    await records.delete_deployment(both[1].id)
    assert not await records.archive_in_use(archive)


# lists ---------------------------------------------------------------------------------------------------------------


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


# the queue -----------------------------------------------------------------------------------------------------------


async def claimed(records: Records, worker: str = "w", *, seconds: float = 60) -> str | None:
    deployment = await records.claim_next(worker, lease_seconds=seconds)
    return deployment and deployment.id


async def finish(records: Records, deployment: Deployment, worker: str = "w") -> None:
    current = await records.get_deployment(deployment.id)
    assert current is not None
    await records.save(current.model_copy(update={"status": Status.RUNNING}))
    await records.release_lease(deployment.id, worker)


async def test_empty_queue_hands_out_nothing(records: Records) -> None:
    assert await claimed(records) is None


async def test_oldest_is_handed_out_first_and_only_once(records: Records) -> None:
    made = await deployed(records, "a", "b", "c")
    assert [await claimed(records) for _ in range(4)] == [*(item.id for item in made), None]


async def test_claimed_deployment_is_as_it_is_stored(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    assert await records.claim_next("w", lease_seconds=60) == deployment
    assert await records.get_deployment(deployment.id) == deployment


@pytest.mark.parametrize("status", list(Status))
async def test_only_what_is_under_way_is_handed_out(records: Records, status: Status) -> None:
    await records.create_site(a_site())
    deployment = a_deployment(status=status)
    await records.create_deployment(deployment)
    under_way = status in (Status.PENDING, Status.CLONING, Status.BUILDING)
    assert await claimed(records) == (deployment.id if under_way else None)


async def test_cancelled_before_it_began_is_handed_out_to_be_ended(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await records.request_cancel(deployment.id)
    handed = await records.claim_next("w", lease_seconds=60)
    assert handed is not None
    assert (handed.id, handed.cancel_requested) == (deployment.id, True)


async def test_site_is_worked_on_by_one_at_a_time_oldest_first(records: Records) -> None:
    first, other, second = await deployed(records, "shop", "blog", "shop")
    assert await claimed(records, "w1") == first.id
    assert await claimed(records, "w2") == other.id
    assert await claimed(records, "w2") is None
    await finish(records, first, "w1")
    assert await claimed(records, "w2") == second.id


async def test_older_one_under_way_goes_first_even_if_it_was_given_back(records: Records) -> None:
    first, _second = await deployed(records, "shop", "shop")
    assert await claimed(records) == first.id
    await records.save(first.model_copy(update={"status": Status.BUILDING}))
    await records.release_lease(first.id, "w")
    assert await claimed(records) == first.id


async def test_lease_holds_its_site_until_it_is_given_back(records: Records) -> None:
    first, second = await deployed(records, "shop", "shop")
    assert await claimed(records) == first.id
    await records.save(first.model_copy(update={"status": Status.RUNNING}))
    assert await claimed(records) is None
    await records.release_lease(first.id, "w")
    assert await claimed(records) == second.id


async def test_expired_lease_is_lost_to_the_next_worker(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    assert await claimed(records, "w1", seconds=0) == deployment.id
    assert await claimed(records, "w2") == deployment.id
    assert not await records.renew_lease(deployment.id, "w1", lease_seconds=60)
    await records.release_lease(deployment.id, "w1")
    assert await claimed(records, "w3") is None, "a release by who lost the lease must not free it"


async def test_expired_lease_is_not_renewed_even_if_nobody_took_it(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await claimed(records, seconds=0)
    assert not await records.renew_lease(deployment.id, "w", lease_seconds=60)


async def test_renewed_lease_lasts_from_then(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")
    await claimed(records, "w1", seconds=60)
    assert not await records.renew_lease(deployment.id, "w2", lease_seconds=60)
    assert await records.renew_lease(deployment.id, "w1", lease_seconds=0)
    assert await claimed(records, "w2") == deployment.id


async def test_earlier_life_of_a_worker_gives_back_all_and_only_its_own(records: Records) -> None:
    one, two, three = await deployed(records, "a", "b", "c")
    for worker in ("dead", "alive", "dead"):
        await claimed(records, worker)
    await records.drop_leases("dead")
    assert [await claimed(records, "dead") for _ in range(3)] == [one.id, three.id, None]
    assert await records.renew_lease(two.id, "alive", lease_seconds=60)


async def test_twenty_workers_never_share_a_deployment_or_a_site(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    made = await deployed(both[0], *[f"site-{i % 8}" for i in range(24)])
    site_of = {item.id: item.site for item in made}
    busy: set[str] = set()
    done: list[str] = []

    async def work(number: int) -> None:
        records, worker = both[number % 2], f"worker-{number}"
        while len(done) < len(made):
            deployment = await records.claim_next(worker, lease_seconds=60)
            if deployment is None:
                await asyncio.sleep(0.005)
                continue
            assert deployment.site not in busy, "two deployments of a site at once"
            busy.add(deployment.site)
            await asyncio.sleep(0)
            await records.save(deployment.model_copy(update={"status": Status.FAILED}))
            done.append(deployment.id)
            busy.discard(deployment.site)
            await records.release_lease(deployment.id, worker)

    await asyncio.gather(*(work(number) for number in range(WRITERS)))
    assert sorted(done) == sorted(site_of)
    for site in set(site_of.values()):
        ended = [one for one in done if site_of[one] == site]
        assert ended == sorted(ended), "a site's deployments must end in the order they came"


# ports ---------------------------------------------------------------------------------------------------------------


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


# callers who go away -------------------------------------------------------------------------------------------------


async def test_cancelled_callers_leave_whole_changes_and_a_store_that_works(records: Records) -> None:
    (deployment,) = await deployed(records, "shop")

    async def change(number: int) -> None:
        current = await records.get_deployment(deployment.id)
        assert current is not None
        live = (await records.get_site("shop") or a_site()).live_deployment
        await records.save(current.model_copy(update={"port": number}), live=LiveChange("shop", live, f"port-{number}"))

    for number in range(3001, 3101):
        task = asyncio.create_task(change(number))
        for _ in range(random.randrange(12)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for _ in range(200):  # what was begun may still be finished, whole
        stored, site = await records.get_deployment(deployment.id), await records.get_site("shop")
        assert stored is not None
        assert site is not None
        with suppress(Conflict):
            await records.save(stored, live=LiveChange("shop", f"port-{stored.port}" if stored.port else None, "done"))
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"port {stored.port} and {site.live_deployment} were not stored together")
