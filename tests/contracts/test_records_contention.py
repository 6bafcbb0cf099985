"""What every Records promises to twenty who write at once through several of its objects, as several processes would.

Nothing is lost, nothing is done twice, and whoever loses is told so by the promised error and by no other. What one
call promises under contention stands beside its other promises; here calls of different kinds meet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from builders import a_deployment, a_site, a_token, a_user, an_invite, codes_of, deployed

from zipp.domain.deployment import Deployment, Stage, Status
from zipp.domain.errors import Conflict, NotFound
from zipp.domain.ids import now
from zipp.domain.user import Role, User
from zipp.records.records import LiveChange, Records

OpenRecords = Callable[[], Awaitable[Records]]
PROCESSES, WRITERS = 4, 20


@pytest.fixture
async def processes(open_records: OpenRecords) -> Sequence[Records]:
    return [await open_records() for _ in range(PROCESSES)]


def of(processes: Sequence[Records], writer: int) -> Records:
    return processes[writer % PROCESSES]


async def existing(records: Records, deployment_id: str) -> Deployment:
    deployment = await records.get_deployment(deployment_id)
    assert deployment is not None
    return deployment


async def admins(records: Records, count: int = WRITERS) -> list[User]:
    made = [a_user(role=Role.ADMIN) for _ in range(count)]
    for admin in made:
        await records.create_user(admin)
    return made


async def enabled_admins(records: Records) -> int:
    users = (await records.list_users(limit=100)).items
    return sum(user.role is Role.ADMIN and not user.disabled for user in users)


# sites and domains -----------------------------------------------------------------------------------------------


async def test_of_four_who_want_a_name_one_gets_it_and_it_is_theirs(processes: Sequence[Records]) -> None:
    owners: dict[str, str] = {}

    async def take(writer: int) -> None:
        name, owner = f"site-{writer % 5}", f"owner-{writer}"
        await of(processes, writer).create_site(a_site(name, owner=owner, domains=(f"{owner}.example",)))
        owners[name] = owner

    assert await codes_of(*map(take, range(WRITERS))) == ["ok"] * 5 + ["site_taken"] * 15
    stored = (await processes[0].list_sites(owner=None, limit=100)).items
    assert {site.name: site.owner for site in stored} == owners
    assert {site.name: site.domains for site in stored} == {
        name: (f"{owner}.example",) for name, owner in owners.items()
    }
    losers = [f"owner-{writer}.example" for writer in range(WRITERS) if f"owner-{writer}" not in owners.values()]
    assert list(await processes[1].find_sites(domains=losers)) == []


async def test_domains_that_overlap_never_belong_to_two(processes: Sequence[Records]) -> None:
    domains = [f"domain-{number}.example" for number in range(WRITERS)]
    for writer in range(WRITERS):
        await processes[0].create_site(a_site(f"site-{writer:02}"))

    async def take(writer: int) -> None:
        wanted = (domains[writer], domains[(writer + 1) % WRITERS], domains[(writer + 7) % WRITERS])
        await of(processes, writer).update_site(f"site-{writer:02}", {"domains": wanted})

    codes = await codes_of(*map(take, range(WRITERS)))
    assert set(codes) == {"ok", "domain_taken"}
    stored = (await processes[1].list_sites(owner=None, limit=100)).items
    held = [(domain, site.name) for site in stored for domain in site.domains]
    assert len(held) == len({domain for domain, _ in held}) == 3 * codes.count("ok")
    for domain, name in held:
        assert [site.name for site in await processes[2].find_sites(domains=[domain])] == [name]


async def test_site_that_is_deleted_meanwhile_leaves_no_deployment_behind(processes: Sequence[Records]) -> None:
    for number in range(WRITERS // 2):
        await processes[0].create_site(a_site(f"site-{number}"))
    made = [a_deployment(f"site-{number}") for number in range(WRITERS // 2)]
    codes = await codes_of(
        *(of(processes, number).create_deployment(one) for number, one in enumerate(made)),
        *(of(processes, number + 1).delete_site(one.site) for number, one in enumerate(made)),
    )
    assert set(codes) <= {"ok", "not_found", "site_not_empty"}
    assert codes.count("ok") == WRITERS // 2, "of each pair, just one"
    for one in made:
        assert (await processes[2].get_site(one.site) is None) == (await processes[2].get_deployment(one.id) is None)


# ports -----------------------------------------------------------------------------------------------------------


async def test_ports_that_are_freed_and_asked_for_at_once_are_never_shared(processes: Sequence[Records]) -> None:
    made = await deployed(processes[0], *[f"site-{number}" for number in range(WRITERS)])
    first, second = made[: WRITERS // 2], made[WRITERS // 2 :]
    for one in first:
        await processes[0].allocate_port(one.id, start=3001, end=3100)
    given: dict[str, int] = {}

    async def ask(writer: int, one: Deployment) -> None:
        given[one.id] = await of(processes, writer).allocate_port(one.id, start=3001, end=3100)

    await asyncio.gather(
        *(of(processes, writer).release_port(one.id) for writer, one in enumerate(first[::2])),
        *(ask(writer, one) for writer, one in enumerate(second)),
    )
    in_use = await processes[1].ports_in_use()
    assert {one: port for port, one in in_use.items() if one in given} == given
    assert set(in_use.values()) == {one.id for one in (*first[1::2], *second)}
    assert set(in_use) <= set(range(3001, 3001 + WRITERS)), "no port above those that could be held at once"


async def test_twenty_who_ask_for_one_deployment_get_one_port(processes: Sequence[Records]) -> None:
    (one,) = await deployed(processes[0], "shop")
    asked = (of(processes, writer).allocate_port(one.id, start=3001, end=3100) for writer in range(WRITERS))
    assert set(await asyncio.gather(*asked)) == {3001}
    assert await processes[1].ports_in_use() == {3001: one.id}


# compare-and-set -------------------------------------------------------------------------------------------------


async def test_every_change_of_twenty_who_repeat_stale_ones_is_kept_once(processes: Sequence[Records]) -> None:
    (one,) = await deployed(processes[0], "shop")

    async def add(writer: int) -> None:
        for number in range(3):
            while True:
                current = await existing(of(processes, writer), one.id)
                stages = (*current.stages, Stage(name=f"{writer}-{number}", started_at=now()))
                try:
                    (saved,) = await of(processes, writer).save(current.model_copy(update={"stages": stages}))
                except Conflict:
                    continue
                assert saved.version == len(stages)
                break

    await asyncio.gather(*map(add, range(WRITERS)))
    stored = await existing(processes[1], one.id)
    assert stored.version == 3 * WRITERS
    assert sorted(stage.name for stage in stored.stages) == sorted(f"{w}-{n}" for w in range(WRITERS) for n in range(3))


async def test_of_twenty_who_go_live_at_once_one_does_and_the_others_leave_no_trace(
    processes: Sequence[Records],
) -> None:
    made = await deployed(processes[0], *["shop"] * WRITERS)

    def go_live(writer: int) -> Awaitable[object]:
        running = made[writer].model_copy(update={"status": Status.RUNNING})
        return of(processes, writer).save(running, live=LiveChange("shop", None, running.id, f"framework-{writer}"))

    assert await codes_of(*map(go_live, range(WRITERS))) == ["ok"] + ["stale"] * (WRITERS - 1)
    site = await processes[1].get_site("shop")
    stored = (await processes[1].list_deployments(limit=100)).items
    (running,) = [one for one in stored if one.status is Status.RUNNING]
    assert site is not None
    winner = [one.id for one in made].index(running.id)
    assert (site.live_deployment, site.framework) == (running.id, f"framework-{winner}")
    assert sorted(one.version for one in stored) == [0] * (WRITERS - 1) + [1]


async def test_cancel_is_kept_whatever_is_saved_meanwhile(processes: Sequence[Records]) -> None:
    made = await deployed(processes[0], *[f"site-{number}" for number in range(WRITERS // 2)])
    codes = await codes_of(
        *(of(processes, n).save(one.model_copy(update={"image": "built"})) for n, one in enumerate(made)),
        *(of(processes, n + 1).request_cancel(one.id) for n, one in enumerate(made)),
    )
    assert codes == ["ok"] * WRITERS
    for one in made:
        stored = await existing(processes[2], one.id)
        assert (stored.cancel_requested, stored.image, stored.version) == (True, "built", 1)


# the queue -------------------------------------------------------------------------------------------------------


async def test_twenty_workers_that_come_at_once_get_the_oldest_of_every_site(processes: Sequence[Records]) -> None:
    made = await deployed(processes[0], *[f"site-{number % 5}" for number in range(WRITERS)])

    async def claim(writer: int) -> str | None:
        handed = await of(processes, writer).claim_next(f"worker-{writer}", lease_seconds=600)
        return handed and handed.id

    claimed = [one for one in await asyncio.gather(*map(claim, range(WRITERS))) if one is not None]
    assert sorted(claimed) == [one.id for one in made[:5]]


# accounts --------------------------------------------------------------------------------------------------------


async def test_twenty_with_five_invites_make_five_accounts(processes: Sequence[Records]) -> None:
    (admin,) = await admins(processes[0], 1)
    invites = [an_invite(admin) for _ in range(5)]
    for invite in invites:
        await processes[0].add_invite(invite)
    codes = await codes_of(
        *(
            of(processes, writer).create_user(a_user(f"user-{writer}@example.com"), invite=invites[writer % 5].id)
            for writer in range(WRITERS)
        )
    )
    assert codes == ["not_found"] * 15 + ["ok"] * 5
    assert len((await processes[1].list_users(limit=100)).items) == 6
    assert list(await processes[1].list_invites()) == []


async def test_invite_is_either_withdrawn_or_used(processes: Sequence[Records]) -> None:
    (admin,) = await admins(processes[0], 1)
    invites = [an_invite(admin) for _ in range(WRITERS // 2)]
    for invite in invites:
        await processes[0].add_invite(invite)

    async def use(writer: int) -> bool:
        try:
            await of(processes, writer).create_user(a_user(f"u{writer}@example.com"), invite=invites[writer].id)
        except NotFound:
            return False
        return True

    numbers = range(WRITERS // 2)
    used, withdrawn = await asyncio.gather(
        asyncio.gather(*map(use, numbers)),
        asyncio.gather(*(of(processes, n + 1).delete_invite(invites[n].id) for n in numbers)),
    )
    assert [a != b for a, b in zip(used, withdrawn, strict=True)] == [True] * len(invites)
    assert len((await processes[2].list_users(limit=100)).items) == 1 + sum(used)


async def test_twenty_invites_for_one_address_leave_one(processes: Sequence[Records]) -> None:
    (admin,) = await admins(processes[0], 1)
    invites = [an_invite(admin, email="bert@example.com") for _ in range(WRITERS)]
    await asyncio.gather(*(of(processes, n).add_invite(invite) for n, invite in enumerate(invites)))
    (left,) = await processes[1].list_invites()
    assert left in invites


async def test_admins_who_take_one_another_away_leave_one_and_never_none(processes: Sequence[Records]) -> None:
    everybody = await admins(processes[0])
    fewest, over = WRITERS, asyncio.Event()

    async def watch() -> None:
        nonlocal fewest
        while not over.is_set():
            fewest = min(fewest, await enabled_admins(processes[-1]))
            await asyncio.sleep(0.01)

    def take_away(writer: int) -> Awaitable[object]:
        records, victim = of(processes, writer), everybody[(writer + 1) % WRITERS].uid
        if writer % 3 == 0:
            return records.delete_user(victim)
        return records.update_user(victim, {"disabled": True} if writer % 3 == 1 else {"role": Role.MEMBER})

    watching = asyncio.create_task(watch())
    codes = await codes_of(*map(take_away, range(WRITERS)))
    over.set()
    await watching
    assert codes == ["last_admin"] + ["ok"] * (WRITERS - 1)
    assert await enabled_admins(processes[0]) == 1 <= fewest


async def test_who_is_disabled_meanwhile_keeps_no_token_and_no_invite(processes: Sequence[Records]) -> None:
    """Whatever comes first: what is made before goes with the account's being disabled, what comes later is refused."""
    staying, *leaving = await admins(processes[0], 6)
    calls: list[Awaitable[object]] = []
    for number, admin in enumerate(leaving):
        calls.append(of(processes, number).add_invite(an_invite(admin)))
        calls.append(of(processes, number + 1).update_user(admin.uid, {"disabled": True}))
        calls.append(of(processes, number + 2).delete_user(admin.uid))
        calls.append(of(processes, number + 3).add_token(a_token(admin)))
    assert set(await codes_of(*calls)) <= {"ok", "not_found"}
    assert list(await processes[0].list_invites()) == []
    for admin in leaving:
        assert list(await processes[1].list_tokens(admin.uid, "session")) == []
    assert [user.uid for user in (await processes[1].list_users(limit=100)).items] == [staying.uid]
