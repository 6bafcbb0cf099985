"""Firestore out of reach: what was known can still be read, nothing is made up, and all goes on once it is back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from builders import a_deployment, a_site, a_token, a_user, deployed
from emulation.processes import launch
from emulation.programs import RULES, firestore
from emulators import firebase_settings
from gate import Gate
from live import free_port

from zipp.domain.deployment import GitSource, Status
from zipp.domain.errors import Unreachable
from zipp.domain.ids import new_id
from zipp.domain.user import Role
from zipp.firebase.connection import Firebase
from zipp.records.firestore import FirestoreRecords, paths
from zipp.records.firestore.writes import Writes
from zipp.records.records import LiveChange

PATIENCE_SECONDS = 60


@pytest.fixture
def gate(firestore_emulator: str) -> Iterator[Gate]:
    gate = Gate(firestore_emulator)
    yield gate
    gate.shut()


@pytest.fixture
async def records(gate: Gate, tmp_path: Path) -> AsyncIterator[FirestoreRecords]:
    opened = records_at(gate.address, tmp_path)
    await opened.start()
    yield opened
    await opened.close()


def records_at(address: str, folder: Path, project: str | None = None) -> FirestoreRecords:
    name = project or f"demo-{new_id()[-12:]}"
    return FirestoreRecords(Firebase(firebase_settings(folder, firebase_project=name, firestore_emulator=address)))


async def refused(call: Awaitable[object]) -> None:
    with pytest.raises(Unreachable) as caught:
        await call
    assert (caught.value.code, bool(caught.value.hint)) == ("records_unreachable", True)


async def is_back(records: FirestoreRecords) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await records.ping()
        except Unreachable:
            assert time.monotonic() < until, "it never came back"
            await asyncio.sleep(0.1)


async def test_what_was_read_can_be_read_and_nothing_else(records: FirestoreRecords, gate: Gate) -> None:
    anna, bert = a_user("anna@example.com", role=Role.ADMIN), a_user("bert@example.com")
    for user in (anna, bert):
        await records.create_user(user, password_hash="hash")
    token = a_token(anna)
    await records.add_token(token)
    site = a_site("shop", owner=anna.uid, env_encrypted="sealed", domains=("shop.example",))
    await records.create_site(site)
    private = GitSource(url="https://git.example/x.git", token_encrypted="sealed")
    deployment = a_deployment("shop", owner=anna.uid, source=private)
    await records.create_deployment(deployment)
    reads: list[Callable[[], Awaitable[object]]] = [
        lambda: records.find_token(token.secret_sha256),
        lambda: records.get_user(anna.uid),
        lambda: records.get_site("shop"),
        lambda: records.find_sites(names=["shop", "nowhere"], domains=["shop.example"]),
        lambda: records.list_sites(owner=anna.uid, limit=10),
        lambda: records.list_sites(owner=None, limit=1),
        lambda: records.count_sites([anna.uid, bert.uid]),
        lambda: records.get_deployment(deployment.id),
        lambda: records.list_deployments(owner=anna.uid, limit=10),
        lambda: records.newest_deployments(["shop"]),
        lambda: records.list_users(limit=10),
    ]
    before = [await read() for read in reads]
    with gate.is_shut():
        assert [await read() for read in reads] == before
        await refused(records.ping())
        for call in (
            records.get_user(new_id()),
            records.find_token("00"),
            records.find_credentials("anna@example.com"),
            records.list_sites(owner="nobody", limit=10),
            records.list_deployments(limit=10, owner=anna.uid, statuses={Status.FAILED}),
            records.list_tokens(anna.uid, "session"),
            records.oldest_admin(),
            records.archive_in_use("ab"),
            records.ports_in_use(),
            records.claim_next("w", lease_seconds=60),
            records.renew_lease(deployment.id, "w", lease_seconds=60),
            records.save(deployment.model_copy(update={"port": 1})),
            records.save(deployment, live=LiveChange("shop", None, deployment.id)),
            records.create_site(a_site("other")),
            records.update_site("shop", {"framework": "node"}),
            records.delete_deployment(deployment.id),
            records.request_cancel(deployment.id),
            records.allocate_port(deployment.id, start=3001, end=3009),
        ):
            await refused(call)
        assert [await read() for read in reads[2:10]] == before[2:10], "writes that failed take nothing away"
    await is_back(records)
    assert [await read() for read in reads] == before
    assert await records.claim_next("w", lease_seconds=60) == deployment
    await records.save(deployment.model_copy(update={"status": Status.FAILED}))


async def test_own_changes_are_known_without_reading_them_again(records: FirestoreRecords, gate: Gate) -> None:
    (deployment,) = await deployed(records, "shop")
    listed = await records.list_deployments(limit=10)
    assert list(listed.items) == [deployment]
    (saved,) = await records.save(deployment.model_copy(update={"status": Status.CLONING, "image": "x"}))
    site = await records.update_site("shop", {"framework": "node", "env_encrypted": "sealed"})
    with gate.is_shut():
        assert await records.get_deployment(deployment.id) == saved
        assert list((await records.list_deployments(limit=10)).items) == [saved]
        assert await records.get_site("shop") == site


async def test_who_lost_access_does_not_get_it_back_from_memory(records: FirestoreRecords, gate: Gate) -> None:
    admin = a_user(role=Role.ADMIN)
    users = [a_user(role=Role.ADMIN) for _ in range(4)]
    tokens = [a_token(user) for user in users]
    for user in (admin, *users):
        await records.create_user(user)
    for token in tokens:
        await records.add_token(token)

    async def read() -> None:
        for user, token in zip(users, tokens, strict=True):
            await records.get_user(user.uid)
            await records.find_token(token.secret_sha256)
        await records.list_users(limit=10)

    await read()
    await records.delete_token(tokens[0].id)
    await records.update_user(users[1].uid, {"disabled": True})
    await records.update_user(users[2].uid, {"role": Role.MEMBER})
    await records.delete_user(users[3].uid)
    with gate.is_shut():
        assert await records.find_token(tokens[0].secret_sha256) is None
        assert await records.find_token(tokens[1].secret_sha256) is None
        disabled, demoted = await records.get_user(users[1].uid), await records.get_user(users[2].uid)
        assert disabled is not None
        assert demoted is not None
        assert (disabled.disabled, demoted.role) == (True, Role.MEMBER)
        assert await records.get_user(users[3].uid) is None
        assert await records.find_token(tokens[3].secret_sha256) is None
        assert await records.get_user(users[0].uid) == users[0]


async def test_a_change_of_access_that_stayed_unclear_counts_as_made(records: FirestoreRecords, gate: Gate) -> None:
    admin, user = a_user(role=Role.ADMIN), a_user()
    await records.create_user(admin)
    await records.create_user(user)
    token = a_token(user)
    await records.add_token(token)
    await records.find_token(token.secret_sha256)

    async def delete(writes: Writes) -> None:
        writes.remove(paths.token(token.secret_sha256))

    with gate.is_shut():
        assert await records.find_token(token.secret_sha256) == token
        await refused(records._store.change(delete))  # as one whose answer was lost: delete_token asks first
        await refused(records.find_token(token.secret_sha256))
    await is_back(records)
    assert await records.find_token(token.secret_sha256) == token


async def test_start_is_refused_while_it_is_away_and_works_later(gate: Gate, tmp_path: Path) -> None:
    gate.shut()
    records = records_at(gate.address, tmp_path)
    await refused(records.start())
    await refused(records.ping())
    gate.open()
    await is_back(records)
    await records.start()
    await records.create_site(a_site())
    await records.close()


async def test_no_call_hangs_when_it_hangs_or_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator of its own, stopped by a signal (it accepts connections and says nothing) and then killed."""
    emulator = launch(firestore(free_port(), rules=RULES), tmp_path / "firestore.log")
    records = records_at(emulator.program.address, tmp_path)
    try:
        await asyncio.to_thread(emulator.wait_until_ready)
        await records.start()
        (deployment,) = await deployed(records, "shop")
        site = await records.get_site("shop")
        os.kill(emulator.process.pid, signal.SIGSTOP)
        monkeypatch.setattr("zipp.records.firestore.calls.CALL_SECONDS", 2)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await refused(records.ping())
            await refused(records.save(deployment.model_copy(update={"port": 1})))
            await refused(records.claim_next("w", lease_seconds=60))
            assert await records.get_site("shop") == site
            assert await records.get_deployment(deployment.id) == deployment
        monkeypatch.undo()
        os.kill(emulator.process.pid, signal.SIGCONT)
        await is_back(records)
        claimed = await records.claim_next("w2", lease_seconds=60)
        assert claimed is None or claimed.id == deployment.id  # the first may have been stored, unheard
        emulator.process.kill()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await refused(records.ping())
            await refused(records.create_site(a_site("other")))
            assert await records.get_site("shop") == site
    finally:
        emulator.process.kill()
        emulator.process.wait()
        await records.close()


async def test_who_acts_by_the_records_is_never_answered_from_memory(records: FirestoreRecords, gate: Gate) -> None:
    certain = records.certain
    await records.create_site(a_site("shop"))
    deployment = a_deployment("shop")
    await certain.create_deployment(deployment)
    reads: list[Callable[[FirestoreRecords], Awaitable[object]]] = [
        lambda from_: from_.list_sites(owner=None, limit=10),
        lambda from_: from_.get_site("shop"),
        lambda from_: from_.find_sites(names=["shop"]),
        lambda from_: from_.get_deployment(deployment.id),
        lambda from_: from_.list_deployments(limit=10),
    ]
    known = [await read(certain) for read in reads]
    assert [await read(records) for read in reads] == known
    with gate.is_shut():
        assert [await read(records) for read in reads] == known
        for read in reads:
            await refused(read(certain))
    await is_back(records)
    assert [await read(certain) for read in reads] == known
