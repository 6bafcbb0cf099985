"""Who may do what with Firestore past the platform: deploy/firebase/firestore.rules against the official emulator.

The emulator takes any token, also one without a signature or of another project: what it shows is what the rules make
of it, and that even forged claims alone open nothing. Who a token was made by, for and until is checked by Firestore
itself before any rule is asked, and only in production.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from firestoreclient import PLATFORM, FirestoreClient, load_rules, session, unsigned_token

from zipp.records.firestore.schema import COLLECTIONS

RULES = (Path(__file__).parents[2] / "deploy/firebase/firestore.rules").read_text()

SHOWN = ("users", "sites", "deployments")
HIDDEN = sorted({*COLLECTIONS, "meta"} - set(SHOWN))
UNKNOWN = "anything"  # no collection of ours, so no rule either

READS = ("get own", "get another's", "get missing", "list own", "list another's", "page of own", "list all", "count")
FEW = {"get own", "list own", "list all", "create", "update own", "delete own"}  # enough for what is denied as a whole

NOTHING: frozenset[str] = frozenset()
OWN = frozenset({"users: get own"}) | {
    f"{collection}: {read}"
    for collection in ("sites", "deployments")
    for read in ("get own", "list own", "page of own")
}
EVERYTHING = frozenset(f"{collection}: {read}" for collection in SHOWN for read in READS)

MEMBER, ADMIN = {"role": "member", "disabled": False}, {"role": "admin", "disabled": False}
ANOTHER = "bert"  # a member whom nobody of the table is


@dataclass(frozen=True)
class Person:
    """`claims` is what their ID token says beside who they are (None: no token), `record` what Zipp has of them."""

    uid: str
    claims: dict[str, Any] | None
    record: dict[str, Any] | None
    may: frozenset[str]


PEOPLE = (
    #       who                       their token says        their record says              they may
    Person("member", {}, MEMBER, OWN),
    Person("admin", {"role": "admin"}, ADMIN, EVERYTHING),
    Person("anonymous", None, None, NOTHING),
    Person("no-record", {}, None, NOTHING),  # made an account in Firebase, and Zipp let them in never or no more
    Person("no-record-admin", {"role": "admin"}, None, NOTHING),
    Person("claim-only", {"role": "admin"}, MEMBER, OWN),  # a forged claim, or a token older than the role
    Person("record-only", {}, ADMIN, OWN),
    Person("record-and-member-claim", {"role": "member"}, ADMIN, OWN),
    Person("wrong-claims", {"role": ["admin"], "admin": True, "roles": "admin"}, ADMIN, OWN),
    Person("disabled", {}, MEMBER | {"disabled": True}, NOTHING),
    Person("disabled-admin", {"role": "admin"}, ADMIN | {"disabled": True}, NOTHING),
    Person("half-a-record", {"role": "admin"}, {"role": "admin"}, NOTHING),
)
EVERYBODY = [pytest.param(person, id=person.uid) for person in PEOPLE]
BY_NAME = {person.uid: person for person in PEOPLE}

Meet = Callable[[Person], FirestoreClient]


@pytest.fixture(scope="module")
def project(firestore_emulator: str) -> str:
    """With our rules, and with documents of everybody in every collection."""
    project = f"demo-rules-{secrets.token_hex(4)}"
    load_rules(firestore_emulator, project, RULES)
    asyncio.run(fill(firestore_emulator, project, PEOPLE))
    return project


async def fill(address: str, project: str, people: Collection[Person]) -> None:
    async with session() as http:
        platform = FirestoreClient(http, address, project, PLATFORM)
        records = {person.uid: person.record for person in people} | {ANOTHER: MEMBER}
        made = [
            platform.update(f"{collection}/{uid}", {"id": uid, "name": uid, "owner": uid, "uid": uid} | (record or {}))
            for collection in (*SHOWN, *HIDDEN, UNKNOWN)
            for uid, record in records.items()
            if record is not None or collection != "users"
        ]
        made += [platform.update(f"sites/{uid}/notes/note", {"owner": uid}) for uid in records]
        assert all(await asyncio.gather(*made))


@pytest.fixture
async def meet(firestore_emulator: str, project: str) -> AsyncIterator[Meet]:
    """Firestore as that person's browser meets it."""
    async with session() as http:
        yield lambda person: client_of(person, http, firestore_emulator, project)


def client_of(person: Person, http: aiohttp.ClientSession, address: str, project: str) -> FirestoreClient:
    token = None
    if person.claims is not None:
        token = unsigned_token(project, person.uid, person.claims)
    return FirestoreClient(http, address, project, token)


def attempts(client: FirestoreClient, uid: str, collection: str) -> dict[str, Callable[[], Awaitable[bool]]]:
    """What somebody might try with a collection, each with its name."""
    owner, order = ("uid" if collection == "users" else "owner"), ("name" if collection == "sites" else "id")
    own, another, missing = (f"{collection}/{name}" for name in (uid, ANOTHER, "missing"))
    return {
        "get own": partial(client.get, own),
        "get another's": partial(client.get, another),
        "get missing": partial(client.get, missing),
        "list own": partial(client.list, collection, where=(owner, uid)),
        "list another's": partial(client.list, collection, where=(owner, ANOTHER)),
        "page of own": partial(client.list, collection, where=(owner, uid), by=order),
        "list all": partial(client.list, collection, by=order),
        "count": partial(client.count, collection),
        "get below own": partial(client.get, f"{own}/notes/note"),
        "list everywhere": partial(client.list, collection, group=True),
        "create": partial(client.create, f"{own}-new", {"owner": uid, "uid": uid}),
        "update own": partial(client.update, own, {"role": "admin", "disabled": False}),
        "update another's": partial(client.update, another, {"owner": uid}),
        "delete own": partial(client.delete, own),
        "delete another's": partial(client.delete, another),
        "delete missing": partial(client.delete, missing),
    }


