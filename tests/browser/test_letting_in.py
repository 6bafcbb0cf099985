"""Links that lead into an account: `zipp login` by way of the browser, and a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from axe import objections_in_every_look
from live import ADMIN, LivePlatform
from playwright.sync_api import Browser, expect
from terminal import Terminal
from visitor import Visitor

CHALLENGE = "a" * 43


@contextmanager
def zipp_login(platform: LivePlatform, home: Path, *options: str) -> Iterator[Terminal]:
    terminal = Terminal(home, "login", "--url", platform.url, *options)
    try:
        yield terminal
    finally:
        terminal.close()


def test_the_command_line_is_let_in_by_the_browser(browser: Browser, platform: LivePlatform, tmp_path: Path) -> None:
    visitor = Visitor(browser, platform)
    with zipp_login(platform, tmp_path) as terminal:
        visitor.go(terminal.page())
        expect(visitor.page).to_have_url(re.compile("/login"))
        visitor.page.get_by_label("Email").fill(ADMIN[0])
        visitor.page.get_by_label("Password", exact=True).fill(ADMIN[1])
        visitor.button("Sign in").click()
        main = visitor.page.get_by_role("main")
        expect(main).to_contain_text(ADMIN[0])
        expect(main).to_contain_text("revoke it at any time")
        assert visitor.page.url == terminal.page()  # the very same question
        visitor.button("Allow").click()
        expect(visitor.page.get_by_role("heading", name="You can close this window")).to_be_visible()
        terminal.ended()
        token = terminal.stored()[platform.url]["token"]
    me = httpx.get(f"{platform.url}/api/auth/me", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert me.json()["email"] == ADMIN[0]
    visitor.go(f"{platform.url}/settings/tokens")
    expect(visitor.page.get_by_role("listitem").filter(has_text="zipp on")).to_have_count(1)
    visitor.close()


def test_where_the_browser_is_elsewhere_the_code_is_pasted(visitor: Visitor, tmp_path: Path) -> None:
    with zipp_login(visitor.platform, tmp_path, "--no-browser") as terminal:
        visitor.go(terminal.page())
        visitor.button("Allow").click()
        visitor.button("Copy: Token").click()
        problems = list(objections_in_every_look(visitor, "/cli, allowed"))
        terminal.types(visitor.page.evaluate("navigator.clipboard.readText()"))
        terminal.ended()
        assert terminal.stored()[visitor.platform.url]["email"] == ADMIN[0]
    assert problems == []


def test_what_is_not_allowed_gives_nothing_away(visitor: Visitor, tmp_path: Path) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    with zipp_login(visitor.platform, tmp_path) as terminal:
        visitor.go(terminal.page())
        visitor.button("Cancel").click()
        expect(visitor.page.get_by_role("heading", name="Nothing was allowed")).to_be_visible()
    assert not [url for url in asked if "handover" in url or "/callback" in url]


def test_a_question_that_no_zipp_asked_is_not_asked(visitor: Visitor) -> None:
    visitor.go(f"/cli?port=40123@evil.example&state=0123456789abcdef&challenge={CHALLENGE}")
    expect(visitor.page.get_by_role("heading", name="This link is not whole")).to_be_visible()
    expect(visitor.button("Allow")).to_have_count(0)


def test_no_other_page_can_put_the_question_into_a_frame(visitor: Visitor) -> None:
    """A click meant for something else must not allow it."""
    visitor.go(f"/cli?challenge={CHALLENGE}")
    expect(visitor.button("Allow")).to_be_visible()
    page = visitor.new_page()
    page.set_content(f"<iframe src='{visitor.platform.url}/cli?challenge={CHALLENGE}'></iframe>")
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_be_attached()
    expect(frame.get_by_role("button", name="Allow")).to_have_count(0)
    visitor.complaints.clear()  # that it was refused


def test_a_password_link_lets_its_owner_choose_another(browser: Browser, visitor: Visitor) -> None:
    platform, email = visitor.platform, "forgetful@example.com"
    platform.newcomer(email)
    guest = Visitor(browser, platform)
    guest.go("/login")
    guest.button("Forgotten your password?").click()
    expect(guest.page.get_by_role("main")).to_contain_text("An admin can make a link")
    expect(guest.page.get_by_role("main")).to_contain_text("zipp members password")
    problems = list(objections_in_every_look(guest, "/login, forgotten"))

    visitor.go("/settings/members")
    visitor.button(f"Password link for {email}").click()
    link = visitor.page.get_by_role("dialog").get_by_text("/reset#token=").inner_text()
    problems += objections_in_every_look(visitor, "/settings/members, link")
    guest.go(link)
    expect(guest.page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    assert "token" not in guest.page.url
    guest.page.get_by_label("New password").fill("short")
    guest.button("Set the password").click()
    expect(guest.page.get_by_role("main")).to_contain_text("fewer than 10 characters")
    guest.page.get_by_label("New password").fill("quite another one")
    guest.button("Set the password").click()
    expect(guest.page.get_by_role("heading", name="Deploy your first site")).to_be_visible()
    assert platform.login(email, "quite another one")

    other = Visitor(browser, platform)
    other.go(link)  # a second time
    other.page.get_by_label("New password").fill("somebody else's one")
    other.button("Set the password").click()
    expect(other.page.get_by_role("alert").filter(has_text="not valid (any more)")).to_be_visible()
    assert problems == []
    guest.close()
    other.close()
