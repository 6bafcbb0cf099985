"""From the set-up link to a live website, without anything but a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import ADMIN, LivePlatform
from playwright.sync_api import Browser, expect
from projects import as_zip, page
from visitor import Visitor


@pytest.fixture
def empty() -> Iterator[LivePlatform]:
    """A platform that nobody has set up yet."""
    platform = LivePlatform(ZIPP_ADMIN_EMAIL="", ZIPP_ADMIN_PASSWORD="")
    for name in ("ZIPP_ADMIN_EMAIL", "ZIPP_ADMIN_PASSWORD"):
        del platform.env[name]
    yield platform
    subprocess.run([sys.executable, "-m", "zipp", "down"], env=platform.env, check=False, capture_output=True)
    platform.close()


def test_set_up_drop_a_zip_watch_it_build_open_the_page(browser: Browser, empty: LivePlatform, tmp_path: Path) -> None:
    up = [sys.executable, "-m", "zipp", "up", "--json"]
    done = subprocess.run(up, env=empty.env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    visitor = Visitor(browser, empty)

    visitor.go("/")
    expect(visitor.page.get_by_text("Open the whole link that zipp up printed on the server")).to_be_visible()

    visitor.go(json.loads(done.stdout)["setup_url"])
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
