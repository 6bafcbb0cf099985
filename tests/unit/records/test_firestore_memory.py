"""What is remembered of Firestore's answers, and what is not (records/firestore/last_known.py)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.cloud.firestore_v1 import Increment

from zipp.records.firestore.documents import Document
from zipp.records.firestore.last_known import LastKnown
from zipp.records.firestore.queries import sites, users
from zipp.records.firestore.writes import Writes

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def document(path: str, at: int = 0, **fields: object) -> Document:
    return Document(path, fields, AT + timedelta(seconds=at))


def learned(*documents: Document, clock: Clock | None = None) -> LastKnown:
    known = LastKnown(clock or Clock())
    reading = known.begin()
    for each in documents:
        known.learn(reading, each.path, each)
    known.end(reading)
    return known


def commit(known: LastKnown, writes: Writes, *, at: int = 9) -> None:
    before = known.writing(writes)
    known.written(writes, before, [AT + timedelta(seconds=at)] * len(writes.all))


def deletion(path: str) -> Writes:
    writes = Writes()
    writes.remove(path)
    return writes


def test_a_read_that_began_before_a_change_brings_nothing_back() -> None:
    token = document("tokens/a")
    for read_ends in ("during", "after"):
        known = learned(token)
        reading = known.begin()
        before = known.writing(deletion(token.path))
        if read_ends == "during":
            known.learn(reading, token.path, token)
        known.written(deletion(token.path), before, [None])
        if read_ends == "after":
            known.learn(reading, token.path, token)
        known.end(reading)
        assert known.documents([token.path]) == [None]


def test_a_read_that_began_during_a_change_and_ended_before_it_brings_nothing_back() -> None:
    token = document("tokens/a")
    known = learned(token)
    before = known.writing(deletion(token.path))
    reading = known.begin()
    known.learn(reading, token.path, token)
    known.end(reading)
    known.written(deletion(token.path), before, [None])
    assert known.documents([token.path]) == [None]


def test_access_whose_change_stayed_unclear_is_forgotten_and_content_is_kept_but_not_decided_from() -> None:
    user, site = document("users/a", uid="a"), document("sites/a", name="a")
    known = learned(user, site)
    writes = Writes()
    writes.change(user, {"disabled": True})
    writes.change(site, {"framework": "node"})
    known.unwritten(writes, known.writing(writes))
    assert known.documents([user.path]) is None
    (kept,) = known.documents([site.path]) or [None]
    assert kept is not None
    assert kept.fields == {"name": "a"}
    assert known.current(site.path) is None


def test_own_change_of_what_was_read_is_known_exactly_and_a_blind_one_only_to_be_looked_at() -> None:
    read = document("deployments/a", version=1, status="PENDING")
    known = learned(read)
    writes = Writes()
    writes.change(read, {"version": 2})
    commit(known, writes, at=5)
    assert known.current(read.path) == document(read.path, 5, version=2, status="PENDING")
    writes = Writes()
    writes.update(read.path, {"cancel_requested": True, "revision": Increment(1)})
    commit(known, writes)
    assert known.current(read.path) is None
    (seen,) = known.documents([read.path]) or [None]
    assert seen is not None
    assert seen.fields == {"version": 2, "status": "PENDING", "cancel_requested": True}


def test_secrets_queues_and_guesses_are_never_remembered() -> None:
    known = learned(*(document(f"{name}/a") for name in ("credentials", "emails", "invites", "leases", "ports")))
    reading = known.begin()
    known.learn(reading, "tokens/guess", None)
    known.learn(reading, "users/guess", None)
    known.end(reading)
    assert known.some([f"{name}/a" for name in ("credentials", "emails", "invites", "leases", "ports")]) == [None] * 5
    assert known.documents(["tokens/guess"]) is None
    assert known.documents(["users/guess"]) is None


def test_what_fell_out_of_a_list_by_an_own_change_is_not_in_it() -> None:
    ours, theirs, gone = (document(f"sites/{name}", name=name, owner="anna") for name in ("a", "b", "c"))
    known = learned(ours, theirs, gone)
    query = sites(owner="anna", after=None, limit=9)
    known.learn_answer(query, [ours.path, theirs.path, gone.path])
    writes = deletion(gone.path)
    writes.change(theirs, {"owner": "bert"})
    commit(known, writes)
    assert known.answer(query) == [ours]
    assert known.answer(sites(owner="bert", after=None, limit=9)) is None


def test_what_is_an_hour_older_than_the_last_contact_is_not_told_any_more() -> None:
    clock = Clock()
    user = document("users/a", uid="a")
    known = learned(user, clock=clock)
    known.learn_answer(users(after=None, limit=9), [user.path])
    clock.seconds = 100_000  # of an outage: what was known at its beginning stays
    assert known.documents([user.path]) == [user]
    known.heard()
    assert known.documents([user.path]) is None
    assert known.answer(users(after=None, limit=9)) is None


def test_memory_is_bounded() -> None:
    known = learned(*(document(f"sites/{number}", name=str(number)) for number in range(10_000)))
    assert sum(each is not None for each in known.some([f"sites/{number}" for number in range(10_000)])) <= 3000
    known = learned(document("deployments/large", plan="x" * 200_000))
    assert known.documents(["deployments/large"]) is None
