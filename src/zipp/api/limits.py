"""How often a client may call, and how much it may send. Counted in memory: a restart forgives."""

from __future__ import annotations

import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage.memory import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zipp.api import problems
from zipp.domain.errors import TooLarge, TooMany
from zipp.settings import Settings

JSON_BODY_BYTES = 1024**2
UPLOAD_PATH = "/api/deployments/zip"  # counts for itself (uploads.py)
LIMITED_PATHS = "/api/"  # the dashboard's files come from memory: a page is two dozen of them
UNLIMITED_PATHS = "/api/health"  # an orchestrator's probes must get an answer


class RateLimits:
    """Per client address: every request, and sign-in attempts on top."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(settings.api_requests_per_minute)
        self._logins = RateLimitItemPerMinute(settings.login_attempts_per_minute)

    async def count_request(self, client: str) -> None:
        """Raises TooMany."""
        await self._count(self._requests, "request", client)

    async def count_login(self, client: str) -> None:
        """Raises TooMany."""
        await self._count(self._logins, "login", client)

    async def _count(self, item: RateLimitItem, what: str, client: str) -> None:
        if await self._limiter.hit(item, what, client):
            return
        window = await self._limiter.get_window_stats(item, what, client)
        seconds = max(1, min(60, round(window.reset_time - time.time() + 0.5)))
        raise TooMany(
            f"Too many {'attempts to sign in' if what == 'login' else 'requests'} from your address.",
            retry_after_seconds=seconds,
            hint=f"Wait {seconds} seconds, then try again.",
        )


async def count_login(request: Request) -> None:
    """A dependency of the calls that try credentials."""
    limits: RateLimits = request.app.state.limits
    await limits.count_login(client_address(request.scope))


def client_address(scope: Scope) -> str:
    """Who counts as one client. A proxy on this machine says for whom it asks (the last entry is its own finding);
    anybody else's X-Forwarded-For is not believed. An IPv6 client has a whole /64."""
    peer = _address((scope.get("client") or ("", 0))[0])
    if peer is not None and peer.is_loopback:
        forwarded = Headers(scope=scope).get("x-forwarded-for", "")
        peer = _address(forwarded.rsplit(",", 1)[-1].strip()) or peer
    if isinstance(peer, IPv6Address):
        return str(IPv6Network((peer, 64), strict=False))
    return str(peer or "unknown")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


class Limited:
    """Refuses what is too much before any route is asked."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        try:
            if path.startswith(LIMITED_PATHS) and not path.startswith(UNLIMITED_PATHS):
                await self._limits.count_request(client_address(scope))
            if path != UPLOAD_PATH:
                receive = _at_most(JSON_BODY_BYTES, scope, receive)
        except (TooMany, TooLarge) as error:
            await problems.of_error(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _at_most(limit: int, scope: Scope, receive: Receive) -> Receive:
    """`receive` for a body of at most `limit` bytes. Raises TooLarge at once when a longer one is announced."""
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise TooLarge("The body is too large.", hint=f"Send at most {limit} bytes.")
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, f"The body has more than {limit} bytes.", {"Connection": "close"})
        return message

    return counted
