"""What may be named as a Git source, before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.domain.errors import InvalidSource
from zipp.settings import Settings
from zipp.sources.git_url import check_ref, check_subdirectory, check_token, check_url

PLAIN = Settings()
ALLOWING = Settings(git_allowed_hosts=("127.0.0.1:9000", "git.lan", "[::1]:80"), git_ssh_key=Path("/keys/id"))


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://github.com/owner/repo", "github.com", 443),
        ("https://GitHub.com/owner/repo.git", "github.com", 443),
        ("https://code.example:8443/a/b/c.git", "code.example", 8443),
        ("HTTPS://code.example/~me/x%20y.git/", "code.example", 443),
        ("https://8.8.8.8/x.git", "8.8.8.8", 443),
        ("https://[2606:4700::1111]/x.git", "2606:4700::1111", 443),
    ],
)
def test_https_is_accepted(url: str, host: str, port: int) -> None:
    checked = check_url(url, PLAIN)

    assert (checked.scheme, checked.host, checked.port) == ("https", host, port)
    assert checked.url.startswith("https://")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "/srv/repo.git",
        "git://github.com/owner/repo",
        "http://github.com/owner/repo",
        "ftp://code.example/x.git",
        "ext::sh -c touch% /tmp/owned",
        "fd::17/foo",
        "ssh://git@code.example/x.git",
        "git@code.example:owner/repo.git",
        "git+ssh://code.example/x",
    ],
)
def test_anything_but_https_is_refused(url: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        check_url(url, PLAIN)

    assert caught.value.code in {"git_scheme_refused", "git_url_invalid"}
    assert "https" in caught.value.hint
    assert caught.value.pointer == "/url"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "code.example/x.git",
        "https://",
        "https://code.example",
        "https://code.example/",
        "https:///x.git",
        "https://code.example:0/x.git",
        "https://code.example:65536/x.git",
        "https://code.example:port/x.git",
        "https://code.example/x.git?service=y",
        "https://code.example/x.git#main",
        "https://code.example/a b.git",
        "https://code.example/a\nb.git",
        "https://code.example/a%0ab.git",
        "https://code.example/a%00b.git",
        "https://code.example/../x.git",
        "https://code.example/-x.git",
        "https://code.example\\@evil.example/x.git",
        "https://-oProxyCommand=x/y.git",
        "https://code..example/x.git",
        "https://exämple.org/x.git",
        "https://0x7f.1/x.git",
        "https://2130706433/x.git",
        "https://127.1/x.git",
        "https://0177.0.0.1/x.git",
        "https://[::1/x.git",
        "https://[fe80::1%25eth0]/x.git",
        "-u/x",
        "--upload-pack=touch /tmp/owned",
        "https://code.example/" + "x" * 2100,
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        check_url(url, ALLOWING)

    assert caught.value.code == "git_url_invalid"
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cret@code.example/x.git",
        "https://s3cret@code.example/x.git",
        "https://a@b:s3cret@code.example/x.git",
        "https://:s3cret@code.example/x.git",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        check_url(url, ALLOWING)

    assert caught.value.code == "git_url_invalid"
    assert "token" in caught.value.hint
    assert "s3cret" not in caught.value.message


def test_http_is_accepted_only_for_hosts_that_the_operator_names() -> None:
    assert check_url("http://127.0.0.1:9000/x.git", ALLOWING).port == 9000
    assert check_url("http://git.lan/x.git", ALLOWING).port == 80
    assert check_url("http://git.lan:8080/x.git", ALLOWING).port == 8080
    assert check_url("http://[::1]/x.git", ALLOWING).host == "::1"
    for url in ("http://127.0.0.1/x.git", "http://127.0.0.1:9001/x.git", "http://[::1]:81/x", "http://lan/x.git"):
        with pytest.raises(InvalidSource) as caught:
            check_url(url, ALLOWING)
        assert caught.value.code == "git_scheme_refused"


@pytest.mark.parametrize(
    ("url", "user", "port"),
    [
        ("git@code.example:owner/repo.git", "git", 22),
        ("ssh://git@code.example/owner/repo.git", "git", 22),
        ("ssh://code.example:2222/repo.git", None, 2222),
    ],
)
def test_ssh_is_accepted_when_the_operator_gave_a_key(url: str, user: str | None, port: int) -> None:
    checked = check_url(url, ALLOWING)

    assert (checked.url, checked.scheme, checked.user, checked.port) == (url, "ssh", user, port)
    assert checked.host == "code.example"


@pytest.mark.parametrize(
    "url",
    [
        "ssh://-oProxyCommand=touch/x.git",
        "ssh://-oProxyCommand=touch@code.example/x.git",
        "ssh://git:password@code.example/x.git",
        "git@-oProxyCommand=touch:x.git",
        "-git@code.example:x.git",
        "git@code.example:-x.git",
        "git@code.example:$(touch x)",
        "git@code.example:../x.git",
        "git@code.example: ",
    ],
)
def test_ssh_takes_no_options(url: str) -> None:
    with pytest.raises(InvalidSource):
        check_url(url, ALLOWING)


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_a_clear_refusal(text: str) -> None:
    for url in (text, f"https://{text}", f"https://code.example/{text}", f"git@code.example:{text}"):
        try:
            checked = check_url(url, ALLOWING)
        except InvalidSource as error:
            assert error.hint  # noqa: PT017
        else:
            assert checked.url.isprintable()
            assert " " not in checked.url


@pytest.mark.parametrize("ref", ["main", "v1.2.3", "feature/new-thing", "refs/heads/x", "a" * 40, "deadbee", "größe"])
def test_a_reference_is_accepted(ref: str) -> None:
    assert check_ref(ref) == ref


@pytest.mark.parametrize("ref", [None, ""])
def test_no_reference_is_the_default_branch(ref: str | None) -> None:
    assert check_ref(ref) == "HEAD"


@pytest.mark.parametrize(
    "ref",
    [
        "-x",
        "--upload-pack=touch /tmp/owned",
        "+main",
        "main:other",
        "^main",
        "a..b",
        "a b",
        "a\nb",
        "a\0b",
        "a\u2028b",
        "main~1",
        "@",
        "a@{1}",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.",
        "a.lock",
        "a.lock/b",
        "a*",
        "a?",
        "a[b",
        "a\\b",
        "x" * 256,
    ],
)
def test_what_is_no_reference_is_refused(ref: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        check_ref(ref)

    assert caught.value.code == "git_ref_invalid"
    assert caught.value.pointer == "/ref"


@pytest.mark.parametrize(
    ("path", "plain"), [(None, ""), ("", ""), (".", ""), ("./", ""), ("apps/web", "apps/web"), ("./apps/", "apps")]
)
def test_a_subdirectory_is_accepted(path: str | None, plain: str) -> None:
    assert check_subdirectory(path) == plain


@pytest.mark.parametrize("path", ["..", "../x", "a/../..", "/etc", "C:/x", "a//b", "a/./b", "a\\b", "a\nb", "x" * 300])
def test_a_subdirectory_outside_is_refused(path: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        check_subdirectory(path)

    assert caught.value.code == "subdirectory_invalid"


def test_a_token_that_would_be_a_header_of_its_own_is_refused_and_not_shown() -> None:
    assert check_token("ghp_abc123") == "ghp_abc123"
    assert check_token("") is None
    with pytest.raises(InvalidSource) as caught:
        check_token("s3cret\r\nHost: evil")
    assert "s3cret" not in caught.value.message
