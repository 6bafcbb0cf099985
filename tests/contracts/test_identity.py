"""Local identity over every Records: the first account, sign-up, sign-in, sessions, API tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from identities import EMAIL, PASSWORD, an_identity, refusal, with_first_account

from zipp.domain.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from zipp.domain.ids import now
from zipp.domain.user import Role
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Grant
from zipp.identity.local import THIS_MACHINE, LocalIdentity
from zipp.identity.passwords import Passwords
from zipp.records.records import Records
from zipp.settings import Settings

OpenRecords = Callable[[], Awaitable[Records]]

# the first account ---------------------------------------------------------------------------------------------------


async def test_first_account_waits_for_its_set_up_link(records: Records) -> None:
    identity = an_identity(records)
    await identity.prepare_first_account()
    await identity.prepare_first_account()
    page = await records.list_users(limit=10)
    assert [(user.uid, user.email, user.role) for user in page.items] == [(FIRST_UID, None, Role.ADMIN)]


async def test_starts_at_once_make_one_first_account(open_records: OpenRecords) -> None:
    both = [await open_records(), await open_records()]
    await asyncio.gather(*(an_identity(both[i % 2]).prepare_first_account() for i in range(20)))
    assert len((await both[0].list_users(limit=10)).items) == 1


async def test_set_up_link_completes_the_first_account_as_admin(records: Records) -> None:
    identity = an_identity(records)
    before = await identity.operator_token()
    token = await identity.new_setup_token()
    assert token is not None
    grant = await identity.signup(email=" Anna@Example.com ", password=PASSWORD, name="Anna", setup_token=token)
    assert (grant.user.uid, grant.user.email, grant.user.name) == (FIRST_UID, EMAIL, "Anna")
    assert grant.user.role is Role.ADMIN
    for secret in (grant.secret, (await identity.login(email=EMAIL, password=PASSWORD)).secret, before):
        assert (await identity.authenticate(secret)).user == grant.user
    assert await identity.new_setup_token() is None


async def test_set_up_link_works_once(records: Records) -> None:
    identity = an_identity(records)
    token = await identity.new_setup_token()
    await identity.signup(email=EMAIL, password=PASSWORD, setup_token=token)
    again = identity.signup(email="eve@example.com", password=PASSWORD, setup_token=token)
    assert await refusal(again) == "setup_token_invalid"
    assert await records.find_credentials("eve@example.com") is None


async def test_one_of_twenty_with_the_same_set_up_link_gets_the_account(open_records: OpenRecords) -> None:
    both = [an_identity(await open_records()), an_identity(await open_records())]
    token = await both[0].new_setup_token()
    attempts = (
        both[i % 2].signup(email=f"user-{i}@example.com", password=PASSWORD, setup_token=token) for i in range(20)
    )
    results = await asyncio.gather(*attempts, return_exceptions=True)
    granted = [result for result in results if isinstance(result, Grant)]
    refused = [result.code for result in results if isinstance(result, NotAllowed)]
    assert len(granted) == 1
    assert refused == ["setup_token_invalid"] * 19
    first = await both[1].authenticate(granted[0].secret)
    assert first.user.email == granted[0].user.email


async def test_fresh_set_up_link_ends_the_older_ones(records: Records) -> None:
    identity = an_identity(records)
    old, new = await identity.new_setup_token(), await identity.new_setup_token()
    assert await refusal(identity.signup(email=EMAIL, password=PASSWORD, setup_token=old)) == "setup_token_invalid"
    await identity.signup(email=EMAIL, password=PASSWORD, setup_token=new)


async def test_mistake_in_the_form_does_not_use_up_the_set_up_link(records: Records) -> None:
    identity = an_identity(records)
    token = await identity.new_setup_token()
    for email, password, name in (("no", PASSWORD, ""), (EMAIL, "short", ""), (EMAIL, PASSWORD, "a\nb")):
        with pytest.raises(InvalidInput):
            await identity.signup(email=email, password=password, name=name, setup_token=token)
    await identity.signup(email=EMAIL, password=PASSWORD, setup_token=token)


async def test_nobody_signs_up_before_the_first_account_is_complete(records: Records) -> None:
    for policy in ("open", "invite", "closed"):
        identity = an_identity(records, signup=policy)
        assert await refusal(identity.signup(email=EMAIL, password=PASSWORD)) == "setup_token_required"
        await identity.prepare_first_account()
        assert await refusal(identity.signup(email=EMAIL, password=PASSWORD)) == "setup_token_required"


async def test_other_credentials_are_no_set_up_link(records: Records) -> None:
    identity = an_identity(records)
    for wrong in (await identity.operator_token(), "zipp_setup_guess", "", "\ud800", "x" * 100_000):
        attempt = identity.signup(email=EMAIL, password=PASSWORD, setup_token=wrong)
        assert await refusal(attempt) == "setup_token_invalid"


async def test_expired_set_up_link_is_refused(records: Records) -> None:
    identity = an_identity(records)
    secret = await identity.new_setup_token()
    (token,) = await records.list_tokens(FIRST_UID, "setup")
    await records.delete_token(token.id)
    await records.add_token(token.model_copy(update={"expires_at": now()}))
    assert await refusal(identity.signup(email=EMAIL, password=PASSWORD, setup_token=secret)) == "setup_token_invalid"


async def test_settings_make_the_first_account_at_the_first_start_only(records: Records) -> None:
    identity = an_identity(records, admin_email=" Anna@Example.com", admin_password=PASSWORD)
    await identity.prepare_first_account()
    assert (await identity.login(email=EMAIL, password=PASSWORD)).user.role is Role.ADMIN
    assert await identity.new_setup_token() is None
    later = an_identity(records, admin_email="eve@example.com", admin_password="another password")
    await later.prepare_first_account()
    assert await refusal(later.login(email="eve@example.com", password="another password")) == "credentials_invalid"
    assert len((await records.list_users(limit=10)).items) == 1


@pytest.mark.parametrize(
    ("settings", "code", "named"),
    [
        ({"admin_email": EMAIL}, "admin_incomplete", "ZIPP_ADMIN_PASSWORD"),
        ({"admin_password": PASSWORD}, "admin_incomplete", "ZIPP_ADMIN_EMAIL"),
        ({"admin_email": "no", "admin_password": PASSWORD}, "email_invalid", "ZIPP_ADMIN_EMAIL"),
        ({"admin_email": EMAIL, "admin_password": "short"}, "password_weak", "ZIPP_ADMIN_PASSWORD"),
    ],
)
async def test_unusable_settings_of_the_first_account_name_the_variable(
    records: Records, settings: dict[str, str], code: str, named: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await an_identity(records, **settings).prepare_first_account()
    assert caught.value.code == code
    assert named in caught.value.message
    assert not (await records.list_users(limit=1)).items


async def test_operator_token_is_the_first_accounts_and_replaces_the_earlier_one(records: Records) -> None:
    identity = an_identity(records)
    old, new = await identity.operator_token(), await identity.operator_token()
    assert await refusal(identity.authenticate(old)) == "token_invalid"
    principal = await identity.authenticate(new)
    assert (principal.user.uid, principal.kind, principal.expires_at) == (FIRST_UID, "api", None)
    assert [token.name for token in await identity.list_api_tokens(principal.user)] == [THIS_MACHINE]


# sign-up -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "code"), [("invite", "invite_required"), ("closed", "signup_closed")])
async def test_sign_up_is_refused_unless_it_is_open(records: Records, policy: str, code: str) -> None:
    identity, _ = await with_first_account(records, signup=policy)
    assert await refusal(identity.signup(email="bert@example.com", password=PASSWORD)) == code
    assert await records.find_credentials("bert@example.com") is None


async def test_open_sign_up_makes_a_member_who_can_sign_in(records: Records) -> None:
    identity, _ = await with_first_account(records, signup="open")
    grant = await identity.signup(email="Bert@Example.com", password=PASSWORD, name=" Bert ")
    assert (grant.user.email, grant.user.name, grant.user.role) == ("bert@example.com", "Bert", Role.MEMBER)
    assert (await identity.authenticate(grant.secret)).user == grant.user
    assert (await identity.login(email="BERT@example.com", password=PASSWORD)).user == grant.user


async def test_one_of_twenty_sign_ups_with_an_address_succeeds(open_records: OpenRecords) -> None:
    identity, _ = await with_first_account(await open_records(), signup="open")
    other = an_identity(await open_records(), signup="open")
    attempts = (
        (identity, other)[i % 2].signup(email="bert@example.com", password=f"{PASSWORD} {i}") for i in range(20)
    )
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, Grant) for result in results) == 1
    assert [result.code for result in results if isinstance(result, Conflict)] == ["email_taken"] * 19


@pytest.mark.parametrize(
    "password",
    ["", "ninechars", "x" * 1025, "bert@example.com", "BERT@example.com", "zzzzzzzzzzzz"],
)
async def test_weak_password_is_refused_and_points_at_its_field(records: Records, password: str) -> None:
    identity, _ = await with_first_account(records, signup="open")
    with pytest.raises(InvalidInput) as caught:
        await identity.signup(email="bert@example.com", password=password)
    assert (caught.value.code, caught.value.pointer) == ("password_weak", "/password")
    assert await records.find_credentials("bert@example.com") is None


@pytest.mark.parametrize(
    "password", ["ten chars!", "x" * 1023 + "y", "пароль из слов", "\ud800 lone surrogate", "nul \0 byte in it"]
)
async def test_any_characters_make_a_password(records: Records, password: str) -> None:
    identity, _ = await with_first_account(records, signup="open")
    await identity.signup(email="bert@example.com", password=password)
    await identity.login(email="bert@example.com", password=password)
    assert await refusal(identity.login(email="bert@example.com", password=password[:-1])) == "credentials_invalid"


async def test_password_is_the_same_however_it_is_composed(records: Records) -> None:
    identity, _ = await with_first_account(records, signup="open")
    await identity.signup(email="bert@example.com", password="cafe\u0301 au lait")
    await identity.login(email="bert@example.com", password="caf\u00e9 au lait")


# sign-in and sessions ------------------------------------------------------------------------------------------------


async def test_wrong_password_and_unknown_address_are_told_apart_by_nothing(records: Records) -> None:
    identity, _ = await with_first_account(records)
    errors = []
    for email in (EMAIL, "nobody@example.com", "no address", "\ud800", ""):
        with pytest.raises(NotAuthenticated) as caught:
            await identity.login(email=email, password="wrong password")
        errors.append((caught.value.code, caught.value.message, caught.value.hint))
    assert set(errors) == {errors[0]}
    assert errors[0][0] == "credentials_invalid"


async def test_unknown_address_costs_the_same_hashing_as_a_known_one(records: Records) -> None:
    await with_first_account(records)
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Any:
            verified.append(str(hash).rsplit("$", 2)[0])  # its kind and its parameters
            return super().verify(hash, password)

    hasher = Counting(memory_cost=64, time_cost=1, parallelism=1)
    counting = LocalIdentity(records, Settings(data_dir=Path("/nowhere")), Passwords(hasher))
    for email in (EMAIL, "nobody@example.com", "no address"):
        assert await refusal(counting.login(email=email, password="wrong password")) == "credentials_invalid"
    assert len(verified) == 3
    assert len(set(verified)) == 1


async def test_over_long_password_is_wrong_and_not_hashed_whole(records: Records) -> None:
    identity, _ = await with_first_account(records, signup="open")
    longest = "x" * 1023 + "y"
    await identity.signup(email="bert@example.com", password=longest)
    assert await refusal(identity.login(email="bert@example.com", password=longest + "z")) == "credentials_invalid"


async def test_account_that_waits_for_its_set_up_cannot_sign_in(records: Records) -> None:
    identity = an_identity(records)
    await identity.prepare_first_account()
    for email in ("", "None", "null"):
        assert await refusal(identity.login(email=email, password="")) == "credentials_invalid"


async def test_sign_in_renews_a_hash_made_with_other_parameters(records: Records) -> None:
    await with_first_account(records)
    stronger = Passwords(PasswordHasher(memory_cost=128, time_cost=1, parallelism=1))
    identity = LocalIdentity(records, Settings(data_dir=Path("/nowhere")), stronger)
    await identity.login(email=EMAIL, password=PASSWORD)
    stored = await records.find_credentials(EMAIL)
    assert stored is not None
    assert "m=128," in (stored[1] or "")
    await identity.login(email=EMAIL, password=PASSWORD)
    assert await records.find_credentials(EMAIL) == stored


async def test_session_ends_when_its_time_is_over(records: Records) -> None:
    identity, grant = await with_first_account(records, session_seconds=60)
    principal = await identity.authenticate(grant.secret)
    assert principal.expires_at is not None
    assert 50 < (principal.expires_at - now()).total_seconds() <= 60
    await records.delete_token(grant.token.id)
    await records.add_token(grant.token.model_copy(update={"expires_at": now()}))
    assert await refusal(identity.authenticate(grant.secret)) == "token_expired"


async def test_signing_in_clears_away_expired_sessions(records: Records) -> None:
    identity, grant = await with_first_account(records)
    await records.delete_token(grant.token.id)
    await records.add_token(grant.token.model_copy(update={"expires_at": now()}))
    fresh = await identity.login(email=EMAIL, password=PASSWORD)
    assert list(await records.list_tokens(FIRST_UID, "session")) == [fresh.token]


async def test_signing_out_ends_this_session_at_once_everywhere_and_no_other(open_records: OpenRecords) -> None:
    identity, one = await with_first_account(await open_records())
    elsewhere = an_identity(await open_records())
    two = await elsewhere.login(email=EMAIL, password=PASSWORD)
    await identity.logout(await identity.authenticate(one.secret))
    assert await refusal(elsewhere.authenticate(one.secret)) == "token_invalid"
    await elsewhere.authenticate(two.secret)


async def test_disabled_account_is_refused_with_every_credential(records: Records) -> None:
    identity, _ = await with_first_account(records, signup="open")
    grant = await identity.signup(email="bert@example.com", password=PASSWORD)
    token = await identity.create_api_token(grant.user, name="ci")
    await records.update_user(grant.user.uid, {"disabled": True})
    for left in (grant.token, token.token):  # as if it had been made in that very moment
        await records.add_token(left)
    for attempt in (
        identity.authenticate(grant.secret),
        identity.authenticate(token.secret),
        identity.login(email="bert@example.com", password=PASSWORD),
    ):
        assert await refusal(attempt) == "account_disabled"
    wrong = identity.login(email="bert@example.com", password="wrong password")
    assert await refusal(wrong) == "credentials_invalid"


async def test_what_is_no_credential_is_refused(records: Records) -> None:
    identity, grant = await with_first_account(records)
    stored = grant.token.secret_sha256
    for secret in (
        "",
        "x",
        stored,
        grant.secret[:-1],
        grant.secret + "x",
        "zipp_s_",
        "\ud800",
        "ä",
        "zipp_s_" * 10_000,
    ):
        assert await refusal(identity.authenticate(secret)) == "token_invalid"


async def test_set_up_link_does_not_sign_anybody_in(records: Records) -> None:
    identity = an_identity(records)
    secret = await identity.new_setup_token()
    assert secret is not None
    assert await refusal(identity.authenticate(secret)) == "token_invalid"


# API tokens ----------------------------------------------------------------------------------------------------------


async def test_api_token_works_until_it_is_deleted(records: Records) -> None:
    identity, grant = await with_first_account(records)
    made = await identity.create_api_token(grant.user, name=" ci ")
    principal = await identity.authenticate(made.secret)
    assert (principal.kind, principal.token_id, principal.expires_at) == ("api", made.token.id, None)
    assert [token.name for token in await identity.list_api_tokens(grant.user)] == ["ci"]
    await identity.delete_api_token(grant.user, made.token.id)
    assert await refusal(identity.authenticate(made.secret)) == "token_invalid"
    assert await refusal(identity.delete_api_token(grant.user, made.token.id)) == "not_found"


async def test_api_token_expires(records: Records) -> None:
    identity, grant = await with_first_account(records)
    made = await identity.create_api_token(grant.user, name="ci", expires_in_seconds=1)
    deadline = time.monotonic() + 10
    while (await records.find_token(made.token.secret_sha256) or made.token).expires_at > now():  # type: ignore[operator]
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert await refusal(identity.authenticate(made.secret)) == "token_expired"


async def test_only_ones_own_api_tokens_can_be_deleted_and_no_session(records: Records) -> None:
    identity, anna = await with_first_account(records, signup="open")
    bert = await identity.signup(email="bert@example.com", password=PASSWORD)
    made = await identity.create_api_token(anna.user, name="ci")
    for user, token_id in ((bert.user, made.token.id), (anna.user, anna.token.id), (anna.user, "unknown")):
        with pytest.raises(NotFound):
            await identity.delete_api_token(user, token_id)
    await identity.authenticate(made.secret)
    await identity.authenticate(anna.secret)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("", 60), (" ", 60), ("x" * 101, 60), ("a\0b", 60), (THIS_MACHINE, 60), ("ci", 0), ("ci", -1), ("ci", 10**12)],
)
async def test_api_token_with_an_unusable_name_or_time_is_refused(records: Records, name: str, seconds: int) -> None:
    identity, grant = await with_first_account(records)
    with pytest.raises(InvalidInput):
        await identity.create_api_token(grant.user, name=name, expires_in_seconds=seconds)
    assert not await identity.list_api_tokens(grant.user)


async def test_secrets_name_their_kind(records: Records) -> None:
    identity = an_identity(records)
    setup, operator = await identity.new_setup_token(), await identity.operator_token()
    assert setup is not None
    session = (await identity.signup(email=EMAIL, password=PASSWORD, setup_token=setup)).secret
    for secret, prefix in ((setup, "zipp_setup_"), (operator, "zipp_t_"), (session, "zipp_s_")):
        assert secret.startswith(prefix)
        assert len(secret.removeprefix(prefix)) >= 43, "32 random bytes"
