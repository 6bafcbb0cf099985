"""Accounts, sessions and API tokens."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from zipp import __version__
from zipp.api.deps import PlatformDep
from zipp.api.limits import count_login
from zipp.api.people import (
    ApiToken,
    ApiTokenList,
    FirebaseConfig,
    Handover,
    NewApiToken,
    Session,
    SignInConfig,
    User,
    Verification,
)
from zipp.api.problems import documented
from zipp.api.requests import (
    HandoverRequest,
    LoginRequest,
    PasswordRequest,
    PasswordResetRequest,
    ProfileRequest,
    SignupRequest,
    TakeoverRequest,
    TokenRequest,
    VerifyRequest,
)
from zipp.api.security import SIGNED_IN, Caller, clear_cookie, set_cookie
from zipp.domain.errors import InvalidInput, NotAuthenticated
from zipp.identity.identity import HANDOVER_SECONDS, Grant
from zipp.wiring import Platform

router = APIRouter(prefix="/api/auth", tags=["auth"])

_ATTEMPT = [Depends(count_login)]


@router.get("/config", responses=documented(503))
async def sign_in_config(platform: PlatformDep) -> SignInConfig:
    """How people sign in here, and what the platform takes. Open to all."""
    settings, page = platform.settings, platform.identity.sign_in_page
    return SignInConfig(
        identity=platform.identity.kind,
        firebase=None if page is None else FirebaseConfig.model_validate(page),
        needs_setup=await platform.identity.needs_setup(),
        signup=settings.signup,
        version=__version__,
        base_domain=settings.base_domain,
        site_url=settings.site_url("{site}"),
        upload_max_bytes=settings.upload_max_bytes,
        limits=settings.limits,
    )


@router.post("/signup", status_code=201, dependencies=_ATTEMPT, responses=documented(400, 403, 409, 413, 422, 503))
async def signup(body: SignupRequest, request: Request, response: Response, platform: PlatformDep) -> Session:
    """Make an account: the first one with its set-up token, others with an invite, or as ZIPP_SIGNUP allows."""
    grant = await platform.identity.signup(
        email=body.email,
        password=body.password,
        name=body.name,
        setup_token=body.setup_token,
        invite=body.invite,
    )
    return _session(grant, request, response, platform)


@router.post("/login", dependencies=_ATTEMPT, responses=documented(400, 401, 403, 409, 413, 422, 503))
async def login(body: LoginRequest, request: Request, response: Response, platform: PlatformDep) -> Session:
    """Begin a session; the cookie is for browsers, the token for everybody else.

    With a Firebase ID token (of a sign-in no longer than five minutes ago) the first time makes the account, by the
    rules of sign-up.
    """
    if body.id_token is not None:
        grant = await platform.identity.login_with_token(
            body.id_token, name=body.name, setup_token=body.setup_token, invite=body.invite
        )
        return _session(grant, request, response, platform)
    for name in ("email", "password"):
        if getattr(body, name) is None:
            raise InvalidInput(f"`{name}` is missing.", code="missing", hint="Send both.", pointer=f"/{name}")
    grant = await platform.identity.login(email=body.email or "", password=body.password or "")
    return _session(grant, request, response, platform)


@router.post(
    "/handover",
    status_code=201,
    dependencies=[*SIGNED_IN, *_ATTEMPT],
    responses=documented(400, 401, 403, 413, 422, 503),
)
async def hand_over(body: HandoverRequest, caller: Caller, platform: PlatformDep) -> Handover:
    """Let another program of the caller's (`zipp login`) begin a session of its own, once, within minutes."""
    secret = await platform.identity.hand_over(caller.user, challenge=body.challenge)
    return Handover(token=secret, expires_in=HANDOVER_SECONDS)


@router.post("/takeover", dependencies=_ATTEMPT, responses=documented(400, 401, 413, 422, 503))
async def take_over(body: TakeoverRequest, platform: PlatformDep) -> Session:
    """Begin the session that was handed over. No cookie: this call is not for browsers."""
    return Session.of(await platform.identity.take_over(body.token, verifier=body.verifier))


@router.post("/logout", status_code=204, dependencies=SIGNED_IN, responses=documented(401, 403, 503))
async def logout(caller: Caller, request: Request, response: Response, platform: PlatformDep) -> None:
    """End the session; its token stops working at once, everywhere."""
    await platform.identity.logout(caller)
    clear_cookie(response, request, platform.settings)


@router.get("/me", dependencies=SIGNED_IN, responses=documented(401, 503))
async def me(caller: Caller) -> User:
    return User.of(caller.user)


@router.patch("/me", dependencies=SIGNED_IN, responses=documented(400, 401, 403, 413, 422, 503))
async def update_me(body: ProfileRequest, caller: Caller, platform: PlatformDep) -> User:
    return User.of(await platform.identity.rename(caller.user, body.name))


@router.post(
    "/password",
    status_code=204,
    dependencies=[*SIGNED_IN, *_ATTEMPT],
    responses=documented(400, 401, 403, 413, 422, 503),
)
async def change_password(body: PasswordRequest, caller: Caller, platform: PlatformDep) -> None:
    """Every other session of the caller ends; API tokens stay."""
    await platform.identity.change_password(caller, current=body.current_password, new=body.new_password)


@router.post("/password-reset", dependencies=_ATTEMPT, responses=documented(400, 401, 403, 413, 422, 503))
async def reset_password(
    body: PasswordResetRequest, request: Request, response: Response, platform: PlatformDep
) -> Session:
    """Choose a new password with the link that an admin gave, and begin a session; every earlier one ends."""
    grant = await platform.identity.choose_password(body.token, new=body.new_password)
    return _session(grant, request, response, platform)


@router.post("/verify", dependencies=_ATTEMPT, responses=documented(400, 413, 422, 503))
async def verify(body: VerifyRequest, platform: PlatformDep) -> Verification:
    """Whether a token is good, and whose it is."""
    try:
        principal = await platform.identity.authenticate(body.token)
    except NotAuthenticated as error:
        return Verification(valid=False, code=error.code)
    user = principal.user
    return Verification(valid=True, uid=user.uid, claims=user.token_claims, expires_at=principal.expires_at)


@router.get("/tokens", dependencies=SIGNED_IN, responses=documented(401, 503))
async def list_tokens(caller: Caller, platform: PlatformDep) -> ApiTokenList:
    """The caller's API tokens, newest first; all of them at once."""
    tokens = await platform.identity.list_api_tokens(caller.user)
    return ApiTokenList(items=[ApiToken.of(token) for token in tokens], next_cursor=None)


@router.post("/tokens", status_code=201, dependencies=SIGNED_IN, responses=documented(400, 401, 403, 413, 422, 503))
async def create_token(body: TokenRequest, caller: Caller, platform: PlatformDep) -> NewApiToken:
    """A token for the CLI or CI; it is shown this once and stored hashed."""
    grant = await platform.identity.create_api_token(caller.user, name=body.name, expires_in_seconds=body.expires_in)
    return NewApiToken(**ApiToken.of(grant.token).model_dump(), token=grant.secret)


@router.delete("/tokens/{token_id}", status_code=204, dependencies=SIGNED_IN, responses=documented(401, 403, 404, 503))
async def delete_token(token_id: str, caller: Caller, platform: PlatformDep) -> None:
    await platform.identity.delete_api_token(caller.user, token_id)


def _session(grant: Grant, request: Request, response: Response, platform: Platform) -> Session:
    set_cookie(response, request, platform.settings, grant.secret, grant.token.expires_at)
    return Session.of(grant)
