"""Firebase keeps the accounts: its web SDK in a real browser, in front of the Auth emulator."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from axe import objections_in_every_look
from first import started, unclaimed_platform
from live import LivePlatform
from playwright.sync_api import Browser, expect
from visitor import Visitor

# The SDK names no project, only a key, so that all tests' accounts are in the emulator's own.
RUN = secrets.token_hex(3)
ADA, GRACE, PASSWORD = f"ada-{RUN}@example.com", f"grace-{RUN}@example.com", "a long enough one"

# Whatever a web page can keep beyond its own life.
KEPT = """async () => JSON.stringify([
  Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
  (await indexedDB.databases()).map((each) => each.name),
])"""
REFUSED = """(address) => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
  fetch(address).then(() => done("asked"), () => {});
})"""


@dataclass(frozen=True)
class Mails:
    """What Firebase would have sent; the emulator keeps it."""

    emulator: str
    project: str

    def link(self, email: str, kind: str) -> str:
        answer = httpx.get(f"http://{self.emulator}/emulator/v1/projects/{self.project}/oobCodes", timeout=30)
        sent: list[dict[str, Any]] = answer.json()["oobCodes"]
        return next(
            str(mail["oobLink"]) for mail in reversed(sent) if (mail["email"], mail["requestType"]) == (email, kind)
        )

    def follow(self, link: str, **choices: str) -> None:
        """As the page behind the link does, which then leads back to ours."""
        answer = httpx.get(link, params=dict(httpx.URL(link).params) | choices, timeout=30)
        assert answer.headers["location"].endswith("/login"), answer.text


@pytest.fixture(scope="module")
def mails(auth_emulator: str, firebase_project: str) -> Mails:
    return Mails(auth_emulator, firebase_project)


@pytest.fixture(scope="module")
def platform(auth_emulator: str, firebase_project: str) -> Iterator[LivePlatform]:
    yield from unclaimed_platform(
        ZIPP_IDENTITY="firebase",
        ZIPP_FIREBASE_PROJECT=firebase_project,
        ZIPP_FIREBASE_API_KEY="demo-key",
        ZIPP_ENVIRONMENT="development",
        ZIPP_SIGNUP="invite",
        FIREBASE_AUTH_EMULATOR_HOST=auth_emulator,
    )


@pytest.fixture(scope="module")
def admin(browser: Browser, platform: LivePlatform) -> Iterator[Visitor]:
    """Ada, once she has followed the set-up link."""
    visitor = Visitor(browser, platform)
    visitor.go(f"/setup#{urlsplit(started(platform)).fragment}")  # on this address: cookies are a host's own
    visitor.page.get_by_label("Name").fill("Ada")
    visitor.page.get_by_label("Email").fill(ADA)
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.button("Create the admin account").click()
    expect(visitor.page).to_have_url(re.compile(r"/$"))
    yield visitor
    visitor.close()


def sign_in(visitor: Visitor, email: str, password: str) -> None:
    visitor.page.get_by_label("Email").fill(email)
    visitor.page.get_by_label("Password", exact=True).fill(password)
    visitor.button("Sign in").click()


def test_set_up_sign_out_and_in_again(admin: Visitor, auth_emulator: str) -> None:
    visitor, asked = admin, set[str]()
    visitor.page.on("request", lambda request: asked.add(request.url))
    visitor.go("/deploy")
    expect(visitor.page.get_by_text("Or deploy a Git repository")).to_be_visible()

    visitor.button(re.compile("^Account")).click()
    visitor.menu("Sign out").click()
    expect(visitor.page).to_have_url(re.compile("/login"))
    sign_in(visitor, ADA, "not the password")
    expect(visitor.page.get_by_role("alert").filter(has_text="password is wrong")).to_be_visible()
    expect(visitor.page.get_by_label("Email")).to_have_value(ADA)
    sign_in(visitor, ADA, PASSWORD)
    expect(visitor.page).to_have_url(re.compile(r"/$"))

    places = {urlsplit(url).netloc for url in asked if url.startswith("http")}
    assert places == {urlsplit(visitor.platform.url).netloc, auth_emulator}
    assert not [url for url in asked if "securetoken" in url], "the page's policy does not name it: it is not needed"
    kept = visitor.page.evaluate(KEPT)
    assert "eyJ" not in kept, kept
    assert "firebaseLocalStorage" not in kept, kept


def test_nothing_but_the_sign_in_is_opened_up(admin: Visitor, auth_emulator: str) -> None:
    admin.go("/")
    policy = httpx.get(f"{admin.platform.url}/login", timeout=30).headers["content-security-policy"]
    assert f"connect-src 'self' http://{auth_emulator};" in policy
    assert "frame-src" not in policy
    for elsewhere in ("https://identitytoolkit.googleapis.com/", f"http://127.0.0.1:{admin.platform.http_port}/"):
        assert admin.page.evaluate(REFUSED, elsewhere) == "connect-src"
    admin.complaints.clear()  # the two that the browser reported just now


def test_a_session_that_ends_loses_nothing_that_was_typed(admin: Visitor) -> None:
    admin.go("/deploy")
    repository = admin.from_git("https://example.com/a/shop.git")
    admin.context.clear_cookies()
    admin.button("Deploy").click()
    ended = admin.page.get_by_role("alertdialog")
    expect(ended).to_contain_text("Your session has ended")
    ended.get_by_label(re.compile("Password")).fill("not the password")
    ended.get_by_role("button", name="Sign in").click()
    expect(ended.get_by_role("alert")).to_contain_text("password is wrong")
    ended.get_by_label(re.compile("Password")).fill(PASSWORD)
    ended.get_by_role("button", name="Sign in").click()
    expect(ended).to_have_count(0)
    expect(repository).to_have_value("https://example.com/a/shop.git")


def test_an_invited_guest_proves_their_address_and_can_be_turned_away(
    browser: Browser, admin: Visitor, mails: Mails
) -> None:
    admin.go("/settings/members")
    admin.page.get_by_label("Email (optional)").fill(GRACE)
    admin.button("Create link").click()
    link = admin.page.get_by_role("dialog").get_by_text("/signup#invite=").inner_text()
    guest = Visitor(browser, admin.platform)
    guest.go(link)
    guest.page.get_by_label("Name").fill("Grace")
    guest.page.get_by_label("Email").fill(GRACE)
    guest.page.get_by_label("Password", exact=True).fill("short")
    guest.button("Create account").click()
    expect(guest.page.get_by_text("fewer than 10 characters")).to_be_visible()
    guest.page.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.button("Create account").click()
    expect(guest.page.get_by_role("alert").filter(has_text="not verified yet")).to_contain_text(GRACE)
    mails.follow(mails.link(GRACE, "VERIFY_EMAIL"))
    guest.button("Create account").click()  # nothing typed was lost, and the invitation is still good
    expect(guest.page.get_by_role("heading", name="Deploy your first site")).to_be_visible()

    admin.go("/settings/members")
    admin.page.get_by_role("switch", name="Grace may sign in").click()
    expect(admin.page.get_by_text("Disabled")).to_be_visible()
    guest.page.reload()
    expect(guest.page).to_have_url(re.compile("/login"))
    sign_in(guest, GRACE, PASSWORD)
    expect(guest.page.get_by_role("alert").filter(has_text="This account is disabled")).to_be_visible()
    guest.close()


def test_a_forgotten_password_is_chosen_anew_by_mail(browser: Browser, admin: Visitor, mails: Mails) -> None:
    """Last: it ends every session of the admin's."""
    admin.go("/settings")
    admin.button("Send me a link to change it").click()
    expect(admin.page.get_by_text(f"On its way to {ADA}.")).to_be_visible()
    problems = list(objections_in_every_look(admin, "/settings"))
    first = mails.link(ADA, "PASSWORD_RESET")

    visitor = Visitor(browser, admin.platform)
    visitor.go("/login")
    visitor.page.get_by_label("Email").fill(ADA)
    visitor.button("Forgotten your password?").click()
    expect(visitor.page.get_by_label("Email")).to_have_value(ADA)
    problems += objections_in_every_look(visitor, "/login, forgotten")
    visitor.button("Send me a link").click()
    expect(visitor.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    problems += objections_in_every_look(visitor, "/login, sent")
    second = mails.link(ADA, "PASSWORD_RESET")
    assert first != second
    mails.follow(second, newPassword="another long one")
    visitor.button("Back to sign in").click()
    sign_in(visitor, ADA, "another long one")
    expect(visitor.page).to_have_url(re.compile(r"/$"))
    assert problems == []
    visitor.close()
