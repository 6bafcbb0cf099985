from __future__ import annotations

import stat
from pathlib import Path

import pytest

from zipp.cli.connection import connect
from zipp.cli.login_file import Login, Logins, login_file, read_logins, write_logins
from zipp.domain.errors import InvalidInput


def test_sign_ins_come_back_as_they_were_written() -> None:
    logins = Logins().with_login("https://a.example", Login("one", "a@example.com", "its id"))
    write_logins(logins.with_login("https://b.example", Login("two")))

    read = read_logins()

    assert read.current == "https://b.example"
    assert read.platforms["https://a.example"] == Login("one", "a@example.com", "its id")
    assert read.platforms["https://b.example"] == Login("two")


def test_only_the_owner_can_read_them() -> None:
    write_logins(Logins().with_login("https://a.example", Login("one")))

    assert stat.S_IMODE(login_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(login_file().parent.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_at_the_next_write() -> None:
    write_logins(Logins())
    login_file().chmod(0o644)
    write_logins(Logins().with_login("https://a.example", Login("one")))

    assert stat.S_IMODE(login_file().stat().st_mode) == 0o600


def test_signing_out_leaves_the_other_platforms() -> None:
    logins = Logins().with_login("https://a.example", Login("one")).with_login("https://b.example", Login("two"))

    left = logins.without("https://b.example")

    assert left.current is None
    assert list(left.platforms) == ["https://a.example"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"platforms": {"u": 1}}', '{"platforms": {"u": {"x": 1}}}'])
def test_a_damaged_file_is_told_not_trusted(content: str) -> None:
    login_file().parent.mkdir(parents=True)
    login_file().write_text(content)

    with pytest.raises(InvalidInput) as refused:
        read_logins()

    assert refused.value.code == "login_file_unreadable"


def _authorization(url: str | None, token: str | None) -> tuple[str, str | None]:
    with connect(url, token) as client:
        return client.url, client._http.headers.get("Authorization")


def _operator(tmp_path: Path, url: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "operator.json").write_text(f'{{"url": "{url}", "token": "operators"}}')


def test_without_anything_it_is_this_machines_default_without_a_credential() -> None:
    assert _authorization(None, None) == ("http://localhost:8000", None)


def test_this_machines_platform_is_used_by_its_operator(tmp_path: Path) -> None:
    _operator(tmp_path, "http://localhost:8123")

    assert _authorization(None, None) == ("http://localhost:8123", "Bearer operators")
    assert _authorization("http://127.0.0.1:8123/", None) == ("http://127.0.0.1:8123", "Bearer operators")


def test_a_sign_in_comes_before_the_operator(tmp_path: Path) -> None:
    _operator(tmp_path, "http://localhost:8123")
    write_logins(Logins().with_login("https://a.example", Login("mine")))

    assert _authorization(None, None) == ("https://a.example", "Bearer mine")


def test_a_token_by_option_comes_before_all() -> None:
    write_logins(Logins().with_login("https://a.example", Login("mine")))

    assert _authorization(None, "given") == ("https://a.example", "Bearer given")


@pytest.mark.parametrize(
    "url", ["https://b.example", "http://localhost:9", "https://localhost:8123", "http://a.example"]
)
def test_a_credential_is_never_sent_to_another_address(url: str, tmp_path: Path) -> None:
    _operator(tmp_path, "http://localhost:8123")
    write_logins(Logins().with_login("https://a.example", Login("mine")))

    assert _authorization(url, None) == (url, None)
