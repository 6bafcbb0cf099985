"""What is the Firestore records' own: limits of its documents, its schema, and how many round trips an answer takes."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from builders import a_deployment, a_site, a_token, a_user, deployed
from emulators import firebase_settings

from zipp.domain.deployment import Deployment, Status, Step, entered, moved
from zipp.domain.errors import InvalidInput, Unavailable
from zipp.domain.ids import new_id, now
from zipp.domain.plan import BuildPlan
from zipp.domain.user import Role
from zipp.firebase.connection import Firebase
from zipp.records.firestore import FirestoreRecords, paths
from zipp.records.firestore.documents import token_fields
from zipp.records.firestore.writes import Writes
from zipp.records.records import LiveChange


@pytest.fixture
def make(firestore_emulator: str, tmp_path: Path) -> Callable[[], FirestoreRecords]:
    project = f"demo-{new_id()[-12:]}"
    settings = firebase_settings(tmp_path, firebase_project=project, firestore_emulator=firestore_emulator)
    return lambda: FirestoreRecords(Firebase(settings))


@pytest.fixture
async def records(make: Callable[[], FirestoreRecords]) -> AsyncIterator[FirestoreRecords]:
    records = make()
    await records.start()
    yield records
    await records.close()


async def put(records: FirestoreRecords, path: str, fields: dict[str, object]) -> None:
    async def work(writes: Writes) -> None:
        writes.put(path, fields)

    await records._store.change(work)


def test_it_works_under_the_platforms_own_event_loop(make: Callable[[], FirestoreRecords]) -> None:
    async def use() -> Deployment | None:
        assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
        records = make()
        await records.start()
        await deployed(records, *["shop"] * 5)
        saves = (records.save(each) for each in (await records.list_deployments(limit=9)).items)
        await asyncio.gather(*saves)
        claimed = await records.claim_next("w", lease_seconds=60)
        await records.close()
        return claimed

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        claimed = runner.run(use())
    assert claimed is not None
    assert claimed.version == 1


# what Firestore's documents can't hold -------------------------------------------------------------------------------


async def test_keys_and_lists_that_its_maps_can_not_hold_are_kept(records: FirestoreRecords) -> None:
    env = {"__PROTO__": "1", "__name__": "2", ".": "3", "a.b": "4", "`": "5", "ä": "6", "": "7", "__type__": "8"}
    await records.create_site(a_site())
    plan = BuildPlan(framework="node", summary="x", env=env, build_env=env, tools=tuple(map(str, range(50_000))))
    deployment = a_deployment(plan=plan)
    await records.create_deployment(deployment)
    (saved,) = await records.save(deployment.model_copy(update={"port": 1}))
    assert await records.get_deployment(deployment.id) == saved
    user = a_user(claims={"": [[1, [2]]], "__x__": {"deep": [{}] * 3}, "big": 2**70, "half": 0.5})
    await records.create_user(user)
    assert await records.get_user(user.uid) == user


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "__x__", "x" * 1501, "\udc80", "a/b/c/d"])
async def test_id_that_no_document_can_have_is_not_there(records: FirestoreRecords, name: str) -> None:
    await records.create_site(a_site())
    assert await records.get_site(name) is None
    assert await records.get_user(name) is None
    assert await records.get_deployment(name) is None
    assert await records.find_token(name) is None
    assert [site.name for site in await records.find_sites(names=[name, "shop"], domains=[name])] == ["shop"]
    await records.request_cancel(name)
    await records.delete_deployment(name)
    await records.delete_site(name)
    if name in ("\udc80", "x" * 1501):  # no value of a field either
        assert not (await records.list_sites(owner=name, limit=3)).items
        assert not (await records.list_deployments(site=name, owner=name, limit=3)).items
        assert await records.newest_deployments([name]) == {}
        assert not await records.archive_in_use(name)
        assert not any((await records.count_sites([name])).values())
        assert not await records.delete_token(name)


async def test_what_is_too_large_for_a_document_is_refused_and_changes_nothing(records: FirestoreRecords) -> None:
    (deployment,) = await deployed(records, "shop")
    plan = BuildPlan(framework="node", summary="x" * 2**20)
    with pytest.raises(InvalidInput) as caught:
        await records.save(deployment.model_copy(update={"plan": plan}))
    assert (caught.value.code, bool(caught.value.hint)) == ("record_too_large", True)
    assert await records.get_deployment(deployment.id) == deployment
    almost = BuildPlan(framework="node", summary="x" * 950_000)
    await records.save(deployment.model_copy(update={"plan": almost}))


async def test_account_with_more_tokens_than_a_commit_takes_is_disabled_whole(records: FirestoreRecords) -> None:
    admin, user = a_user(role=Role.ADMIN), a_user()
    await records.create_user(admin)
    await records.create_user(user)
    for _ in range(3):

        async def add(writes: Writes) -> None:
            for token in (a_token(user) for _ in range(400)):
                writes.create(paths.token(token.secret_sha256), token_fields(token))

        await records._store.change(add)
    assert len(await records.list_tokens(user.uid, "session")) == 1200
    await records.update_user(user.uid, {"disabled": True})
    assert not await records.list_tokens(user.uid, "session")


# one moment ----------------------------------------------------------------------------------------------------------


async def test_snapshot_is_of_one_moment_whatever_is_written_meanwhile(records: FirestoreRecords) -> None:
    (deployment,) = await deployed(records, "shop")
    site = await records.get_site("shop")
    async with records.snapshot() as frozen:
        await records.create_site(a_site("later"))
        await records.update_site("shop", {"framework": "node"})
        await records.save(deployment.model_copy(update={"port": 1}))
        assert list((await frozen.list_sites(owner=None, limit=9)).items) == [site]
        assert await frozen.get_site("later") is None
        assert await frozen.get_deployment(deployment.id) == deployment
        assert await frozen.count_sites(["anna"]) == {"anna": 1}
        with pytest.raises(TypeError):
            await frozen.create_site(a_site("never"))
    assert len((await records.list_sites(owner=None, limit=9)).items) == 2


async def test_moment_that_firestore_does_not_know_any_more_is_said_to_be_lost(
    records: FirestoreRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with records.snapshot() as frozen:
        monkeypatch.setattr(frozen._store.calls, "_moment_ends", 0.0)
        with pytest.raises(Unavailable) as caught:
            await frozen.list_sites(owner=None, limit=9)
    assert caught.value.code == "records_moment_lost"


# its schema ----------------------------------------------------------------------------------------------------------


async def test_documents_of_a_newer_zipp_are_refused(records: FirestoreRecords) -> None:
    for version, code in ((99, "records_too_new"), (0, "records_unreadable"), ("x", "records_unreadable")):
        await put(records, "meta/schema", {"version": version})
        with pytest.raises(Unavailable) as caught:
            await records.start()
        assert (caught.value.code, bool(caught.value.hint)) == (code, True)


async def test_document_that_is_no_record_is_said_to_be_unreadable(records: FirestoreRecords) -> None:
    await put(records, "users/x", {"uid": 7})
    await put(records, "deployments/y", {"id": "y", "plan": "{"})
    for call in (records.get_user("x"), records.get_deployment("y"), records.list_deployments(limit=3)):
        with pytest.raises(Unavailable) as caught:
            await call
        assert caught.value.code == "records_unreadable"


async def test_secrets_are_in_documents_of_their_own(records: FirestoreRecords) -> None:
    """Security rules decide over whole documents: people's own web pages may read users, sites and deployments."""
    await records.create_user(a_user("anna@example.com"), password_hash="SECRET")
    await records.create_site(a_site(env_encrypted="SECRET"))
    source = {"kind": "git", "url": "https://git.example/x.git", "token_encrypted": "SECRET"}
    deployment = a_deployment(source=source)
    await records.create_deployment(deployment)
    await records.save(deployment)
    await records.update_site("shop", {"env_encrypted": "SECRET"})
    for collection in ("users", "sites", "deployments", "events"):
        documents = [each.to_dict() async for each in records._store.calls._client.collection(collection).stream()]
        assert documents
        assert "SECRET" not in json.dumps(documents, default=str)


