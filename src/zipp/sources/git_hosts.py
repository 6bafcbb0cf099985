"""Which addresses a clone may talk to: the public internet, and what the operator names.

A platform that fetches what strangers name must not become their way into its own network (server-side request
forgery). Every address that a name has is checked, and git is then held to the checked ones (git_options.py), so that
a name that changes its mind in between gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from zipp.domain.errors import InvalidSource
from zipp.settings import Settings
from zipp.sources.git_url import GitUrl

_LOOKUP_SECONDS = 10
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes


async def resolve_allowed(url: GitUrl, settings: Settings) -> tuple[str, ...]:
    """Every address of the URL's host. Raises InvalidSource `git_host_unknown`, `git_host_refused`."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # gaierror and TimeoutError are OSErrors
        raise InvalidSource(
            f"The host {url.host!r} is not known.",
            code="git_host_unknown",
            hint="Check the URL's spelling; if it is right, the platform's name service does not answer.",
            pointer="/url",
        ) from error
    addresses = tuple(dict.fromkeys(str(info[4][0]) for info in found))
    if not url.is_named_in(settings.git_allowed_hosts) and not all(map(is_public, addresses)):
        raise InvalidSource(
            f"The host {url.host!r} is not on the public internet.",
            code="git_host_refused",
            hint="The operator can allow it by naming it in ZIPP_GIT_ALLOWED_HOSTS.",
            pointer="/url",
        )
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's own: not private, loopback, link-local, shared, reserved, multicast.

    An IPv6 address that only carries an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by both.
    """
    ip = ip_address(address.partition("%")[0])
    carried = _carried(ip)
    if carried is not None and not is_public(str(carried)):
        return False
    if carried is not None and isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip in _NAT64):
        return True
    if isinstance(ip, IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_unspecified)


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
