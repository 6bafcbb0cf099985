"""Which addresses a clone may talk to."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from zipp.domain.errors import InvalidSource
from zipp.settings import Settings
from zipp.sources.git_hosts import is_public, resolve_allowed
from zipp.sources.git_url import check_url


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "140.82.121.4", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let every name resolve to the given addresses."""

    def answer(*addresses: str) -> None:
        found = [(socket.AF_INET6 if ":" in a else socket.AF_INET, 1, 6, "", (a, 443)) for a in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    return answer


async def test_every_address_of_a_name_must_be_public(names: Callable[..., None]) -> None:
    url = check_url("https://code.example/x.git", Settings())
    names("8.8.8.8", "2606:4700::1111")
    assert await resolve_allowed(url, Settings()) == ("8.8.8.8", "2606:4700::1111")

    names("8.8.8.8", "10.0.0.1")
    with pytest.raises(InvalidSource) as caught:
        await resolve_allowed(url, Settings())
    assert caught.value.code == "git_host_refused"
    assert "ZIPP_GIT_ALLOWED_HOSTS" in caught.value.hint


@pytest.mark.parametrize("allowed", ["code.example", "code.example:443"])
async def test_a_host_that_the_operator_names_may_be_private(names: Callable[..., None], allowed: str) -> None:
    settings = Settings(git_allowed_hosts=(allowed,))
    names("10.0.0.1")

    assert await resolve_allowed(check_url("https://code.example/x.git", settings), settings) == ("10.0.0.1",)


@pytest.mark.parametrize("allowed", ["other.example", "example", "code.example:8443", "10.0.0.1"])
async def test_another_host_is_not_meant(names: Callable[..., None], allowed: str) -> None:
    settings = Settings(git_allowed_hosts=(allowed,))
    names("10.0.0.1")

    with pytest.raises(InvalidSource):
        await resolve_allowed(check_url("https://code.example/x.git", settings), settings)


async def test_an_unknown_host_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(InvalidSource) as caught:
        await resolve_allowed(check_url("https://code.example/x.git", Settings()), Settings())

    assert caught.value.code == "git_host_unknown"


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/x.git", "https://localhost/x.git", "https://[::1]/x.git"])
async def test_loopback_is_refused_by_the_real_resolver(url: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        await resolve_allowed(check_url(url, Settings()), Settings())

    assert caught.value.code == "git_host_refused"
