"""What every Records promises about sites (src/zipp/records/records.py), whatever it is kept in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from builders import a_site, codes_of, deployed

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.plan import Limits
from zipp.records.records import Records

OpenRecords = Callable[[], Awaitable[Records]]
WRITERS = 20


async def test_starting_again_keeps_everything(open_records: OpenRecords) -> None:
    first = await open_records()
    await first.create_site(a_site())
    await first.start()
    assert await (await open_records()).get_site("shop") == await first.get_site("shop") is not None
    await first.ping()


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
