"""What is Firebase's own way, at the Auth emulator: addresses that prove nothing until they are verified, claims,
accounts that are changed behind the platform's back, passwords that are elsewhere."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from firebaseaccounts import PASSWORD, FirebaseAccounts
from identities import QUICK, an_identity, refusal
from people import FirebasePeople

from zipp.domain.ids import new_id, now
from zipp.domain.site import Site
from zipp.domain.user import Role, User
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Grant
from zipp.identity.passwords import Passwords
from zipp.records.sql import SqlRecords

Configured = Callable[..., FirebasePeople]


@pytest.fixture
async def configured(
    auth_emulator: str, firebase_project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Configured]:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth_emulator)
    accounts = FirebaseAccounts(auth_emulator, firebase_project)
    records = SqlRecords(tmp_path / "zipp.db")
    await records.start()
    opened: list[FirebasePeople] = []

    def make(**settings: Any) -> FirebasePeople:
        opened.append(FirebasePeople(records, accounts, **settings))
        return opened[-1]

    yield make
    for people in opened:
        await people.close()
    await records.close()
    accounts.close()


async def with_admin(people: FirebasePeople) -> Grant:
    return await people.join(people.address("anna"), setup_token=await people.identity.new_setup_token())


async def with_bert(configured: Configured) -> tuple[FirebasePeople, Grant, Grant]:
    people = configured(signup="open")
    admin = await with_admin(people)
    return people, admin, await people.join(people.address("bert"), name="Bert")


def claims_of(token: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


# addresses -----------------------------------------------------------------------------------------------------------


async def test_invite_for_an_address_takes_a_verified_one_and_is_not_used_up_without(configured: Configured) -> None:
    people = configured()
    admin = await with_admin(people)
    made = await people.identity.create_invite(admin.user, email=people.address("bert"), role=Role.ADMIN)
    attempt = people.join(people.address("bert"), verified=False, invite=made.secret)
    assert await refusal(attempt) == "email_unverified"
    assert await people.records.find_credentials(people.address("bert")) is None
    id_token = people.accounts.sign_in(people.address("bert"))
    people.accounts.change(claims_of(id_token)["sub"], emailVerified=True)
    assert (await people.identity.login_with_token(id_token, invite=made.secret)).user.role is Role.ADMIN


async def test_invite_for_anybody_takes_any_address(configured: Configured) -> None:
    people = configured()
    made = await people.identity.create_invite((await with_admin(people)).user)
    grant = await people.join(people.address("bert"), verified=False, invite=made.secret)
    assert grant.user.role is Role.MEMBER


async def test_admins_address_becomes_the_first_admin_without_a_link_and_owns_what_is_there(
    configured: Configured,
) -> None:
    people = configured()
    address = people.address("Anna")
    again = people.again(admin_email=f" {address} ")
    await again.prepare_first_account()
    await people.records.create_site(Site(name="welcome", owner=FIRST_UID, created_at=now()))
    uid = people.accounts.make(address, name="Anna")
    grant = await again.login_with_token(people.accounts.sign_in(address))
    assert (grant.user.uid, grant.user.name, grant.user.role) == (uid, "Anna", Role.ADMIN)
    site = await people.records.get_site("welcome")
    assert site is not None
    assert site.owner == uid
    assert await people.records.get_user(FIRST_UID) is None
    assert (await again.login_with_token(people.accounts.sign_in(address))).user == grant.user


async def test_the_password_from_before_is_forgotten_with_the_first_sign_in(configured: Configured) -> None:
    people = configured()
    admin = await with_admin(people)
    address, uid = people.address("bert"), new_id()
    local = an_identity(people.records)
    bert = User(uid=uid, email=address, created_at=now())
    await people.records.create_user(bert, password_hash=await Passwords(QUICK).hash(PASSWORD))
    assert await people.identity.adopt([bert]) == [bert]
    assert await local.adopt([bert]) == [], "until then there is a way back"
    people.accounts.change(uid, password="chosen in Firebase", emailVerified=True)
    id_token = people.accounts.sign_in(address, password="chosen in Firebase")
    assert (await people.identity.login_with_token(id_token)).user.uid == uid
    assert await refusal(local.login(email=address, password=PASSWORD)) == "credentials_invalid"
    assert await local.adopt([bert, admin.user]) == [bert, admin.user]


async def test_who_only_claims_the_admins_address_gets_nothing(configured: Configured) -> None:
    people = configured()
    again = people.again(admin_email=people.address("anna"), signup="open")
    await again.prepare_first_account()
    people.accounts.make(people.address("anna"), verified=False)
    attempt = again.login_with_token(people.accounts.sign_in(people.address("anna")))
    assert await refusal(attempt) == "email_unverified"
    people.accounts.make(people.address("eve"))
    attempt = again.login_with_token(people.accounts.sign_in(people.address("eve")))
    assert await refusal(attempt) == "setup_token_required"
    assert await again.needs_setup()


async def test_admins_address_is_nobody_special_once_there_is_an_admin(configured: Configured) -> None:
    people = configured(signup="open")
    await with_admin(people)
    again = people.again(admin_email=people.address("bert"), signup="open")
    people.accounts.make(people.address("bert"))
    grant = await again.login_with_token(people.accounts.sign_in(people.address("bert")))
    assert grant.user.role is Role.MEMBER


async def test_account_without_an_address_can_not_join(configured: Configured) -> None:
    people = configured(signup="open")
    await with_admin(people)
    attempt = people.identity.login_with_token(people.accounts.sign_in_anonymously())
    assert await refusal(attempt) == "email_missing"


async def test_new_address_is_followed_once_it_is_verified(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    new = people.address("robert")
    people.accounts.change(bert.user.uid, email=new, emailVerified=False)
    assert (await people.sign_in(new)).user.email == people.address("bert")
    people.accounts.change(bert.user.uid, emailVerified=True)
    assert (await people.sign_in(new)).user.email == new
    assert await people.records.find_credentials(people.address("bert")) is None


async def test_address_that_is_somebody_elses_here_keeps_nobody_out(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    other = User(uid="carl", email=people.address("carl"), created_at=now())
    await people.records.create_user(other)
    people.accounts.change(bert.user.uid, email=people.address("carl"), emailVerified=True)
    assert (await people.sign_in(people.address("carl"))).user.email == people.address("bert")


async def test_address_that_is_taken_uses_no_set_up_link_up(configured: Configured) -> None:
    people = configured()
    token = await people.identity.new_setup_token()
    await people.records.create_user(User(uid="carl", email=people.address("carl"), created_at=now()))
    assert await refusal(people.join(people.address("carl"), setup_token=token)) == "email_taken"
    await people.join(people.address("anna"), setup_token=token)


async def test_name_comes_along_if_it_can_be_used(configured: Configured) -> None:
    people = configured(signup="open")
    await with_admin(people)
    for number, (name, expected) in enumerate((("Änne", "Änne"), ("x" * 101, ""), ("a\tb", ""))):
        address = people.address(f"user-{number}")
        people.accounts.make(address, name=name)
        assert (await people.sign_in(address)).user.name == expected


async def test_the_same_person_twice_at_once_has_one_account(configured: Configured) -> None:
    people = configured()
    admin = await with_admin(people)
    made = await people.identity.create_invite(admin.user)
    people.accounts.make(people.address("bert"))
    id_token = people.accounts.sign_in(people.address("bert"))
    grants = await asyncio.gather(*(people.identity.login_with_token(id_token, invite=made.secret) for _ in range(4)))
    assert len({grant.user.uid for grant in grants}) == 1
    assert len((await people.records.list_users(limit=10)).items) == 2


# claims, and what is changed behind the platform's back --------------------------------------------------------------


async def test_tokens_bear_the_role_and_old_ones_die_with_it(configured: Configured) -> None:
    people, admin, bert = await with_bert(configured)
    sign_in = people.accounts.sign_in
    assert claims_of(sign_in(people.address("anna")))["role"] == "admin"
    old = sign_in(people.address("bert"))
    assert claims_of(old)["role"] == "member"
    await people.identity.change_user(bert.user.uid, role=Role.ADMIN)
    for secret in (old, bert.secret):
        assert await refusal(people.identity.authenticate(secret)) == "token_invalid"
    new = sign_in(people.address("bert"))
    assert claims_of(new)["role"] == "admin"
    assert (await people.identity.authenticate(new)).user.role is Role.ADMIN
    assert (await people.identity.authenticate(admin.secret)).user.role is Role.ADMIN


async def test_claims_of_another_application_stay_and_a_false_role_is_mended(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    people.accounts.change(bert.user.uid, customAttributes=json.dumps({"plan": "gold", "role": "admin"}))
    assert (
        await people.identity.authenticate(people.accounts.sign_in(people.address("bert")))
    ).user.role is Role.MEMBER
    await people.sign_in(people.address("bert"))
    claims = claims_of(people.accounts.sign_in(people.address("bert")))
    assert (claims["plan"], claims["role"]) == ("gold", "member")


async def test_bearer_id_token_does_and_signing_out_ends_it(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    id_token = people.accounts.sign_in(people.address("bert"))
    principal = await people.identity.authenticate(id_token)
    assert principal.user == bert.user
    await people.identity.logout(principal)
    for secret in (id_token, bert.secret):
        assert await refusal(people.identity.authenticate(secret)) == "token_invalid"


async def test_sign_out_in_the_second_of_the_sign_in_holds(configured: Configured) -> None:
    people, _, _ = await with_bert(configured)
    while time.time() % 1 > 0.3:  # so that both fall into one second
        await asyncio.sleep(0.01)
    grant = await people.sign_in(people.address("bert"))
    await people.identity.logout(await people.identity.authenticate(grant.secret))
    assert await refusal(people.again().authenticate(grant.secret)) == "token_invalid"
    await people.identity.authenticate((await people.sign_in(people.address("bert"))).secret)


@pytest.mark.parametrize("how", ["disabled", "deleted"])
async def test_who_is_taken_away_at_firebase_is_out_at_once(configured: Configured, how: str) -> None:
    people, _, bert = await with_bert(configured)
    api = await people.identity.create_api_token(bert.user, name="ci")
    handed = await people.identity.hand_over(bert.user, challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    if how == "disabled":
        people.accounts.change(bert.user.uid, disableUser=True)
    else:
        people.accounts.delete(bert.user.uid)
    code = {"disabled": "account_disabled", "deleted": "token_invalid"}[how]
    for secret in (bert.secret, api.secret):
        assert await refusal(people.identity.authenticate(secret)) == code
    over = people.identity.take_over(handed, verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert await refusal(over) == code
    if how == "deleted":
        assert people.accounts.get(bert.user.uid) is None, "a custom token would have made it anew"


async def test_changes_reach_firebase(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    uid = bert.user.uid
    await people.identity.rename(bert.user, "Robert")
    account = people.accounts.get(uid)
    assert account is not None
    assert account["displayName"] == "Robert"
    for disabled in (True, False):
        await people.identity.change_user(uid, disabled=disabled)
        account = people.accounts.get(uid)
        assert account is not None
        assert bool(account.get("disabled")) is disabled
    await people.identity.delete_user(uid)
    assert people.accounts.get(uid) is None


async def test_other_accounts_of_the_project_are_not_the_platforms_to_delete(configured: Configured) -> None:
    people, _, _ = await with_bert(configured)
    uid = people.accounts.make(people.address("stranger"))
    assert await refusal(people.identity.delete_user(uid)) == "not_found"
    assert people.accounts.get(uid) is not None


# passwords, session length, moving in --------------------------------------------------------------------------------


async def test_passwords_are_firebases(configured: Configured) -> None:
    people, _, bert = await with_bert(configured)
    identity = people.identity
    principal = await identity.authenticate(bert.secret)
    for attempt in (
        identity.signup(email=people.address("carl"), password=PASSWORD),
        identity.login(email=people.address("bert"), password=PASSWORD),
        identity.change_password(principal, current=PASSWORD, new="another battery staple"),
        identity.choose_password("zipp_password_x", new="another battery staple"),
    ):
        assert await refusal(attempt) == "password_elsewhere"


async def test_link_of_firebases_sets_a_new_password(configured: Configured, auth_emulator: str) -> None:
    people, _, bert = await with_bert(configured)
    link = await people.identity.new_password_link(bert.user.uid)
    (code,) = parse_qs(urlsplit(link).query)["oobCode"]
    reset = f"http://{auth_emulator}/identitytoolkit.googleapis.com/v1/accounts:resetPassword?key=demo-key"
    body = {"oobCode": code, "newPassword": "another battery staple"}
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(reset, json=body)).status_code == 200
    people.accounts.sign_in(people.address("bert"), "another battery staple")


@pytest.mark.parametrize(("seconds", "lasts"), [(60, 300), (3600, 3600), (10**7, 14 * 86400)])
async def test_session_lasts_as_long_as_firebase_allows(configured: Configured, seconds: int, lasts: int) -> None:
    people = configured(session_seconds=seconds)
    grant = await with_admin(people)
    assert grant.token.expires_at is not None
    assert lasts - 30 < (grant.token.expires_at - now()).total_seconds() <= lasts + 1
    assert not await people.records.list_tokens(grant.user.uid, "session"), "nothing is stored of it"


async def test_recorded_users_come_with_their_uid_role_and_disabled(configured: Configured) -> None:
    people = configured()
    carl = User(
        uid="0197-carl-" + people.address("")[1:9],
        email=people.address("carl"),
        name="Carl",
        role=Role.ADMIN,
        created_at=now(),
    )
    dora = carl.model_copy(
        update={"uid": f"dora-{carl.uid}", "email": people.address("dora"), "role": Role.MEMBER, "disabled": True}
    )
    for user in (carl, dora):
        await people.records.create_user(user)
    assert list(await people.identity.adopt([carl, dora])) == [carl, dora]
    for user in (carl, dora):
        account = people.accounts.get(user.uid)
        assert account is not None
        assert (account["email"], account["displayName"]) == (user.email, "Carl")
        assert (bool(account.get("disabled")), account.get("emailVerified", False)) == (user.disabled, False)
        assert json.loads(account["customAttributes"]) == {"role": user.role.value}

    people.accounts.change(carl.uid, password=PASSWORD)
    demoted = carl.model_copy(update={"role": Role.MEMBER, "name": "Charles"})
    assert list(await people.identity.adopt([demoted, dora])) == [dora], "who has a password needs none"
    account = people.accounts.get(carl.uid)
    assert account is not None
    assert (account["displayName"], json.loads(account["customAttributes"])) == ("Charles", {"role": "member"})
    assert (await people.sign_in(people.address("carl"))).user == carl


async def test_no_second_account_is_made_for_an_address(configured: Configured) -> None:
    people = configured()
    there = people.accounts.make(people.address("carl"))
    carl = User(uid="other-" + there, email=people.address("carl"), created_at=now())
    assert await refusal(people.identity.adopt([carl])) == "email_taken"
    assert people.accounts.get(carl.uid) is None


async def test_page_is_told_how_to_sign_in(configured: Configured, auth_emulator: str) -> None:
    page = configured().identity.sign_in_page
    assert page is not None
    assert (page.project, page.api_key, page.auth_domain) == ("demo-zipp", "demo-key", "demo-zipp.firebaseapp.com")
    assert page.auth_emulator == f"http://{auth_emulator}"
