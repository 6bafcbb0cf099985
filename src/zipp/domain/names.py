"""Site names: one DNS label of 1 to 40 characters (API.md); and how one is derived when none is given."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import unquote

from zipp.domain.errors import InvalidInput

SITE_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")

# Hosts that the platform itself answers at, or that people would take for it.
RESERVED = frozenset({"api", "www", "zipp", "admin", "dashboard", "app", "mail", "localhost", "status"})

_HOSTNAME_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_ARCHIVE_SUFFIXES = (".zip", ".git")


def check_site_name(name: str, *, pointer: str = "/site") -> str:
    """Return `name`; raise InvalidInput when it is not a site name."""
    if not SITE_NAME.match(name):
        raise InvalidInput(
            f"{name[:60]!r} is not a site name.",
            code="site_name_invalid",
            hint="Use 1 to 40 of a-z, 0-9 and '-', starting and ending with a letter or a digit.",
            pointer=pointer,
        )
    if name in RESERVED:
        raise InvalidInput(
            f"The name {name!r} is reserved.", code="site_name_reserved", hint="Choose another name.", pointer=pointer
        )
    return name


def derive_site_name(origin: str) -> str:
    """A site name from an archive's file name or a repository's URL: 'My Site (1).zip' -> 'my-site-1'."""
    if "://" in origin:  # cut by hand: urlsplit refuses some texts, and a name must come of any
        path = unquote(re.split(r"[?#]", origin.partition("://")[2])[0].partition("/")[2])
    else:
        path = origin.rsplit(":", 1)[-1]
    stem = PurePosixPath(path.replace("\\", "/").rstrip("/")).name
    for suffix in _ARCHIVE_SUFFIXES:
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:40].strip("-") or "site"
    return f"{name[:35]}-site" if name in RESERVED else name


def check_domain(domain: str, *, pointer: str = "/domains") -> str:
    """Return a custom domain in lower case; raise InvalidInput when it is not a host name (RFC 1123).

    One that ends in a number is an address to browsers (URL Standard, "ends in a number"), so it is refused.
    """
    host = domain.strip().lower().removesuffix(".")
    labels = host.split(".")
    is_name = len(host) <= 253 and len(labels) >= 2 and all(_HOSTNAME_LABEL.match(label) for label in labels)
    if not is_name or labels[-1].isdigit():
        raise InvalidInput(
            f"{domain[:80]!r} is not a host name.",
            code="domain_invalid",
            hint="Give a full host name such as www.example.com, without a scheme or a port.",
            pointer=pointer,
        )
    return host
