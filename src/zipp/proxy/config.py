"""nginx's configuration as text: a pure function of the settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from zipp.proxy import pages
from zipp.proxy.layout import Layout
from zipp.proxy.templates import TEMPLATES
from zipp.settings import MIB, Settings

# Answers with the digest of the configuration in force, on the internal socket. No site's host has an underscore.
STATUS_HOST = "_status"

_MULTIPART_SLACK = MIB  # boundaries and the other fields around an archive
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}  # noqa: S104


def listen_address(settings: Settings) -> str:
    return f"{_bracketed(settings.http_host)}:{settings.http_port}"


@dataclass(frozen=True, slots=True)
class Config:
    """`digest` tells one configuration from another; nginx answers with the one in force."""

    text: str
    digest: str


def render(settings: Settings, at: Layout, *, account: str | None) -> Config:
    """The whole file; `account` is what the workers run as, None when nginx isn't started by root."""
    digest = hashlib.sha256(_render(settings, at, account, digest="").encode()).hexdigest()
    return Config(_render(settings, at, account, digest=digest), digest)


def _render(settings: Settings, at: Layout, account: str | None, *, digest: str) -> str:
    host = _EVERYWHERE.get(settings.host, _bracketed(settings.host))
    return TEMPLATES.get_template("nginx.conf.j2").render(
        settings=settings,
        at=at,
        account=account,
        digest=digest,
        address=listen_address(settings),
        platform_names=sorted({settings.base_domain, "localhost"}),
        platform_address=f"{host}:{settings.port}",
        multipart_slack=_MULTIPART_SLACK,
        page_policy=pages.policy(),
        status_host=STATUS_HOST,
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
