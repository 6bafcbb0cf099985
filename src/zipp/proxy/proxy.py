"""Host -> process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from zipp.domain.route import Target

NO_HTTP = 0


class Proxy(Protocol):
    async def start(self) -> None:
        """Render the configuration, test it, and start the proxy or bring the running one to it. Idempotent.

        A configuration that fails its test never replaces a good one. Raises Unavailable (`proxy_config_invalid`,
        `proxy_port_taken`, `proxy_missing` ...) with a hint.
        """

    async def stop(self) -> None:
        """End it. Idempotent."""

    async def ping(self) -> None:
        """A request through the proxy. Raises Unavailable `proxy_unreachable`."""

    async def sync(self, routes: Mapping[str, Target]) -> None:
        """Make the route table exactly `routes` (host -> target), each switched atomically."""

    async def switch(self, host: str, target: Target) -> None:
        """Lead `host` to `target` from the next request on; atomic, no request is lost. Idempotent."""

    async def remove(self, host: str) -> None:
        """Idempotent."""

    async def routes(self) -> Mapping[str, Target]:
        """The table as it is in force."""

    async def rotate_logs(self) -> None:
        """Set aside logs that have grown large; few are kept. Costs next to nothing when there is nothing to do."""

    async def probe(self, target: Target, *, host: str, path: str = "/", timeout_seconds: float = 5) -> int:
        """The status that a request for `host` through the proxy to `target` gets, before anybody is led there.

        502 or 504 when the target does not answer, NO_HTTP when its answer is none in HTTP.
        """
