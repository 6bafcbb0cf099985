"""Firebase Auth that does not answer, or refuses the platform: what goes on, what stops, what is told."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator

import pytest
from identities import refusal
from identitytoolkit import COOKIE_KEY, ID_KEY, cookie_claims, id_claims
from realfirebase import RealFirebase

from zipp.domain.errors import Unavailable
from zipp.domain.user import Role
from zipp.identity.firebase import standing
from zipp.identity.identity import Principal


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PAUSE_SECONDS", 0)


def ada() -> str:
    return COOKIE_KEY.signed(cookie_claims("ada"))


async def test_who_was_confirmed_may_look_on(firebase: RealFirebase) -> None:
    token = ada()
    assert (await firebase.identity.authenticate(token)).confirmed
    firebase.toolkit.away = True
    principal = await firebase.identity.authenticate(token)
    assert (principal.user.uid, principal.confirmed) == ("ada", False)
    firebase.toolkit.away = False
    assert (await firebase.identity.authenticate(token)).confirmed, "work resumes"


async def test_who_was_not_confirmed_waits(firebase: RealFirebase) -> None:
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.authenticate(ada())) == "identity_unreachable"


async def test_one_credential_does_not_vouch_for_another(firebase: RealFirebase) -> None:
    await firebase.identity.authenticate(ada())
    firebase.toolkit.away = True
    for other in (ID_KEY.signed(id_claims("ada")), COOKIE_KEY.signed(cookie_claims("ada", iat=1))):
        assert await refusal(firebase.identity.authenticate(other)) == "identity_unreachable"


async def test_what_was_refused_since_is_not_good_again(firebase: RealFirebase) -> None:
    token = ada()
    await firebase.identity.authenticate(token)
    firebase.toolkit.users["ada"]["validSince"] = str(int(time.time()) + 60)
    assert await refusal(firebase.identity.authenticate(token)) == "token_invalid"
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.authenticate(token)) == "identity_unreachable"


async def test_confirmation_lasts_minutes(firebase: RealFirebase, monkeypatch: pytest.MonkeyPatch) -> None:
    token = ada()
    await firebase.identity.authenticate(token)
    firebase.toolkit.away = True
    monkeypatch.setattr(standing, "CONFIRMED_SECONDS", 0)
    assert await refusal(firebase.identity.authenticate(token)) == "identity_unreachable"


async def test_record_still_decides(firebase: RealFirebase) -> None:
    token = ada()
    await firebase.identity.authenticate(token)
    firebase.toolkit.away = True
    await firebase.records.update_user("ada", {"disabled": True})
    assert await refusal(firebase.identity.authenticate(token)) == "account_disabled"


async def test_forged_token_stays_refused(firebase: RealFirebase) -> None:
    await firebase.identity.authenticate(ada())
    firebase.toolkit.away = True
    forged = ID_KEY.signed(cookie_claims("ada"))
    assert await refusal(firebase.identity.authenticate(forged)) == "token_invalid"


async def test_without_keys_nothing_is_believed(firebase: RealFirebase, monkeypatch: pytest.MonkeyPatch) -> None:
    from firebase_admin import _token_gen

    monkeypatch.setattr(_token_gen, "COOKIE_CERT_URI", "http://127.0.0.1:9/nobody-is-there")
    assert await refusal(firebase.identity.authenticate(ada())) == "identity_unreachable"


async def test_sign_out_while_firebase_is_away_says_so_and_can_be_repeated(firebase: RealFirebase) -> None:
    token = ada()
    principal = await firebase.identity.authenticate(token)
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.logout(principal)) == "identity_unreachable"
    firebase.toolkit.away = False
    await firebase.identity.logout(principal)
    assert await refusal(firebase.identity.authenticate(token)) == "token_invalid"
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.authenticate(token)) == "identity_unreachable"


async def test_operator_on_this_machine_goes_on(firebase: RealFirebase) -> None:
    secret = await firebase.identity.operator_token()
    firebase.toolkit.away = True
    principal = await firebase.identity.authenticate(secret)
    assert (principal.kind, principal.confirmed) == ("api", True)


async def test_refusal_names_the_missing_role(firebase: RealFirebase) -> None:
    firebase.toolkit.fails = 403
    for attempt in (firebase.identity.ping(), firebase.identity.authenticate(ada())):
        with pytest.raises(Unavailable) as caught:
            await attempt
        assert caught.value.code == "identity_denied"
        assert "roles/firebaseauth.admin" in caught.value.hint


async def test_ping_is_true(firebase: RealFirebase) -> None:
    await firebase.identity.ping()
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.ping()) == "identity_unreachable"


async def test_nobody_waits_for_each_time_out_in_turn(firebase: RealFirebase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PAUSE_SECONDS", 60)
    token = ada()
    await firebase.identity.authenticate(token)
    firebase.toolkit.away = True
    await firebase.identity.authenticate(token)
    asked = firebase.toolkit.calls["hung up"]
    for _ in range(20):
        assert not (await firebase.identity.authenticate(token)).confirmed
    assert firebase.toolkit.calls["hung up"] == asked


# changes of which Firebase does not hear -----------------------------------------------------------------------------


async def test_disabling_holds_at_once_and_is_completed_by_doing_it_again(firebase: RealFirebase) -> None:
    token = ada()
    await firebase.identity.authenticate(token)
    await make_an_admin(firebase)
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.change_user("ada", disabled=True)) == "identity_unreachable"
    firebase.toolkit.away = False
    assert await refusal(firebase.identity.authenticate(token)) == "account_disabled"
    assert not firebase.toolkit.users["ada"].get("disabled")
    await firebase.identity.change_user("ada", disabled=True)
    assert firebase.toolkit.users["ada"]["disabled"]
    await firebase.identity.change_user("ada", disabled=False)
    assert await refusal(firebase.identity.authenticate(token)) == "token_invalid"


async def test_deletion_holds_at_once_and_is_completed_by_doing_it_again(firebase: RealFirebase) -> None:
    await make_an_admin(firebase)
    await firebase.identity.change_user("ada", role=Role.MEMBER)  # which gives the account its role claim
    token = ID_KEY.signed(id_claims("ada", iat=int(time.time()) + 1))
    await firebase.identity.authenticate(token)
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.delete_user("ada")) == "identity_unreachable"
    firebase.toolkit.away = False
    assert await refusal(firebase.identity.authenticate(token)) == "token_invalid"
    assert "ada" in firebase.toolkit.users
    await firebase.identity.delete_user("ada")
    assert "ada" not in firebase.toolkit.users
    assert await refusal(firebase.identity.delete_user("ada")) == "not_found"


async def test_account_that_only_firebase_has_lost_can_be_deleted(firebase: RealFirebase) -> None:
    await make_an_admin(firebase)
    del firebase.toolkit.users["ada"]
    await firebase.identity.change_user("ada", disabled=True)
    await firebase.identity.delete_user("ada")
    assert await firebase.records.get_user("ada") is None


async def test_role_is_recorded_and_told_by_doing_it_again(firebase: RealFirebase) -> None:
    await make_an_admin(firebase)
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.change_user("ada", role=Role.ADMIN)) == "identity_unreachable"
    firebase.toolkit.away = False
    user = await firebase.records.get_user("ada")
    assert user is not None
    assert user.role is Role.ADMIN
    await firebase.identity.change_user("ada", role=Role.ADMIN)
    assert json.loads(firebase.toolkit.users["ada"]["customAttributes"]) == {"role": "admin"}
    assert int(firebase.toolkit.users["ada"]["validSince"]) > 0


async def make_an_admin(firebase: RealFirebase) -> None:
    """Another one, so that it does not hang on Ada."""
    await firebase.add_member("anna", "anna@example.com")
    await firebase.records.update_user("anna", {"role": Role.ADMIN})


# many at the same time -----------------------------------------------------------------------------------------------


@pytest.fixture
async def waiting(firebase: RealFirebase) -> AsyncIterator[threading.Event]:
    """Lookups get their answer once it is set."""
    await firebase.identity.authenticate(ada())  # keys and the service account's access token are there
    firebase.toolkit.calls.clear()
    firebase.toolkit.slow = threading.Event()
    yield firebase.toolkit.slow
    firebase.toolkit.slow.set()


async def asked(firebase: RealFirebase, times: int) -> None:
    async with asyncio.timeout(20):
        while firebase.toolkit.calls["lookup"] < times:
            await asyncio.sleep(0.01)


async def test_who_asks_at_the_same_time_shares_the_answer(firebase: RealFirebase, waiting: threading.Event) -> None:
    token = ada()
    requests = [asyncio.create_task(firebase.identity.authenticate(token)) for _ in range(20)]
    await asked(firebase, 1)
    await asyncio.sleep(0.2)
    waiting.set()
    results: list[Principal] = await asyncio.gather(*requests)
    assert all(result.confirmed for result in results)
    assert firebase.toolkit.calls["lookup"] == 1


async def test_request_that_goes_away_takes_nobody_elses_answer_along(
    firebase: RealFirebase, waiting: threading.Event
) -> None:
    token = ada()
    first, second = (asyncio.create_task(firebase.identity.authenticate(token)) for _ in range(2))
    await asked(firebase, 1)
    first.cancel()
    waiting.set()
    assert (await second).confirmed


async def test_answer_from_before_a_sign_out_counts_no_more_after_it(
    firebase: RealFirebase, waiting: threading.Event
) -> None:
    token = ada()
    early = asyncio.create_task(firebase.identity.authenticate(token))
    await asked(firebase, 1)
    user = await firebase.records.get_user("ada")
    assert user is not None
    await firebase.identity.logout(Principal(user=user, token_id="x", kind="session", expires_at=None))
    late = asyncio.create_task(firebase.identity.authenticate(token))
    await asked(firebase, 2)
    waiting.set()
    await asyncio.gather(early, late, return_exceptions=True)
    assert isinstance(late.exception(), Exception)
    firebase.toolkit.away = True
    assert await refusal(firebase.identity.authenticate(token)) == "identity_unreachable"
