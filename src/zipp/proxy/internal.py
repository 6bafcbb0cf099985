"""Requests to nginx over its internal Unix socket, which no visitor reaches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from zipp.domain.errors import Unavailable
from zipp.proxy.config import STATUS_HOST
from zipp.proxy.layout import Layout
from zipp.proxy.proxy import NO_HTTP

_STATUS_SECONDS = 2
_GATEWAY_TIMEOUT = 504


class Internal:
    def __init__(self, at: Layout) -> None:
        self._at = at

    async def digest(self) -> str | None:
        """Of the configuration in force; None when nginx does not answer."""
        try:
            async with self._get("/", {"Host": STATUS_HOST}, _STATUS_SECONDS) as response:
                return (await response.content.read(256)).decode()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def status(self, check_id: str, *, host: str, path: str, timeout_seconds: float) -> int:
        """What a visitor of `host` would get from the target of that check; the body is left unread."""
        headers = {"Host": host, "X-Zipp-Check": check_id, "User-Agent": "Zipp-Check", "Accept": "*/*"}
        try:
            async with self._get(path, headers, timeout_seconds) as response:
                return response.status
        except TimeoutError:
            return _GATEWAY_TIMEOUT
        except aiohttp.ClientResponseError:  # nginx passes on what has no header (HTTP/0.9), and nobody can read it
            return NO_HTTP
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable() from error

    @asynccontextmanager
    async def _get(
        self, path: str, headers: Mapping[str, str], seconds: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        url = URL("http://nginx/").join(URL(f"/{path.lstrip('/')}"))
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._at.socket)), timeout=aiohttp.ClientTimeout(total=seconds)
            ) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            yield response


def unreachable() -> Unavailable:
    return Unavailable(
        "nginx does not answer.",
        code="proxy_unreachable",
        hint="Start Zipp again: it starts nginx where it doesn't run. `zipp doctor` tells more.",
    )