async def what_may(client: FirestoreClient, uid: str, hidden: Sequence[str] = HIDDEN) -> set[str]:
    tried = {
        f"{collection}: {name}": attempt
        for collection in (*SHOWN, *hidden, UNKNOWN)
        for name, attempt in attempts(client, uid, collection).items()
        if collection in SHOWN or name in FEW
    }
    allowed = await asyncio.gather(*(attempt() for attempt in tried.values()))
    return {name for name, was_allowed in zip(tried, allowed, strict=True) if was_allowed}


@pytest.mark.parametrize("person", EVERYBODY)
async def test_everybody_may_do_just_what_the_table_says(meet: Meet, person: Person) -> None:
    assert await what_may(meet(person), person.uid) == person.may


async def test_what_is_no_token_at_all_opens_nothing(firestore_emulator: str, project: str) -> None:
    async with session() as http:
        for token in ("nonsense", "a.b.c", unsigned_token(project, "", {"role": "admin"})):
            client = FirestoreClient(http, firestore_emulator, project, token)
            assert not await client.get("sites/admin")
            assert not await client.list("sites")


@pytest.mark.parametrize("person", EVERYBODY)
async def test_nobody_makes_themselves_a_record_or_an_admin(
    meet: Meet, firestore_emulator: str, project: str, person: Person
) -> None:
    client = meet(person)
    wanted = {"uid": person.uid, "role": "admin", "disabled": False}
    assert not await client.update(f"users/{person.uid}", wanted)
    assert not await client.update(f"users/{person.uid}", {"disabled": False})
    if person.record is None:
        assert not await client.create(f"users/{person.uid}", wanted)


# The table has teeth: each of these rules is wrong in one way, and somebody may then do more than the table says. ----
SITES = "match /sites/{name} {"
WRONG = (
    # what would be wrong              these words of the rules               in place of them                  for whom
    ("records may be missing", "isUser() && resource.data", "request.auth != null && resource.data", "no-record"),
    ("disabled is nothing", "record().disabled == false", "record().uid != null", "disabled"),
    ("disabled may be missing", "record().disabled == false", "!record().get('disabled', false)", "half-a-record"),
    ("the claim makes an admin", "record().role == 'admin' && ", "", "claim-only"),
    ("the record makes an admin", " && request.auth.token.role == 'admin'", "", "record-only"),
    ("what is owned is theirs", "resource.data.owner == request.auth.uid", "resource.data.owner != null", "member"),
    ("members know one another", "isUser() && uid == request.auth.uid", "isUser()", "member"),
    ("admins write users", "allow read: if isAdmin()", "allow read, write: if isAdmin()", "admin"),
    ("owners write", "allow read: if isOwner()", "allow read, write: if isOwner()", "member"),
    ("users create sites", SITES, f"{SITES} allow create: if isUser();", "member"),
    ("what is below is read too", SITES, "match /sites/{name=**} {", "admin"),
    ("sites anywhere are read", SITES, "match /{path=**}/sites/{name} {", "admin"),
    ("what has no rule is read", SITES, "match /{any=**} { allow read; }" + SITES, "anonymous"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "instead", "who"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
async def test_rules_that_are_wrong_are_found_out(firestore_emulator: str, words: str, instead: str, who: str) -> None:
    assert words in RULES, "the rules have other words by now"
    project, person = f"demo-wrong-{secrets.token_hex(4)}", BY_NAME[who]
    load_rules(firestore_emulator, project, RULES.replace(words, instead))
    await fill(firestore_emulator, project, [person])
    async with session() as http:
        may = await what_may(client_of(person, http, firestore_emulator, project), person.uid, hidden=())
    assert may - person.may


# Tokens as Firebase Auth makes them ----------------------------------------------------------------------------------


async def test_tokens_of_firebase_auth_are_judged_alike(
    firestore_emulator: str, auth_emulator: str, firebase_project: str
) -> None:
    load_rules(firestore_emulator, firebase_project, RULES)
    accounts = f"http://{auth_emulator}/identitytoolkit.googleapis.com/v1"
    async with session() as http:

        async def asked(path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
            async with http.post(f"{accounts}/{path}", json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                return dict(await answer.json())

        someone = f"{secrets.token_hex(6)}@example.com"
        signing_in = {"email": someone, "password": "correct horse", "returnSecureToken": True}
        made = await asked("accounts:signUp?key=any", signing_in)
        uid = made["localId"]
        platform = FirestoreClient(http, firestore_emulator, firebase_project, PLATFORM)
        client = FirestoreClient(http, firestore_emulator, firebase_project, made["idToken"])
        assert not await client.get(f"users/{uid}")
        await platform.update(f"users/{uid}", MEMBER | {"uid": uid})
        assert await client.get(f"users/{uid}")
        assert not await client.list("users")

        claims = {"localId": uid, "customAttributes": '{"role": "admin"}'}
        await asked(f"projects/{firebase_project}/accounts:update", claims, Authorization=f"Bearer {PLATFORM}")
        again = await asked("accounts:signInWithPassword?key=any", signing_in)
        client = FirestoreClient(http, firestore_emulator, firebase_project, again["idToken"])
        assert not await client.list("users")
        await platform.update(f"users/{uid}", ADMIN)
        assert await client.list("users")
        await platform.update(f"users/{uid}", {"disabled": True})
        assert not await client.list("users")
        await platform.delete(f"users/{uid}")
        assert not await client.list("users")
