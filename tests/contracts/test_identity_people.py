"""Local identity over every Records: invites, one's own password and name, what admins do to accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from identities import EMAIL, PASSWORD, QUICK, an_identity, refusal, with_first_account

from zipp.domain.errors import InvalidInput, NotAllowed
from zipp.domain.ids import now
from zipp.domain.user import Role
from zipp.identity.first_account import FIRST_UID
from zipp.identity.identity import Grant, NewInvite
from zipp.identity.local import THIS_MACHINE, LocalIdentity
from zipp.identity.passwords import Passwords
from zipp.records.records import Records

OpenRecords = Callable[[], Awaitable[Records]]
BERT = "bert@example.com"
NEW = "another battery staple"


async def with_invite(
    records: Records, *, email: str | None = None, role: Role = Role.MEMBER, policy: str = "closed"
) -> tuple[LocalIdentity, NewInvite]:
    identity, admin = await with_first_account(records, signup=policy)
    return identity, await identity.create_invite(admin.user, email=email, role=role)


# invites -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["open", "invite", "closed"])
@pytest.mark.parametrize("role", list(Role))
async def test_invite_makes_an_account_of_its_role_whatever_the_policy(
    records: Records, policy: str, role: Role
) -> None:
    identity, made = await with_invite(records, email=" Bert@Example.com ", role=role, policy=policy)
    grant = await identity.signup(email="BERT@example.com", password=PASSWORD, name="Bert", invite=made.secret)
    assert (grant.user.email, grant.user.name, grant.user.role) == (BERT, "Bert", role)
    assert (await identity.authenticate(grant.secret)).user == grant.user
    assert (await identity.login(email=BERT, password=PASSWORD)).user == grant.user
    assert not await identity.list_invites()


async def test_invite_works_once(records: Records) -> None:
    identity, made = await with_invite(records)
    await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)
    again = identity.signup(email="eve@example.com", password=PASSWORD, invite=made.secret)
    assert await refusal(again) == "invite_invalid"
    assert await records.find_credentials("eve@example.com") is None


async def test_one_of_twenty_with_the_same_invite_gets_an_account(open_records: OpenRecords) -> None:
    identity, made = await with_invite(await open_records())
    both = [identity, an_identity(await open_records())]
    attempts = (
        both[i % 2].signup(email=f"user-{i}@example.com", password=PASSWORD, invite=made.secret) for i in range(20)
    )
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, Grant) for result in results) == 1
    assert [result.code for result in results if isinstance(result, NotAllowed)] == ["invite_invalid"] * 19


async def test_invite_for_an_address_is_no_other_persons_and_does_not_tell_whose(records: Records) -> None:
    identity, made = await with_invite(records, email=BERT)
    with pytest.raises(InvalidInput) as caught:
        await identity.signup(email="eve@example.com", password=PASSWORD, invite=made.secret)
    assert (caught.value.code, caught.value.pointer) == ("invite_email", "/email")
    assert "bert" not in f"{caught.value.message} {caught.value.hint}"
    await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)


async def test_mistake_in_the_form_does_not_use_up_the_invite(records: Records) -> None:
    identity, made = await with_invite(records)
    for email, password, name in (("no", PASSWORD, ""), (BERT, "short", ""), (BERT, PASSWORD, "a\nb")):
        with pytest.raises(InvalidInput):
            await identity.signup(email=email, password=password, name=name, invite=made.secret)
    taken = identity.signup(email=EMAIL, password=PASSWORD, invite=made.secret)
    assert await refusal(taken) == "email_taken"
    await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)


async def test_expired_invite_is_refused_and_not_listed(records: Records) -> None:
    identity, made = await with_invite(records)
    await records.delete_invite(made.invite.id)
    await records.add_invite(made.invite.model_copy(update={"expires_at": now() - timedelta(seconds=1)}))
    attempt = identity.signup(email=BERT, password=PASSWORD, invite=made.secret)
    assert await refusal(attempt) == "invite_expired"
    assert not await identity.list_invites()


async def test_invite_that_was_taken_back_is_refused(records: Records) -> None:
    identity, made = await with_invite(records)
    await identity.delete_invite(made.invite.id)
    assert await refusal(identity.delete_invite(made.invite.id)) == "not_found"
    attempt = identity.signup(email=BERT, password=PASSWORD, invite=made.secret)
    assert await refusal(attempt) == "invite_invalid"


async def test_other_secrets_are_no_invite_and_an_invite_is_nothing_else(records: Records) -> None:
    identity, made = await with_invite(records)
    for wrong in (await identity.operator_token(), "zipp_invite_guess", "", "\ud800", "x" * 100_000):
        attempt = identity.signup(email=BERT, password=PASSWORD, invite=wrong)
        assert await refusal(attempt) == "invite_invalid"
    assert await refusal(identity.authenticate(made.secret)) == "token_invalid"
    as_link = identity.signup(email=BERT, password=PASSWORD, setup_token=made.secret)
    assert await refusal(as_link) == "setup_token_invalid"


async def test_invite_is_of_no_use_before_the_first_account_is_complete(records: Records) -> None:
    identity = an_identity(records)
    await identity.prepare_first_account()
    operator = (await identity.authenticate(await identity.operator_token())).user
    made = await identity.create_invite(operator)
    attempt = identity.signup(email=BERT, password=PASSWORD, invite=made.secret)
    assert await refusal(attempt) == "setup_token_required"


async def test_invite_can_not_be_made_for_who_has_an_account_or_with_unusable_values(records: Records) -> None:
    identity, admin = await with_first_account(records)
    assert await refusal(identity.create_invite(admin.user, email=EMAIL.upper())) == "email_taken"
    assert await refusal(identity.create_invite(admin.user, email="no")) == "email_invalid"
    for seconds in (0, -1, 59, 31 * 86400, 10**12):
        attempt = identity.create_invite(admin.user, expires_in_seconds=seconds)
        assert await refusal(attempt) == "expires_in_invalid"
    assert not await identity.list_invites()


async def test_invite_lasts_a_week_unless_told_and_its_secret_names_its_kind(records: Records) -> None:
    identity, admin = await with_first_account(records)
    made = [await identity.create_invite(admin.user, expires_in_seconds=seconds) for seconds in (None, 3600)]
    lasts = [each.invite.expires_at - each.invite.created_at for each in made]
    assert lasts == [timedelta(days=7), timedelta(hours=1)]
    for each in made:
        assert each.secret.startswith("zipp_invite_")
        assert len(each.secret.removeprefix("zipp_invite_")) >= 43, "32 random bytes"
        assert each.secret not in each.invite.model_dump_json()


# passwords and names -------------------------------------------------------------------------------------------------


async def test_changed_password_ends_every_other_session_and_no_api_token(open_records: OpenRecords) -> None:
    identity, here = await with_first_account(await open_records())
    elsewhere = an_identity(await open_records())
    there = await elsewhere.login(email=EMAIL, password=PASSWORD)
    api = await identity.create_api_token(here.user, name="ci")
    principal = await identity.authenticate(here.secret)
    await identity.change_password(principal, current=PASSWORD, new=NEW)
    assert await refusal(elsewhere.authenticate(there.secret)) == "token_invalid"
    for secret in (here.secret, api.secret):
        await elsewhere.authenticate(secret)
    assert await refusal(identity.login(email=EMAIL, password=PASSWORD)) == "credentials_invalid"
    await elsewhere.login(email=EMAIL, password=NEW)


async def test_password_changed_with_an_api_token_ends_all_sessions(records: Records) -> None:
    identity, session = await with_first_account(records)
    api = await identity.create_api_token(session.user, name="ci")
    await identity.change_password(await identity.authenticate(api.secret), current=PASSWORD, new=NEW)
    assert await refusal(identity.authenticate(session.secret)) == "token_invalid"
    await identity.authenticate(api.secret)


@pytest.mark.parametrize(
    ("current", "new", "code", "pointer"),
    [
        ("wrong password", NEW, "password_wrong", "/current_password"),
        ("", NEW, "password_wrong", "/current_password"),
        (PASSWORD, "short", "password_weak", "/new_password"),
        (PASSWORD, EMAIL, "password_weak", "/new_password"),
    ],
)
async def test_password_that_can_not_be_changed_stays_and_so_do_sessions(
    records: Records, current: str, new: str, code: str, pointer: str
) -> None:
    identity, here = await with_first_account(records)
    there = await identity.login(email=EMAIL, password=PASSWORD)
    with pytest.raises(InvalidInput) as caught:
        await identity.change_password(await identity.authenticate(here.secret), current=current, new=new)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    await identity.authenticate(there.secret)
    await identity.login(email=EMAIL, password=PASSWORD)


async def test_one_of_many_changes_of_a_password_at_once_holds(open_records: OpenRecords) -> None:
    identity, grant = await with_first_account(await open_records())
    both = [identity, an_identity(await open_records())]
    principal = await identity.authenticate(grant.secret)
    attempts = (both[i % 2].change_password(principal, current=PASSWORD, new=f"{NEW} {i}") for i in range(10))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert [result.code for result in results if isinstance(result, InvalidInput)] == ["password_wrong"] * 9
    await identity.login(email=EMAIL, password=f"{NEW} {results.index(None)}")


async def test_account_without_a_password_can_not_change_it(records: Records) -> None:
    identity = an_identity(records)
    operator = await identity.authenticate(await identity.operator_token())
    for current in ("", "None", PASSWORD):
        attempt = identity.change_password(operator, current=current, new=NEW)
        assert await refusal(attempt) == "password_wrong"


class Interrupting(Passwords):
    """Something else happens between the check of a password and what follows it."""

    def __init__(self, then: Callable[[], Awaitable[object]]) -> None:
        super().__init__(QUICK)
        self.then = then

    async def verify(self, stored: str | None, password: str) -> bool:
        matches = await super().verify(stored, password)
        await self.then()
        return matches


async def test_sign_in_that_a_change_of_the_password_overtakes_is_refused(records: Records) -> None:
    identity, here = await with_first_account(records)
    principal = await identity.authenticate(here.secret)

    async def change() -> None:
        await identity.change_password(principal, current=PASSWORD, new=NEW)

    slow = LocalIdentity(records, identity._settings, Interrupting(change))
    assert await refusal(slow.login(email=EMAIL, password=PASSWORD)) == "credentials_invalid"
    assert [token.id for token in await records.list_tokens(FIRST_UID, "session")] == [here.token.id]


async def test_sign_in_that_disabling_overtakes_leaves_no_session_for_later(records: Records) -> None:
    identity, made = await with_invite(records)
    bert = (await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)).user

    async def disable() -> None:
        await identity.change_user(bert.uid, disabled=True)

    slow = LocalIdentity(records, identity._settings, Interrupting(disable))
    assert await refusal(slow.login(email=BERT, password=PASSWORD)) == "account_disabled"
    assert not await records.list_tokens(bert.uid, "session")


async def test_renewed_hash_does_not_bring_an_old_password_back(records: Records) -> None:
    identity, here = await with_first_account(records)
    principal = await identity.authenticate(here.secret)

    class Outdated(Interrupting):
        def is_outdated(self, stored: str) -> bool:
            return True

    async def change() -> None:
        await identity.change_password(principal, current=PASSWORD, new=NEW)

    slow = LocalIdentity(records, identity._settings, Outdated(change))
    assert await refusal(slow.login(email=EMAIL, password=PASSWORD)) == "credentials_invalid"
    await identity.login(email=EMAIL, password=NEW)


async def test_name_is_ones_own_to_change(records: Records) -> None:
    identity, grant = await with_first_account(records)
    renamed = await identity.rename(grant.user, " Änna ")
    assert (renamed.name, renamed.role) == ("Änna", Role.ADMIN)
    assert (await identity.authenticate(grant.secret)).user == renamed
    assert await refusal(identity.rename(grant.user, "a\0b")) == "name_invalid"


async def test_renaming_does_not_undo_what_an_admin_did_meanwhile(records: Records) -> None:
    identity, made = await with_invite(records, role=Role.ADMIN)
    bert = (await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)).user
    await identity.change_user(bert.uid, role=Role.MEMBER, disabled=True)
    renamed = await identity.rename(bert, "Bert")
    assert (renamed.role, renamed.disabled) == (Role.MEMBER, True)


# what admins do ------------------------------------------------------------------------------------------------------


async def test_disabling_ends_sessions_and_api_tokens_at_once_and_for_good(open_records: OpenRecords) -> None:
    identity, made = await with_invite(await open_records())
    elsewhere = an_identity(await open_records())
    session = await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)
    api = await elsewhere.create_api_token(session.user, name="ci")
    await identity.change_user(session.user.uid, disabled=True)
    for secret in (session.secret, api.secret):
        assert await refusal(elsewhere.authenticate(secret)) == "token_invalid"
    assert await refusal(elsewhere.login(email=BERT, password=PASSWORD)) == "account_disabled"
    assert await refusal(elsewhere.create_api_token(session.user, name="late")) == "account_disabled"
    await identity.change_user(session.user.uid, disabled=False)
    for secret in (session.secret, api.secret):
        assert await refusal(elsewhere.authenticate(secret)) == "token_invalid"
    assert not await elsewhere.list_api_tokens(session.user)
    await elsewhere.login(email=BERT, password=PASSWORD)


async def test_role_holds_from_the_next_request(records: Records) -> None:
    identity, made = await with_invite(records)
    bert = await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)
    for role in (Role.ADMIN, Role.MEMBER):
        await identity.change_user(bert.user.uid, role=role)
        assert (await identity.authenticate(bert.secret)).user.role is role
    unchanged = await identity.change_user(bert.user.uid)
    assert unchanged == bert.user


async def test_last_admin_is_kept_and_an_unknown_account_is_not_found(records: Records) -> None:
    identity, _ = await with_first_account(records)
    for attempt in (
        identity.change_user(FIRST_UID, role=Role.MEMBER),
        identity.change_user(FIRST_UID, disabled=True),
        identity.delete_user(FIRST_UID),
    ):
        assert await refusal(attempt) == "last_admin"
    assert await refusal(identity.change_user("nobody", disabled=True)) == "not_found"
    assert await refusal(identity.delete_user("nobody")) == "not_found"


@pytest.mark.parametrize("how", ["demoted", "disabled", "deleted"])
async def test_platform_starts_and_goes_on_without_its_first_account(records: Records, how: str) -> None:
    identity, made = await with_invite(records, role=Role.ADMIN, policy="open")
    before = await identity.operator_token()
    bert = (await identity.signup(email=BERT, password=PASSWORD, invite=made.secret)).user
    if how == "deleted":
        await identity.delete_user(FIRST_UID)
    else:
        changes = {"role": Role.MEMBER} if how == "demoted" else {"disabled": True}
        await records.update_user(FIRST_UID, changes)

    again = an_identity(records, signup="open", admin_email="eve@example.com", admin_password=PASSWORD)
    await again.prepare_first_account()
    assert not await again.needs_setup()
    assert await again.new_setup_token() is None
    operator = await again.authenticate(await again.operator_token())
    assert operator.user == bert
    assert [token.name for token in await again.list_api_tokens(bert)] == [THIS_MACHINE]
    assert await refusal(again.authenticate(before)) == "token_invalid"
    await again.signup(email="carl@example.com", password=PASSWORD)
    assert await records.find_credentials("eve@example.com") is None


async def test_set_up_is_needed_until_the_first_account_is_complete(records: Records) -> None:
    identity = an_identity(records)
    assert await identity.needs_setup()
    await identity.prepare_first_account()
    assert await identity.needs_setup()
    await identity.signup(email=EMAIL, password=PASSWORD, setup_token=await identity.new_setup_token())
    assert not await identity.needs_setup()
