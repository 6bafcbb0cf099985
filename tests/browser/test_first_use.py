"""From the set-up link to a live website, without anything but a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from first import started, unclaimed_platform
from keyboard import Keyboard
from live import ADMIN, LivePlatform
from playwright.sync_api import Browser, expect
from projects import as_zip, page
from visitor import Visitor


@pytest.fixture
def empty() -> Iterator[LivePlatform]:
    yield from unclaimed_platform()


def test_set_up_drop_a_zip_watch_it_build_open_the_page(browser: Browser, empty: LivePlatform, tmp_path: Path) -> None:
    link = started(empty)
    visitor = Visitor(browser, empty)

    visitor.go("/")
    expect(visitor.page.get_by_text("Open the whole link that zipp up printed on the server")).to_be_visible()

    visitor.go(link)
    visitor.page.get_by_label("Name").fill("Ada")
    visitor.page.get_by_label("Email").fill(ADMIN[0])
    visitor.page.get_by_label("Password", exact=True).fill(ADMIN[1])
    visitor.button("Create the admin account").click()
    expect(visitor.page).to_have_url(re.compile(r"/$"))
    expect(visitor.page.get_by_role("listitem").filter(has_text="hello").first).to_contain_text("Live")
    assert "token" not in visitor.page.url

    visitor.link("Deploy").first.click()
    visitor.drop(visitor.page.get_by_role("main"), [as_zip(tmp_path, "my-first", page("Hello from a ZIP"))])
    expect(visitor.page.get_by_label("Site name")).to_have_value("my-first")
    visitor.button("Deploy").click()
    visitor.deployment_id()
    address = visitor.goes_live()
    expect(visitor.page.get_by_role("log")).to_contain_text("Live at")

    with visitor.context.expect_page() as opened:
        visitor.link("Open").first.click()
    expect(opened.value.get_by_role("heading")).to_have_text("Hello from a ZIP")
    assert opened.value.url.startswith(address)
    visitor.close()


def test_all_of_it_by_keyboard_alone(browser: Browser, empty: LivePlatform, tmp_path: Path) -> None:
    """Set up, deploy, read the log, look at the site, delete it: the focus is always somewhere, seen, and gets out."""
    visitor = Visitor(browser, empty)
    visitor.go(started(empty))
    keyboard = Keyboard(visitor.page)
    for label, text in (("Name", "Ada"), ("Email", ADMIN[0]), ("Password", ADMIN[1])):
        keyboard.to(visitor.page.get_by_label(label, exact=True))
        visitor.page.keyboard.type(text)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("listitem").filter(has_text="hello").first).to_contain_text("Live")

    keyboard.press(visitor.page.get_by_role("link", name="Skip to content"))
    keyboard.press(visitor.page.get_by_role("main").get_by_role("link", name="Deploy").first)
    with visitor.page.expect_file_chooser() as chooser:
        keyboard.press(visitor.button("Choose a ZIP or files"))
    chooser.value.set_files(as_zip(tmp_path, "by-keyboard", page("By keyboard")))
    expect(visitor.page.get_by_label("Site name")).to_have_value("by-keyboard")
    keyboard.press(visitor.button("Deploy"))
    visitor.goes_live()
    log = visitor.page.get_by_role("log")
    expect(log).to_contain_text("Live at")
    keyboard.to(log)
    visitor.page.keyboard.press("Home")
    keyboard.leaves(log)

    keyboard.press(visitor.page.get_by_role("main").get_by_role("link", name="by-keyboard").first)
    expect(visitor.page.get_by_role("heading", name="by-keyboard")).to_be_visible()
    keyboard.to(visitor.button(re.compile("^Actions for")).first)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("menu")).to_be_visible()
    visitor.page.keyboard.press("ArrowDown")
    keyboard.is_seen()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("menu")).to_have_count(0)
    expect(visitor.button(re.compile("^Actions for")).first).to_be_focused()

    keyboard.press(visitor.page.get_by_role("main").get_by_role("link", name="Settings", exact=True))
    delete = visitor.button("Delete site").first
    keyboard.press(delete)
    question = visitor.page.get_by_role("alertdialog")
    expect(question).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(delete).to_be_focused()  # it is not lost with what it was in
    visitor.page.keyboard.press("Enter")
    keyboard.to(question.get_by_role("textbox"))
    visitor.page.keyboard.type("by-keyboard")
    keyboard.press(question.get_by_role("button", name="Delete site"))
    expect(visitor.page).to_have_url(re.compile(r"/$"))
    expect(visitor.page.get_by_role("listitem").filter(has_text="by-keyboard")).to_have_count(0)
    keyboard.to(visitor.page.get_by_role("link", name="hello").first)
    visitor.close()
