"""Somebody with a browser: Debian's Chromium, driven by Playwright, in front of a real platform."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from live import ADMIN, LivePlatform
from playwright.sync_api import Browser, Locator, Page, Response, expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing but this machine is ever asked.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1 , EXCLUDE *.localhost",
)
DESKTOP, MOBILE = (1280, 800), (360, 740)
PATIENCE_MS = 20_000  # for what the page does itself
DEPLOY_MS = 180_000  # for what the platform does

# The page is HTML first; what is typed before React has taken it over would be lost.
IS_ALIVE = """() => {
  const part = document.querySelector("main input, main button, main a, main");
  return part !== null && Object.keys(part).some((key) => key.startsWith("__reactFiber"));
}"""

Scheme = Literal["light", "dark"]


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is not installed: run scripts/bootstrap --dev"
    return found


def launched() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


class Visitor:
    """One browser profile, with a page open. Whatever the page's console complains about is kept in `complaints`."""

    def __init__(
        self,
        browser: Browser,
        platform: LivePlatform,
        *,
        size: tuple[int, int] = DESKTOP,
        scheme: Scheme = "light",
        through_nginx: bool = False,
    ) -> None:
        self.platform = platform
        self.base = f"http://zipp.localhost:{platform.http_port}" if through_nginx else platform.url
        self.context = browser.new_context(
            base_url=self.base,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        return page

    def _hear(self, kind: str, text: str) -> None:
        # The browser reports every answer from 400 on; those that a page expects are not its mistakes.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def close(self) -> None:
        self.context.close()
        assert not self.complaints, "\n".join(self.complaints)

    # where ---------------------------------------------------------------------------------------------------------
    def go(self, path: str) -> Response | None:
        answer = self.page.goto(path, wait_until="domcontentloaded")
        self.page.wait_for_function(IS_ALIVE)
        return answer

    def sign_in(self, email: str = ADMIN[0], password: str = ADMIN[1]) -> None:
        self.go("/login")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Sign in").click()
        expect(self.page).to_have_url(re.compile(r"/$"))

    # what ----------------------------------------------------------------------------------------------------------
    def button(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=isinstance(name, str))

    def link(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=name)

    def menu(self, name: str) -> Locator:
        return self.page.get_by_role("menuitem", name=name)

    def confirm(self, action: str, *, typed: str = "") -> None:
        """Answer the question that is open."""
        dialog = self.page.get_by_role("alertdialog").or_(self.page.get_by_role("dialog"))
        if typed:
            dialog.get_by_role("textbox").fill(typed)
        dialog.get_by_role("button", name=action, exact=True).click()
        expect(dialog).to_have_count(0)

    def drop(self, target: Locator, files: Sequence[Path]) -> None:
        """As the mouse does it, folders too: through the browser's own input, not by an event made in the page."""
        expect(self.page.get_by_text("Or deploy a Git repository")).to_be_visible()  # the panel is loaded by then
        box = target.bounding_box()
        assert box is not None
        session = self.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + min(box["height"], 300) / 2}
            session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
        session.detach()

    def from_git(self, url: str) -> Locator:
        """On the page for deploying: begin with a repository. The field that then holds its address."""
        self.page.get_by_label("Or deploy a Git repository").fill(url)
        self.button("Continue").click()
        repository = self.page.get_by_label("Repository")
        expect(repository).to_have_value(url)
        return repository

    def deployment_id(self) -> str:
        """Of the deployment whose page is open."""
        expect(self.page).to_have_url(re.compile(r"/deployments/[0-9a-f-]{36}"))
        found = re.search(r"/deployments/([0-9a-f-]{36})", self.page.url)
        assert found is not None
        return found[1]

    def status(self, name: str) -> Locator:
        return self.page.get_by_role("main").get_by_text(name, exact=True).first

    def goes_live(self) -> str:
        """Wait for the large address of the deployment whose page is open."""
        address = self.page.get_by_role("region", name="Address").get_by_role("link").first
        expect(address).to_be_visible(timeout=DEPLOY_MS)
        return str(address.get_attribute("href"))


def eventually(look: Any, *, seconds: float = 20, what: str = "") -> Any:
    """Poll while the browser's own events go on (time.sleep alone would hold them up)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := look():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")
