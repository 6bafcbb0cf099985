"""Who is calling: a bearer token, or the session cookie with protection against other sites' pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPBearer

from zipp.api.deps import PlatformDep
from zipp.domain.errors import NotAllowed, NotAuthenticated, Unreachable
from zipp.domain.ids import now
from zipp.identity.identity import Principal
from zipp.identity.permissions import require_admin
from zipp.settings import Settings

COOKIE = "__session"  # the one name that Firebase Hosting passes on
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# They describe the two ways in OpenAPI; the decision is in `credential`.
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="A session token, an API token as `zipp login` gets one, or a Firebase ID token.",
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="The session cookie; calls that change something must then come from a page of the same origin.",
)


def credential(request: Request, platform: PlatformDep) -> str:
    """The secret that came along. Whoever sends an Authorization header means it: the cookie is then not looked at."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise NotAuthenticated(
                "The Authorization header is not a bearer token.",
                code="token_invalid",
                hint="Send `Authorization: Bearer <token>`.",
            )
        return secret.strip()
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        raise NotAuthenticated("You are not signed in.", hint="Sign in with `zipp login`, or send a bearer token.")
    if request.method not in SAFE_METHODS:
        _require_same_origin(request, platform.settings)
    return secret


async def caller(request: Request, secret: Annotated[str, Depends(credential)], platform: PlatformDep) -> Principal:
    principal = request.state.principal = await platform.identity.authenticate(secret)
    if not principal.confirmed and request.method not in SAFE_METHODS:
        raise Unreachable(
            "Who you are can't be confirmed at the moment, so nothing is changed.",
            code="identity_unreachable",
            hint="Looking at things still works; try this again in a moment.",
        )
    return principal


async def admin(principal: Annotated[Principal, Depends(caller)]) -> Principal:
    """Raises NotFound: for others the call is not there."""
    require_admin(principal.user)
    return principal


Credential = Annotated[str, Depends(credential)]
Caller = Annotated[Principal, Depends(caller)]
Admin = Annotated[Principal, Depends(admin)]
# For routers: the same check, and both ways in their OpenAPI description.
SIGNED_IN = [Depends(_bearer), Depends(_cookie), Depends(caller)]
ADMINS = [*SIGNED_IN, Depends(admin)]


def set_cookie(response: Response, request: Request, settings: Settings, secret: str, until: datetime | None) -> None:
    seconds = settings.session_seconds if until is None else max(0, int((until - now()).total_seconds()))
    response.set_cookie(
        COOKIE, secret, max_age=seconds, path="/", httponly=True, samesite="lax", secure=_under_tls(request, settings)
    )


def clear_cookie(response: Response, request: Request, settings: Settings) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_under_tls(request, settings))


def _under_tls(request: Request, settings: Settings) -> bool:
    return request.url.scheme == "https" or settings.api_url.startswith("https://")


def _require_same_origin(request: Request, settings: Settings) -> None:
    """A page elsewhere can make a browser send the cookie, but can't make it lie in these two headers."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        same = fetch_site == "same-origin"
    else:
        origin = urlsplit(request.headers.get("origin", ""))
        ours = {request.headers.get("host", ""), urlsplit(settings.api_url).netloc}
        same = origin.scheme in ("http", "https") and origin.netloc in ours
    if not same:
        raise NotAllowed(
            "The session cookie is only taken from the platform's own pages.",
            code="cross_site",
            hint="Use an API token in the Authorization header.",
        )
