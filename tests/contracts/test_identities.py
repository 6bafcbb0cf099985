"""What every identity promises, whoever proves the accounts: over SQLite, with Firebase at the Auth emulator."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from firebaseaccounts import FirebaseAccounts
from identities import refusal
from people import FirebasePeople, LocalPeople, People

from zipp.domain.errors import NotAllowed
from zipp.domain.ids import now
from zipp.domain.user import Role, User
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Grant
from zipp.records.sql import SqlRecords

Configured = Callable[..., People]


@pytest.fixture(params=["local", "firebase"])
async def configured(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Configured]:
    """People of a platform with the given settings."""
    records = SqlRecords(tmp_path / "zipp.db")
    await records.start()
    opened: list[People] = []

    def make(**settings: Any) -> People:
        people = LocalPeople(records, **settings)
        opened.append(people)
        return people

    def make_firebase(**settings: Any) -> People:
        people = FirebasePeople(records, request.getfixturevalue("firebase_accounts"), **settings)
        opened.append(people)
        return people

    yield make if request.param == "local" else make_firebase
    for people in opened:
        await people.close()
    await records.close()


@pytest.fixture
def firebase_accounts(auth_emulator: str, firebase_project: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth_emulator)
    accounts = FirebaseAccounts(auth_emulator, firebase_project)
    yield accounts
    accounts.close()


async def with_admin(people: People) -> Grant:
    """The first account, complete."""
    return await people.join(people.address("anna"), setup_token=await people.identity.new_setup_token())


async def with_bert(configured: Configured) -> tuple[People, Grant, Grant]:
    """A platform with an admin and a member."""
    people = configured(signup="open")
    admin = await with_admin(people)
    return people, admin, await people.join(people.address("bert"), name="Bert")


# the first account ---------------------------------------------------------------------------------------------------


async def test_set_up_link_makes_the_first_account_the_admin(configured: Configured) -> None:
    people = configured()
    identity = people.identity
    operator = await identity.operator_token()
    assert await identity.needs_setup()
    grant = await people.join(people.address("anna"), name="Anna", setup_token=await identity.new_setup_token())
    assert (grant.user.email, grant.user.name, grant.user.role) == (people.address("anna"), "Anna", Role.ADMIN)
    assert not await identity.needs_setup()
    assert await identity.new_setup_token() is None
    for secret in (grant.secret, (await people.sign_in(people.address("anna"))).secret, operator):
        assert (await identity.authenticate(secret)).user == grant.user
    assert [user.uid for user in (await people.records.list_users(limit=10)).items] == [grant.user.uid]


async def test_set_up_link_works_once_and_only_the_latest(configured: Configured) -> None:
    people = configured()
    old, new = await people.identity.new_setup_token(), await people.identity.new_setup_token()
    assert await refusal(people.join(people.address("eve"), setup_token=old)) == "setup_token_invalid"
    await people.join(people.address("anna"), setup_token=new)
    assert await refusal(people.join(people.address("carl"), setup_token=new)) == "setup_token_invalid"
    assert len((await people.records.list_users(limit=10)).items) == 1


async def test_one_of_many_with_the_same_set_up_link_gets_the_account(configured: Configured) -> None:
    people = configured()
    token = await people.identity.new_setup_token()
    attempts = (people.join(people.address(f"user-{i}"), setup_token=token) for i in range(8))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, Grant) for result in results) == 1
    assert [result.code for result in results if isinstance(result, NotAllowed)] == ["setup_token_invalid"] * 7


async def test_nobody_joins_before_the_first_account_is_complete(configured: Configured) -> None:
    people = configured(signup="open")
    await people.identity.prepare_first_account()
    assert await refusal(people.join(people.address("eve"))) == "setup_token_required"
    assert [user.uid for user in (await people.records.list_users(limit=10)).items] == [FIRST_UID]


async def test_set_up_link_and_other_one_time_secrets_sign_nobody_in(configured: Configured) -> None:
    people = configured()
    token = await people.identity.new_setup_token()
    assert token is not None
    assert await refusal(people.identity.authenticate(token)) == "token_invalid"


# who may join --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "code"), [("invite", "invite_required"), ("closed", "signup_closed")])
async def test_joining_is_refused_unless_it_is_open(configured: Configured, policy: str, code: str) -> None:
    people = configured(signup=policy)
    await with_admin(people)
    assert await refusal(people.join(people.address("bert"))) == code
    assert await people.records.find_credentials(people.address("bert")) is None


async def test_who_joins_an_open_platform_is_a_member(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    assert (bert.user.email, bert.user.name, bert.user.role) == (people.address("bert"), "Bert", Role.MEMBER)
    assert (await people.identity.authenticate(bert.secret)).user == bert.user
    assert (await people.sign_in(people.address("bert"))).user == bert.user


@pytest.mark.parametrize("role", list(Role))
async def test_invite_lets_one_person_in_with_its_role(configured: Configured, role: Role) -> None:
    people = configured(signup="closed")
    admin = await with_admin(people)
    made = await people.identity.create_invite(admin.user, email=people.address("bert"), role=role)
    other = people.join(people.address("eve"), invite=made.secret)
    assert await refusal(other) == "invite_email"
    bert = await people.join(people.address("bert"), invite=made.secret)
    assert bert.user.role is role
    assert await refusal(people.join(people.address("carl"), invite=made.secret)) == "invite_invalid"
    assert not await people.identity.list_invites()


async def test_one_of_many_with_the_same_invite_gets_an_account(configured: Configured) -> None:
    people = configured()
    admin = await with_admin(people)
    made = await people.identity.create_invite(admin.user)
    attempts = (people.join(people.address(f"user-{i}"), invite=made.secret) for i in range(8))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, Grant) for result in results) == 1
    assert [result.code for result in results if isinstance(result, NotAllowed)] == ["invite_invalid"] * 7


async def test_unusable_name_makes_no_account(configured: Configured) -> None:
    people = configured(signup="open")
    await with_admin(people)
    assert await refusal(people.join(people.address("bert"), name="a\nb")) == "name_invalid"
    assert await people.records.find_credentials(people.address("bert")) is None


# sessions ------------------------------------------------------------------------------------------------------------


async def test_session_says_when_it_ends(configured: Configured) -> None:
    people = configured(session_seconds=3600)
    grant = await with_admin(people)
    principal = await people.identity.authenticate(grant.secret)
    assert (principal.kind, principal.confirmed) == ("session", True)
    assert principal.expires_at == grant.token.expires_at
    assert principal.expires_at is not None
    assert 3500 < (principal.expires_at - now()).total_seconds() <= 3601


async def test_signing_out_ends_the_session_at_once_everywhere(configured: Configured) -> None:
    people = configured()
    grant = await with_admin(people)
    elsewhere = people.again()
    await elsewhere.authenticate(grant.secret)
    await people.identity.logout(await people.identity.authenticate(grant.secret))
    for identity in (people.identity, elsewhere):
        assert await refusal(identity.authenticate(grant.secret)) == "token_invalid"
    again = await people.sign_in(people.address("anna"))
    assert (await elsewhere.authenticate(again.secret)).user == grant.user


async def test_who_is_disabled_loses_every_credential_at_once_and_for_good(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    identity, elsewhere = people.identity, people.again()
    api = await identity.create_api_token(bert.user, name="ci")
    for secret in (bert.secret, api.secret):
        await elsewhere.authenticate(secret)
    await identity.change_user(bert.user.uid, disabled=True)
    for secret in (bert.secret, api.secret):
        assert await refusal(elsewhere.authenticate(secret)) in ("token_invalid", "account_disabled")
    with pytest.raises(Exception):  # noqa: B017, PT011 - Firebase's own refusal, or ours
        await people.sign_in(people.address("bert"))
    await identity.change_user(bert.user.uid, disabled=False)
    for secret in (bert.secret, api.secret):
        assert await refusal(elsewhere.authenticate(secret)) == "token_invalid"
    assert (await people.sign_in(people.address("bert"))).user.uid == bert.user.uid


async def test_role_holds_from_the_next_request(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    api = await people.identity.create_api_token(bert.user, name="ci")
    for role in (Role.ADMIN, Role.MEMBER):
        assert (await people.identity.change_user(bert.user.uid, role=role)).role is role
        assert (await people.again().authenticate(api.secret)).user.role is role
        assert (await people.sign_in(people.address("bert"))).user.role is role


async def test_account_that_is_deleted_is_gone(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    api = await people.identity.create_api_token(bert.user, name="ci")
    await people.identity.delete_user(bert.user.uid)
    for secret in (bert.secret, api.secret):
        assert await refusal(people.identity.authenticate(secret)) == "token_invalid"
    assert await refusal(people.identity.delete_user(bert.user.uid)) == "not_found"
    again = await people.join(people.address("bert"))
    assert again.user.uid != bert.user.uid


async def test_last_admin_stays(configured: Configured) -> None:
    people, admin, _ = await with_bert(configured)
    uid = admin.user.uid
    for attempt in (
        people.identity.change_user(uid, role=Role.MEMBER),
        people.identity.change_user(uid, disabled=True),
        people.identity.delete_user(uid),
    ):
        assert await refusal(attempt) == "last_admin"
    assert (await people.identity.authenticate(admin.secret)).user == admin.user
    assert await refusal(people.identity.change_user("nobody", disabled=True)) == "not_found"


async def test_name_can_be_changed_and_taken_away(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    for name in ("Änne", ""):
        assert (await people.identity.rename(bert.user, name)).name == name
        assert (await people.identity.authenticate(bert.secret)).user.name == name


async def test_what_is_no_credential_is_refused(configured: Configured) -> None:
    people = configured()
    grant = await with_admin(people)
    for secret in ("", "x", "a.b.c", grant.secret[:-9], grant.secret + "x", "zipp_s_", "\ud800", "é", "." * 10_000):
        assert await refusal(people.identity.authenticate(secret)) == "token_invalid"


# API tokens, and handing over ----------------------------------------------------------------------------------------


async def test_api_token_works_until_it_is_deleted_and_outlives_sessions(configured: Configured) -> None:
    people = configured()
    grant = await with_admin(people)
    identity = people.identity
    made = await identity.create_api_token(grant.user, name="ci")
    await identity.logout(await identity.authenticate(grant.secret))
    principal = await identity.authenticate(made.secret)
    assert (principal.user, principal.kind, principal.token_id) == (grant.user, "api", made.token.id)
    await identity.delete_api_token(grant.user, made.token.id)
    assert await refusal(identity.authenticate(made.secret)) == "token_invalid"


async def test_signing_out_with_an_api_token_ends_that_one_alone(configured: Configured) -> None:
    people = configured()
    grant = await with_admin(people)
    made = await people.identity.create_api_token(grant.user, name="ci")
    await people.identity.logout(await people.identity.authenticate(made.secret))
    assert await refusal(people.identity.authenticate(made.secret)) == "token_invalid"
    await people.identity.authenticate(grant.secret)


def pkce() -> tuple[str, str]:
    verifier = secrets.token_urlsafe(32)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def test_session_is_handed_over_once_to_who_has_the_verifier(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    verifier, challenge = pkce()
    secret = await people.identity.hand_over(bert.user, challenge=challenge)
    grant = await people.again().take_over(secret, verifier=verifier)
    assert (await people.identity.authenticate(grant.secret)).user == bert.user
    assert await refusal(people.identity.take_over(secret, verifier=verifier)) == "handover_invalid"
    stolen = await people.identity.hand_over(bert.user, challenge=challenge)
    for attempt in (pkce()[0], verifier):
        assert await refusal(people.identity.take_over(stolen, verifier=attempt)) == "handover_invalid"


async def test_one_of_many_that_take_over_at_once_gets_the_session(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    verifier, challenge = pkce()
    secret = await people.identity.hand_over(bert.user, challenge=challenge)
    attempts = (people.identity.take_over(secret, verifier=verifier) for _ in range(8))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, Grant) for result in results) == 1


async def test_who_was_disabled_or_deleted_meanwhile_takes_nothing_over(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    verifier, challenge = pkce()
    secret = await people.identity.hand_over(bert.user, challenge=challenge)
    await people.identity.change_user(bert.user.uid, disabled=True)
    assert await refusal(people.identity.take_over(secret, verifier=verifier)) == "handover_invalid"
    await people.identity.change_user(bert.user.uid, disabled=False)
    secret = await people.identity.hand_over(bert.user, challenge=challenge)
    await people.identity.delete_user(bert.user.uid)
    assert await refusal(people.identity.take_over(secret, verifier=verifier)) == "handover_invalid"


@pytest.mark.parametrize("challenge", ["", "x" * 42, "x" * 44, "=" * 43, "\ud800" * 43])
async def test_what_is_no_challenge_is_not_handed_over(configured: Configured, challenge: str) -> None:
    people = configured()
    grant = await with_admin(people)
    assert await refusal(people.identity.hand_over(grant.user, challenge=challenge)) == "challenge_invalid"


# moving in -----------------------------------------------------------------------------------------------------------


async def test_recorded_users_from_elsewhere_need_a_new_password_once(configured: Configured) -> None:
    people = configured()
    await with_admin(people)
    waiting = User(uid="00000000-0000-7000-8000-0000000000ff", email=None, created_at=now())
    carl = User(uid="carl" + secrets.token_hex(8), email=people.address("carl"), name="Carl", created_at=now())
    await people.records.create_user(carl)
    assert list(await people.identity.adopt([waiting, carl])) == [carl]
    assert list(await people.identity.adopt([waiting, carl])) == [carl], "idempotent"
    assert await people.identity.new_password_link(carl.uid)
    assert await refusal(people.identity.new_password_link("nobody")) == "not_found"


async def test_accounts_can_be_proved(configured: Configured) -> None:
    await configured().identity.ping()
