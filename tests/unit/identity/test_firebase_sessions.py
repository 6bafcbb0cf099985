"""A session's whole life, un-emulated: custom tokens and access tokens are signed with the service account's key, and
nothing of any of it reaches a log."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import secrets
import time
from pathlib import Path

import pytest
from identities import refusal
from identitytoolkit import FOREIGN_KEY, ID_KEY, SERVICE_KEY, IdentityToolkit, id_claims
from pydantic import ValidationError
from realfirebase import RealFirebase, opened
from structlog.testing import capture_logs

from zipp.domain.errors import Unavailable
from zipp.identity.first_account import FIRST_UID
from zipp.settings import Settings


def pkce() -> tuple[str, str]:
    verifier = secrets.token_urlsafe(32)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def test_nothing_secret_of_a_session_reaches_a_log(
    firebase: RealFirebase, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    identity = firebase.identity
    verifier, challenge = pkce()
    with capture_logs() as logs:
        id_token = ID_KEY.signed(id_claims("ada"))
        grant = await identity.login_with_token(id_token)
        handed = await identity.hand_over(grant.user, challenge=challenge)
        other = await identity.take_over(handed, verifier=verifier)
        for secret in (grant.secret, other.secret):
            assert (await identity.authenticate(secret)).user.uid == "ada"
        await identity.logout(await identity.authenticate(grant.secret))
        for secret in (grant.secret, other.secret, id_token):
            assert await refusal(identity.authenticate(secret)) == "token_invalid"
    told = f"{caplog.text} {logs} {capfd.readouterr()}"
    for secret in (id_token, grant.secret, handed, other.secret, verifier):
        assert secret not in told
        assert secret.split(".")[-1] not in told
    assert "an-access-token" not in told
    assert SERVICE_KEY.private_pem.split("\n")[1] not in told


async def test_custom_token_is_signed_by_the_service_account_and_never_leaves(firebase: RealFirebase) -> None:
    verifier, challenge = pkce()
    user = await firebase.records.get_user("ada")
    assert user is not None
    handed = await firebase.identity.hand_over(user, challenge=challenge)
    assert "." not in handed, "a custom token needs no verifier: whoever read it in a browser's history could use it"
    assert firebase.toolkit.calls["signInWithCustomToken"] == 0
    await firebase.identity.take_over(handed, verifier=verifier)  # the stand takes what that key signed, and no other
    assert firebase.toolkit.calls["signInWithCustomToken"] == 1


async def test_who_waits_for_the_set_up_link_can_not_be_handed_over(firebase: RealFirebase) -> None:
    """A custom token would make a Firebase account of that uid."""
    verifier, challenge = pkce()
    first = await firebase.records.get_user(FIRST_UID)
    assert first is not None
    handed = await firebase.identity.hand_over(first, challenge=challenge)
    assert await refusal(firebase.identity.take_over(handed, verifier=verifier)) == "token_invalid"
    assert FIRST_UID not in firebase.toolkit.users


async def test_sign_out_ends_what_a_faster_clock_issued(firebase: RealFirebase) -> None:
    token = ID_KEY.signed(id_claims("ada", iat=int(time.time()) + 2))
    principal = await firebase.identity.authenticate(token)
    await firebase.identity.logout(principal)
    assert await refusal(firebase.identity.authenticate(token)) == "token_invalid"


async def test_api_token_in_use_delays_no_sign_out(firebase: RealFirebase) -> None:
    grant = await firebase.identity.login_with_token(ID_KEY.signed(id_claims("ada")))
    api = await firebase.identity.create_api_token(grant.user, name="ci")
    await firebase.identity.authenticate(api.secret)
    async with asyncio.timeout(15):
        await firebase.identity.logout(await firebase.identity.authenticate(grant.secret))
    assert (await firebase.identity.authenticate(api.secret)).confirmed


async def test_session_that_a_change_overtakes_is_not_begun(
    firebase: RealFirebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = firebase.identity._google
    made = google.session_cookie

    async def slow(id_token: str) -> str:
        cookie = await made(id_token)
        firebase.toolkit.users["ada"]["disabled"] = True
        return cookie

    monkeypatch.setattr(google, "session_cookie", slow)
    login = firebase.identity.login_with_token(ID_KEY.signed(id_claims("ada")))
    assert await refusal(login) == "account_disabled"


async def test_credentials_that_can_not_sign_name_the_role(
    toolkit: IdentityToolkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firebase_admin import _token_gen

    def none(_: object) -> object:
        raise ValueError("no service account")

    monkeypatch.setattr(_token_gen.TokenGenerator, "_init_signing_provider", none)
    async with opened(toolkit, tmp_path) as firebase:
        verifier, challenge = pkce()
        user = await firebase.records.get_user("ada")
        assert user is not None
        handed = await firebase.identity.hand_over(user, challenge=challenge)
        with pytest.raises(Unavailable) as caught:
            await firebase.identity.take_over(handed, verifier=verifier)
    assert caught.value.code == "identity_denied"
    assert "roles/iam.serviceAccountTokenCreator" in caught.value.hint


async def test_missing_credentials_say_what_to_do(toolkit: IdentityToolkit, tmp_path: Path) -> None:
    async with opened(toolkit, tmp_path, firebase_credentials=tmp_path / "absent.json") as firebase:
        with pytest.raises(Unavailable) as caught:
            await firebase.identity.ping()
    assert caught.value.code == "firebase_credentials_invalid"
    assert "ZIPP_FIREBASE_CREDENTIALS" in caught.value.hint


# the start -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variable", ["FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST"]
)
@pytest.mark.parametrize("parts", [{"backend": "firebase"}, {"identity": "firebase"}, {"records": "firestore"}])
def test_start_is_refused_with_an_emulator_in_production(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, parts: dict[str, str]
) -> None:
    address = "http://127.0.0.1:9" if variable.startswith("STORAGE") else "127.0.0.1:9"
    monkeypatch.setenv(variable, address)
    whole = {"firebase_project": "real-project", "firebase_api_key": "k"} | parts
    with pytest.raises(ValidationError, match="emulators accept forged tokens"):
        Settings(data_dir=tmp_path, **whole)  # type: ignore[arg-type]
    Settings(data_dir=tmp_path, environment="development", **whole)  # type: ignore[arg-type]


async def test_emulator_that_appears_while_it_runs_lets_nobody_in(
    firebase: RealFirebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google's library looks at the variable at every token, and checks no signature when it is set."""
    forged = FOREIGN_KEY.signed(id_claims("ada"), kid=ID_KEY.kid)
    await firebase.identity.authenticate(ID_KEY.signed(id_claims("ada")))
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", f"127.0.0.1:{firebase.toolkit.port}")
    assert await refusal(firebase.identity.authenticate(forged)) == "token_invalid"


def test_firebase_needs_its_project_and_its_key(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="ZIPP_FIREBASE_PROJECT"):
        Settings(data_dir=tmp_path, backend="firebase")
    with pytest.raises(ValidationError, match="ZIPP_FIREBASE_API_KEY"):
        Settings(data_dir=tmp_path, backend="firebase", firebase_project="real-project")
