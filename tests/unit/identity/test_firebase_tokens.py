"""Which tokens are believed, un-emulated: signed here, with certificates served here, checked by Google's libraries.

No refusal may hold what it refuses, in its words or in what it was raised from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from identities import refusal
from identitytoolkit import (
    COOKIE_KEY,
    FOREIGN_KEY,
    ID_KEY,
    PROJECT,
    SERVICE_KEY,
    cookie_claims,
    id_claims,
    jwt,
)
from realfirebase import RealFirebase
from structlog.testing import capture_logs

from zipp.domain.errors import NotAuthenticated

AT = int(time.time())
Token = Callable[[], str]


def hs256(key: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(key, message, hashlib.sha256)


async def test_id_token_and_session_cookie_are_believed(firebase: RealFirebase) -> None:
    for token in (ID_KEY.signed(id_claims("ada")), COOKIE_KEY.signed(cookie_claims("ada"))):
        principal = await firebase.identity.authenticate(token)
        assert (principal.user.uid, principal.kind, principal.confirmed) == ("ada", "session", True)
        assert principal.expires_at is not None
        assert 3500 < principal.expires_at.timestamp() - time.time() <= 3600


FORGED: dict[str, Token] = {
    "alg none": lambda: jwt({"alg": "none", "typ": "JWT"}, id_claims("ada"), lambda _: b""),
    "alg none with a kid": lambda: jwt({"alg": "none", "kid": ID_KEY.kid}, id_claims("ada"), lambda _: b""),
    "alg None": lambda: jwt({"alg": None, "kid": ID_KEY.kid}, id_claims("ada"), lambda _: b""),
    "HS256 with the public key": lambda: jwt(
        {"alg": "HS256", "kid": ID_KEY.kid}, id_claims("ada"), hs256(ID_KEY.public_pem)
    ),
    "HS256 with the certificate": lambda: jwt(
        {"alg": "HS256", "kid": ID_KEY.kid}, id_claims("ada"), hs256(ID_KEY.certificate.encode())
    ),
    "RS256 that is HS256": lambda: jwt({"alg": "RS256", "kid": ID_KEY.kid}, id_claims("ada"), hs256(ID_KEY.public_pem)),
    "no signature": lambda: ID_KEY.signed(id_claims("ada")).rpartition(".")[0] + ".",
    "no kid": lambda: jwt({"alg": "RS256"}, id_claims("ada"), ID_KEY.signature),
    "unknown kid": lambda: FOREIGN_KEY.signed(id_claims("ada")),
    "foreign key with our kid": lambda: FOREIGN_KEY.signed(id_claims("ada"), kid=ID_KEY.kid),
    "kid that is a list": lambda: ID_KEY.signed(id_claims("ada"), kid=[ID_KEY.kid]),
    "key in the header": lambda: FOREIGN_KEY.signed(id_claims("ada"), jku="https://evil.example/keys", x5c=["x"]),
    "wrong audience": lambda: ID_KEY.signed(id_claims("ada", aud="another-project")),
    "audience that is a list": lambda: ID_KEY.signed(id_claims("ada", aud=[PROJECT])),
    "wrong issuer": lambda: ID_KEY.signed(id_claims("ada", iss="https://accounts.google.com")),
    "issuer that only begins so": lambda: ID_KEY.signed(
        id_claims("ada", iss=f"https://securetoken.google.com/{PROJECT}x")
    ),
    "no issuer": lambda: ID_KEY.signed(id_claims("ada", iss=None)),
    "another project's": lambda: ID_KEY.signed(id_claims("ada", project="another-project")),
    "another project's cookie": lambda: COOKIE_KEY.signed(cookie_claims("ada", project="another-project")),
    "issued in the future": lambda: ID_KEY.signed(id_claims("ada", iat=AT + 3600, exp=AT + 7200)),
    "no times": lambda: ID_KEY.signed(id_claims("ada", iat=None)),
    "times that are texts": lambda: ID_KEY.signed(id_claims("ada", exp="9999999999")),
    "times that are true": lambda: ID_KEY.signed(id_claims("ada", exp=True)),
    "times beyond all calendars": lambda: ID_KEY.signed(id_claims("ada", exp=10**400)),
    "empty subject": lambda: ID_KEY.signed(id_claims("", sub="")),
    "no subject": lambda: ID_KEY.signed(id_claims("ada", sub=None)),
    "subject that is a list": lambda: ID_KEY.signed(id_claims("ada", sub=["ada"])),
    "over-long subject": lambda: ID_KEY.signed(id_claims("a" * 129)),
    "ID token that says it is a cookie": lambda: ID_KEY.signed(cookie_claims("ada")),
    "cookie that says it is an ID token": lambda: COOKIE_KEY.signed(id_claims("ada")),
    "the platform's own custom token": lambda: SERVICE_KEY.signed({"uid": "ada", "iat": AT, "exp": AT + 3600}),
    "signed by the service account": lambda: SERVICE_KEY.signed(id_claims("ada")),
    "claims that are a list": lambda: jwt({"alg": "RS256", "kid": ID_KEY.kid}, [1], ID_KEY.signature),
    "header that is a text": lambda: jwt("RS256", id_claims("ada"), ID_KEY.signature),
    "deep nesting": lambda: ".".join([base64.urlsafe_b64encode(b"[" * 2000).decode()] * 2 + ["x"]),
    "three empty parts": lambda: "..",
    "two parts": lambda: ID_KEY.signed(id_claims("ada")).rpartition(".")[0],
    "four parts": lambda: ID_KEY.signed(id_claims("ada")) + ".x",
    "garbage": lambda: "a.b.c",
    "changed claims": lambda: _with_claims(ID_KEY.signed(id_claims("bert")), id_claims("ada")),
    "1 MB": lambda: ID_KEY.signed(id_claims("ada", padding="x" * 1_000_000)),
    "1 MB of dots": lambda: "." * 1_000_000,
    "characters outside ASCII": lambda: ID_KEY.signed(id_claims("ada")) + "é",
}


def _with_claims(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{jwt({}, claims, lambda _: b'').split('.')[1]}.{signature}"


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_forged_token_is_refused_and_not_repeated(
    firebase: RealFirebase, forge: Token, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = forge()
    with capture_logs() as logs, pytest.raises(NotAuthenticated) as caught:
        await firebase.identity.authenticate(token)
    assert caught.value.code == "token_invalid"
    assert firebase.toolkit.calls["lookup"] == 0, "nobody is asked about an account that nothing proves"
    told = f"{caplog.text} {logs} {_whole(caught.value)}"
    assert not any(part in told for part in token.split(".") if len(part) > 20)
    login = firebase.identity.login_with_token(token)
    assert await refusal(login) == "token_invalid"


def _whole(error: BaseException | None) -> str:
    """An error with all that it was raised from, suppressed or not."""
    if error is None:
        return ""
    return f"{error!r} {error.args} {_whole(error.__cause__)} {_whole(error.__context__)}"


@pytest.mark.parametrize("sign", [lambda claims: ID_KEY.signed(id_claims("ada", **claims))], ids=["id"])
async def test_expired_token_is_told_as_such_and_not_repeated(
    firebase: RealFirebase, sign: Callable[[dict[str, Any]], str]
) -> None:
    for token in (
        sign({"iat": AT - 7200, "auth_time": AT - 7200, "exp": AT - 3600}),
        COOKIE_KEY.signed(cookie_claims("ada", iat=AT - 7200, auth_time=AT - 7200, exp=AT - 60)),
    ):
        with pytest.raises(NotAuthenticated) as caught:
            await firebase.identity.authenticate(token)
        assert caught.value.code == "token_expired"
        assert token.split(".")[1] not in _whole(caught.value)


async def test_clock_that_is_a_little_late_refuses_nothing(firebase: RealFirebase) -> None:
    at = int(time.time())
    await firebase.identity.authenticate(ID_KEY.signed(id_claims("ada", iat=at + 3, auth_time=at + 3)))


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"validSince": str(AT + 3600)}, "token_invalid"),
        ({"disabled": True}, "account_disabled"),
        (None, "token_invalid"),
    ],
    ids=["revoked", "disabled", "deleted"],
)
async def test_what_firebase_takes_back_is_lost_with_the_next_request(
    firebase: RealFirebase, how: dict[str, Any] | None, code: str
) -> None:
    tokens = [ID_KEY.signed(id_claims("ada")), COOKIE_KEY.signed(cookie_claims("ada"))]
    for token in tokens:
        await firebase.identity.authenticate(token)
    if how is None:
        del firebase.toolkit.users["ada"]
    else:
        firebase.toolkit.users["ada"].update(how)
    for token in tokens:
        assert await refusal(firebase.identity.authenticate(token)) == code


async def test_what_was_issued_in_the_second_of_the_revocation_or_later_is_good(firebase: RealFirebase) -> None:
    at = int(time.time()) - 5
    firebase.toolkit.users["ada"]["validSince"] = str(at)
    await firebase.identity.authenticate(ID_KEY.signed(id_claims("ada", iat=at)))
    assert await refusal(firebase.identity.authenticate(ID_KEY.signed(id_claims("ada", iat=at - 1)))) == "token_invalid"


async def test_api_token_of_who_firebase_disabled_or_deleted_is_refused_too(firebase: RealFirebase) -> None:
    user = await firebase.records.get_user("ada")
    assert user is not None
    made = await firebase.identity.create_api_token(user, name="ci")
    assert (await firebase.identity.authenticate(made.secret)).user == user
    firebase.toolkit.users["ada"]["disabled"] = True
    assert await refusal(firebase.identity.authenticate(made.secret)) == "account_disabled"
    del firebase.toolkit.users["ada"]
    assert await refusal(firebase.identity.authenticate(made.secret)) == "token_invalid"


async def test_account_that_has_never_signed_in_here_is_no_member(firebase: RealFirebase) -> None:
    firebase.toolkit.add("eve", "eve@example.com")
    assert await refusal(firebase.identity.authenticate(ID_KEY.signed(id_claims("eve")))) == "token_invalid"
    assert await firebase.records.get_user("eve") is None


async def test_disabled_record_is_enough(firebase: RealFirebase) -> None:
    token = ID_KEY.signed(id_claims("ada"))
    await firebase.identity.authenticate(token)
    await firebase.records.update_user("ada", {"disabled": True})
    assert await refusal(firebase.identity.authenticate(token)) == "account_disabled"


async def test_keys_are_fetched_once(firebase: RealFirebase) -> None:
    for _ in range(5):
        await firebase.identity.authenticate(ID_KEY.signed(id_claims("ada")))
        await firebase.identity.authenticate(COOKIE_KEY.signed(cookie_claims("ada")))
        with pytest.raises(NotAuthenticated):
            await firebase.identity.authenticate(FOREIGN_KEY.signed(id_claims("ada")))
    calls = firebase.toolkit.calls
    assert (calls["id-certs"], calls["cookie-certs"], calls["lookup"]) == (1, 1, 10)


async def test_cookie_is_no_id_token_to_sign_in_with(firebase: RealFirebase) -> None:
    login = firebase.identity.login_with_token(COOKIE_KEY.signed(cookie_claims("ada")))
    assert await refusal(login) == "token_invalid"
    assert firebase.toolkit.calls["createSessionCookie"] == 0


async def test_id_token_of_an_old_sign_in_begins_no_session(firebase: RealFirebase) -> None:
    at = int(time.time())
    login = firebase.identity.login_with_token(ID_KEY.signed(id_claims("ada", auth_time=at - 301)))
    assert await refusal(login) == "token_expired"
    grant = await firebase.identity.login_with_token(ID_KEY.signed(id_claims("ada", auth_time=at - 200)))
    assert (await firebase.identity.authenticate(grant.secret)).user.uid == "ada"


async def test_revoked_id_token_begins_no_session(firebase: RealFirebase) -> None:
    firebase.toolkit.users["ada"]["validSince"] = str(AT + 3600)
    login = firebase.identity.login_with_token(ID_KEY.signed(id_claims("ada")))
    assert await refusal(login) == "token_invalid"
