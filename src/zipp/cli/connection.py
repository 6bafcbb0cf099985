"""Which platform a verb talks to, and with which credential.

Address: --url or ZIPP_URL; where the last sign-in was; this machine's own platform; http://localhost:8000.
Credential: --token or ZIPP_TOKEN; the sign-in at that address; the operator's own, when it is this machine's platform
and its data folder is readable. A stored credential is only ever sent to the address that it was stored for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from zipp.cli.client import Client
from zipp.cli.configured import load_settings
from zipp.cli.exits import UsageMistake
from zipp.cli.login_file import read_logins

DEFAULT_URL = "http://localhost:8000"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Operator:
    url: str
    token: str


def connect(url: str | None, token: str | None) -> Client:
    """A client for the verbs' two options; use it as a context manager."""
    logins = read_logins()
    operator = None
    if token is None or (url is None and logins.current is None):
        operator = read_operator()
    address = checked_url(url) if url else logins.current or (operator.url if operator else DEFAULT_URL)
    if token is None and address in logins.platforms:
        token = logins.platforms[address].token
    if token is None and operator is not None and _same_place(address, operator.url):
        token = operator.token
    return Client(address, token)


def connect_as_operator() -> Client:
    """This machine's own platform, whatever else one is signed in to."""
    operator = read_operator()
    return Client(operator.url, operator.token) if operator else Client(load_settings().api_url, None)


def read_operator() -> Operator | None:
    """What the running platform left for its own machine: None where it is absent or not ours to read."""
    try:
        content = json.loads((load_settings().data_dir / "operator.json").read_text())
        return Operator(url=content["url"].rstrip("/"), token=content["token"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageMistake(f"{url!r} is no address of a platform.", hint="Give it as http://host:port or https://host.")
    return url.rstrip("/")


def is_private(url: str) -> bool:
    """Whether what is sent there can't be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def _same_place(one: str, other: str) -> bool:
    a, b = urlsplit(one), urlsplit(other)
    same_host = a.hostname == b.hostname or {a.hostname, b.hostname} <= _LOOPBACK
    return same_host and a.scheme == b.scheme and a.port == b.port
