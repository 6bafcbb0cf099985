from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.domain.errors import InvalidInput
from zipp.domain.names import RESERVED, check_domain, check_site_name, derive_site_name


@pytest.mark.parametrize("name", ["a", "0", "my-site", "a--b", "x" * 40, "a" + "-" * 38 + "b"])
def test_site_name_is_accepted(name: str) -> None:
    assert check_site_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "A", "a_b", "a.b", "a b", "ä", "x" * 41, "a\n", "a/b", "..", "a\0", "$(id)", "a;b"]
)
def test_what_is_no_site_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_site_name(name)
    assert (caught.value.code, caught.value.pointer) == ("site_name_invalid", "/site")


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_site_name(name)
    assert caught.value.code == "site_name_reserved"


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("My Site (1).zip", "my-site-1"),
        ("portfolio.ZIP", "portfolio"),
        ("C:\\Users\\anna\\shop.zip", "shop"),
        ("../../etc/passwd.zip", "passwd"),
        ("Ünïcödé Café.zip", "unicode-cafe"),
        ("x" * 60 + ".zip", "x" * 40),
        ("a" * 39 + "--b.zip", "a" * 39),
        ("api.zip", "api-site"),
        ("app.git.zip", "app-site"),
        ("日本.zip", "site"),
        ("...", "site"),
        ("", "site"),
        ("https://git.example/anna/Repo.git", "repo"),
        ("https://git.example/anna/repo.git/", "repo"),
        ("https://git.example/anna/my%20repo?x=/y.git#z", "my-repo"),
        ("https://git.example/", "site"),
        ("https://git.example", "site"),
        ("https://[broken/anna/repo", "repo"),
        ("https://git.example:99999/repo", "repo"),
        ("git@git.example:anna/repo.git", "repo"),
        ("ssh://git@git.example:22/anna/repo.git", "repo"),
    ],
)
def test_site_name_is_derived_from_the_archive_or_repository(origin: str, name: str) -> None:
    assert derive_site_name(origin) == name


@given(st.text() | st.from_regex(r"[a-z]*://[^\s]*"))
def test_any_text_leads_to_a_usable_site_name(origin: str) -> None:
    name = derive_site_name(origin)
    assert check_site_name(name) == name


@pytest.mark.parametrize(
    ("given_domain", "host"),
    [
        ("www.example.com", "www.example.com"),
        (" Example.COM. ", "example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1.example", "1.example"),
    ],
)
def test_domain_is_taken_in_lower_case(given_domain: str, host: str) -> None:
    assert check_domain(given_domain) == host


@pytest.mark.parametrize(
    "domain",
    [
        "", "localhost", "http://example.com", "example.com:80", "example.com/", "a_b.example", "-a.example",
        "a..example", ".example.com", "example.com..", "*.example.com", "bücher.example", "127.0.0.1", "a.1", "[::1]",
        "x" * 64 + ".example", ".".join(["a" * 60] * 5), "a b.example", "example.com\nx", "$host.example",
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(domain: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_domain(domain)
    assert caught.value.code == "domain_invalid"