# round trips ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def calls(records: FirestoreRecords, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()
    for name in ("get", "find", "count", "commit"):
        monkeypatch.setattr(records._store.calls, name, _counting(name, getattr(records._store.calls, name), counted))
    return counted


def _counting(
    name: str, call: Callable[..., Awaitable[object]], counted: Counter[str]
) -> Callable[..., Awaitable[object]]:
    async def counting(*given: object) -> object:
        counted[name] += 1
        return await call(*given)

    return counting


async def test_the_frequent_calls_take_few_round_trips(records: FirestoreRecords, calls: Counter[str]) -> None:
    user = a_user()
    await records.create_user(user)

    async def cost(call: Awaitable[object]) -> dict[str, int]:
        calls.clear()
        await call
        return dict(calls)

    token, deployment = a_token(user), a_deployment()
    assert await cost(records.add_token(token)) == {"commit": 1}
    assert await cost(records.find_token(token.secret_sha256)) == {"get": 1}
    assert await cost(records.get_user(user.uid)) == {"get": 1}
    assert await cost(records.create_site(a_site())) == {"commit": 1}
    assert await cost(records.create_deployment(deployment)) == {"commit": 1}
    assert await cost(records.claim_next("w", lease_seconds=60)) == {"find": 2, "commit": 1}
    begun = entered(moved(deployment, Status.CLONING, at=now()), Step.FETCH, at=now())
    assert await cost(records.save(begun)) == {"commit": 1}
    assert await cost(records.allocate_port(deployment.id, start=3001, end=3009)) == {"get": 1, "find": 1, "commit": 1}
    begun = begun.model_copy(update={"version": 1})
    assert await cost(records.save(begun, live=LiveChange("shop", None, deployment.id))) == {"commit": 1}
    assert await cost(records.list_deployments(limit=50)) == {"find": 1}
    assert await cost(records.list_sites(owner="anna", limit=50)) == {"find": 1}
    assert await cost(records.get_site("shop")) == {"get": 1}
    assert await cost(records.release_lease(deployment.id, "w")) == {"find": 1, "commit": 1}
    (last,) = (await records.list_deployments(limit=1)).items
    await records.save(last.model_copy(update={"status": Status.FAILED}))
    assert await cost(records.claim_next("w", lease_seconds=60)) == {"find": 2}


async def test_the_queue_is_not_read_beyond_what_is_handed_out(records: FirestoreRecords, calls: Counter[str]) -> None:
    made = await deployed(records, *["busy"] * 60, "idle")
    calls.clear()
    assert await records.claim_next("a", lease_seconds=60) == made[0]
    assert calls["find"] == 2
    assert await records.claim_next("b", lease_seconds=60) == made[-1]
    assert calls["find"] == 6
