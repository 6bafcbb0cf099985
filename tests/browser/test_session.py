"""Who is signed in, and what happens when that ends."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from live import ADMIN, LivePlatform, zipped
from playwright.sync_api import Browser, Route, expect
from projects import page
from visitor import IS_ALIVE, Visitor, eventually


def test_a_session_that_ends_loses_nothing_that_was_typed(visitor: Visitor) -> None:
    visitor.go("/deploy")
    repository = visitor.from_git("https://example.com/a/shop.git")
    cookie = next(each for each in visitor.context.cookies() if each["name"] == "__session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    bearer = {"Authorization": f"Bearer {cookie['value']}"}
    assert visitor.platform.api.post("/api/auth/logout", headers=bearer).status_code == 204
    visitor.button("Deploy").click()
    ended = visitor.page.get_by_role("alertdialog")
    expect(ended).to_contain_text("Your session has ended")
    ended.get_by_label(re.compile("Password")).fill(ADMIN[1])
    ended.get_by_role("button", name="Sign in").click()
    expect(ended).to_have_count(0)
    expect(repository).to_have_value("https://example.com/a/shop.git")


def test_a_deep_link_is_reached_after_signing_in(browser: Browser, platform: LivePlatform) -> None:
    platform.deploy(zipped(page("deep")), "deep")
    visitor = Visitor(browser, platform)
    visitor.go("/sites/deep/domains")
    expect(visitor.page).to_have_url(re.compile("/login"))
    visitor.page.get_by_label("Email").fill(ADMIN[0])
    visitor.page.get_by_label("Password", exact=True).fill(ADMIN[1])
    visitor.button("Sign in").click()
    expect(visitor.page).to_have_url(re.compile("/sites/deep/domains$"))
    visitor.close()


def test_a_wrong_password_is_said_in_place(browser: Browser, platform: LivePlatform) -> None:
    visitor = Visitor(browser, platform)
    visitor.go("/login")
    visitor.page.get_by_label("Email").fill(ADMIN[0])
    visitor.page.get_by_label("Password", exact=True).fill("not the password")
    visitor.button("Sign in").click()
    expect(visitor.page.get_by_role("alert").filter(has_text=re.compile("password", re.I))).to_be_visible()
    expect(visitor.page.get_by_label("Email")).to_have_value(ADMIN[0])
    visitor.close()


def test_what_is_typed_before_the_script_is_there_stays(browser: Browser, platform: LivePlatform) -> None:
    visitor = Visitor(browser, platform)
    held: list[Route] = []
    visitor.page.route("**/_next/static/**/*.js", lambda route: held.append(route))
    visitor.page.goto("/login", wait_until="commit")
    eventually(lambda: visitor.page.wait_for_timeout(50) or held, what="a script that waits")
    assert not visitor.page.evaluate(IS_ALIVE)
    visitor.page.get_by_label("Email").fill(ADMIN[0])
    visitor.page.get_by_label("Password", exact=True).fill(ADMIN[1])
    visitor.page.unroute("**/_next/static/**/*.js")  # lets go of those that were held
    visitor.page.wait_for_function(IS_ALIVE)
    visitor.button("Sign in").click()
    expect(visitor.page).to_have_url(re.compile(r"/$"))
    visitor.close()


def test_a_password_that_is_sent_without_the_script_is_in_no_address(browser: Browser, platform: LivePlatform) -> None:
    context = browser.new_context(base_url=platform.url, java_script_enabled=False)
    page_without = context.new_page()
    page_without.goto("/login")
    page_without.get_by_label("Email").fill(ADMIN[0])
    page_without.get_by_label("Password", exact=True).fill(ADMIN[1])
    with page_without.expect_response("**/login*") as answer:
        page_without.get_by_role("button", name="Sign in", exact=True).click()
    assert answer.value.request.method == "POST"
    assert "password" not in answer.value.url
    context.close()


def test_signing_out_ends_it_in_every_tab(visitor: Visitor) -> None:
    other = visitor.new_page()
    other.goto("/settings")
    visitor.button(re.compile("account|menu", re.I)).last.click()
    visitor.menu("Sign out").click()
    expect(visitor.page).to_have_url(re.compile("/login"))
    other.reload()
    expect(other).to_have_url(re.compile("/login"))


def test_an_invited_member_sees_only_what_is_theirs(browser: Browser, visitor: Visitor) -> None:
    visitor.platform.deploy(zipped(page("the admin's")), "admins-own")
    visitor.go("/settings/members")
    visitor.button("Create link").click()
    link = visitor.page.get_by_role("dialog").get_by_text("/signup#invite=").inner_text()
    guest = Visitor(browser, visitor.platform)
    guest.go(link)
    guest.page.get_by_label("Name").fill("Grace")
    guest.page.get_by_label("Email").fill("grace@example.com")
    guest.page.get_by_label("Password", exact=True).fill("a long enough one")
    guest.page.get_by_role("main").get_by_role("button").last.click()
    expect(guest.page.get_by_role("heading", name="Deploy your first site")).to_be_visible()
    guest.go(urljoin(link, "/sites/admins-own"))
    expect(guest.page.get_by_text("There is no such site")).to_be_visible()
    guest.go(urljoin(link, "/settings"))
    expect(guest.link("Members")).to_have_count(0)
    guest.close()


@pytest.mark.parametrize("path", ["/nowhere", "/deployments/00000000-0000-0000-0000-000000000000", "/sites/not-there"])
def test_what_is_not_there_is_said(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    expect(visitor.page.get_by_text(re.compile("no such|nothing at this address", re.I)).first).to_be_visible()
