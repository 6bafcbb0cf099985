"""`zipp members` against a small real HTTP server: what is asked of the platform, what is printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zipp.cli.login_file import Login, Logins, write_logins

MEMBERS, INVITES = "/api/users", "/api/users/invites"


def a_member(uid: str, email: str | None, **changes: Any) -> dict[str, Any]:
    made = {"uid": uid, "email": email, "name": "", "role": "member", "disabled": False, "sites": 0}
    return made | {"created_at": "2026-01-01T00:00:00Z"} | changes


ANNA, BERT = a_member("u1", "anna@example.com", role="admin", sites=2), a_member("u2", "bert@example.com")
INVITE = {
    "id": "i1",
    "email": "carl@example.com",
    "role": "member",
    "created_at": "2026-01-01T00:00:00Z",
    "expires_at": "2026-01-08T00:00:00Z",
}


@pytest.fixture
def platform(server: Any) -> Any:
    """Anna and Bert are there, Carl is invited."""
    write_logins(Logins().with_login(server.url, Login("secret")))
    server.on("GET", MEMBERS, 200, {"items": [ANNA], "next_cursor": "more"})
    server.on("GET", MEMBERS, 200, {"items": [BERT], "next_cursor": None})
    server.on("GET", INVITES, 200, {"items": [INVITE], "next_cursor": None})
    return server


def changes(platform: Any) -> list[tuple[str, str, Any]]:
    asked = [(each.method, each.path, each.body) for each in platform.requests if each.method != "GET"]
    return [(method, path, json.loads(body) if body else None) for method, path, body in asked]


def test_list_shows_members_of_every_page_and_who_is_invited(platform: Any, zipp: Any) -> None:
    result = zipp("members", "list")

    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == ["EMAIL", "anna@example.com", "bert@example.com", "carl@example.com"]
    assert [line[2] for line in lines[1:]] == ["active", "active", "invited"]


def test_list_as_json_has_members_and_invites(platform: Any, zipp: Any) -> None:
    result = zipp("members", "list", "--json")

    assert json.loads(result.stdout) == {"members": [ANNA, BERT], "invites": [INVITE]}


def test_invite_prints_the_link_and_nothing_else_on_stdout(platform: Any, zipp: Any) -> None:
    url = "https://zipp.example.com/signup?invite=zipp_invite_" + "x" * 43
    platform.on("POST", INVITES, 201, INVITE | {"token": "t", "url": url})

    result = zipp("members", "invite", "carl@example.com", "--role", "admin", "--days", "2")

    assert (result.exit_code, result.stdout) == (0, url + "\n")
    assert changes(platform) == [
        ("POST", INVITES, {"email": "carl@example.com", "role": "admin", "expires_in": 172800})
    ]


def test_invite_for_whoever_has_the_link(platform: Any, zipp: Any) -> None:
    made = INVITE | {"email": None, "token": "t", "url": "http://localhost:8000/signup?invite=t"}
    platform.on("POST", INVITES, 201, made)

    assert json.loads(zipp("members", "invite", "--json").stdout) == made
    assert changes(platform) == [("POST", INVITES, {"role": "member"})]


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (("role", "BERT@example.com", "admin"), {"role": "admin"}),
        (("disable", "u2"), {"disabled": True}),
        (("enable", "bert@example.com"), {"disabled": False}),
    ],
)
def test_member_is_changed_by_address_or_uid(
    platform: Any, zipp: Any, arguments: tuple[str, ...], body: dict[str, Any]
) -> None:
    platform.on("PATCH", f"{MEMBERS}/u2", 200, BERT | body)

    result = zipp("members", *arguments, "--json")

    assert json.loads(result.stdout) == BERT | body
    assert changes(platform) == [("PATCH", f"{MEMBERS}/u2", body)]


def test_change_is_told_in_a_sentence(platform: Any, zipp: Any) -> None:
    platform.on("PATCH", f"{MEMBERS}/u2", 200, BERT | {"disabled": True})

    result = zipp("members", "disable", "bert@example.com")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "bert@example.com is shut out" in result.stderr


@pytest.mark.parametrize(("seconds", "told"), [(86400, "24 hours"), (7200, "2 hours"), (3600, "60 minutes")])
def test_password_link_is_all_that_stdout_has(platform: Any, zipp: Any, seconds: int, told: str) -> None:
    url = "http://localhost:8000/reset#token=zipp_password_" + "x" * 43
    platform.on("POST", f"{MEMBERS}/u2/password-link", 201, {"url": url, "expires_in": seconds})

    result = zipp("members", "password", "bert@example.com")

    assert (result.exit_code, result.stdout) == (0, url + "\n")
    assert f"Send this link to bert@example.com: it works once, for {told}." in result.stderr
    assert changes(platform) == [("POST", f"{MEMBERS}/u2/password-link", None)]


def test_account_that_waits_has_no_password_to_choose(platform: Any, zipp: Any) -> None:
    platform.problem("POST", f"{MEMBERS}/u2/password-link", 409, "account_waits")

    assert zipp("members", "password", "u2").exit_code == 6


def test_removing_asks_first(platform: Any, zipp: Any) -> None:
    platform.on("DELETE", f"{MEMBERS}/u2", 204)

    assert zipp("members", "remove", "bert@example.com", stdin="n\n").exit_code == 1
    assert changes(platform) == []


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("u2", f"{MEMBERS}/u2"),
        ("bert@example.com", f"{MEMBERS}/u2"),
        ("i1", f"{INVITES}/i1"),
        ("Carl@example.com", f"{INVITES}/i1"),
    ],
)
def test_member_is_removed_and_an_invite_taken_back(platform: Any, zipp: Any, who: str, path: str) -> None:
    platform.on("DELETE", path, 204)

    result = zipp("members", "remove", who, "--yes")

    assert result.exit_code == 0
    assert changes(platform) == [("DELETE", path, None)]


def test_unknown_person_is_4_and_changes_nothing(platform: Any, zipp: Any) -> None:
    result = zipp("members", "disable", "eve@example.com")

    assert result.exit_code == 4
    assert "zipp members list" in result.stderr
    assert changes(platform) == []


def test_refusal_of_the_platform_is_told(platform: Any, zipp: Any) -> None:
    platform.problem("PATCH", f"{MEMBERS}/u1", 409, "last_admin", detail="This is the last admin.")

    result = zipp("members", "role", "anna@example.com", "member")

    assert result.exit_code == 6
    assert "This is the last admin. [last_admin]" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("role", "u2", "owner"), ("role", "u2"), ("invite", "--days", "0"), ("invite", "--days", "31"), ("nosuch",)],
)
def test_command_line_that_can_not_be_used_is_2_and_asks_the_platform_nothing(
    platform: Any, zipp: Any, arguments: tuple[str, ...]
) -> None:
    assert zipp("members", *arguments).exit_code == 2
    assert platform.requests == []
