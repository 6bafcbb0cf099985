"""Each page, light and dark, wide and narrow: nothing that axe objects to, nothing too wide, no broken rule of CSP."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from axe import LOOKS, SHIFT_MAX, WATCH_SHIFTS, looked_at
from live import LivePlatform, running_platform, zipped
from playwright.sync_api import Browser, Route, expect
from projects import page, server
from visitor import MOBILE, Scheme, Visitor

CONFIG = "**/api/auth/config"
CLI = "/cli?challenge=" + "a" * 43
SIGNED_OUT = ("/login", "/signup", "/setup", "/reset", "/reset#token=shown-once", "/cli")
SIGNED_IN = (
    "/",
    "/deploy",
    "/sites/shop",
    "/sites/shop/logs",
    "/sites/shop/environment",
    "/sites/shop/domains",
    "/sites/shop/settings",
    "/deployments/{live}",
    "/deployments/{failed}",
    "/settings",
    "/settings/tokens",
    "/settings/members",
    "/settings/health",
    f"{CLI}&port=40123&state=0123456789abcdef&name={'a-very-long-name-' * 8}",
    "/nowhere",
    "/sites/not-there",
    "/deployments/00000000-0000-0000-0000-000000000000",
)


@pytest.fixture(scope="module")
def platform() -> Iterator[LivePlatform]:
    for platform in running_platform():
        platform.deploy(zipped(server("shop", prints="started")), "shop")
        platform.deploy(zipped(page("blog")), "blog")
        files = {"package.json": '{"name": "x", "scripts": {"start": "node gone.js"}}'}
        platform.deploy(zipped(files), "broken", expect="FAILED")
        for _ in range(3):
            platform.visit("shop")
        yield platform


def ids(platform: LivePlatform) -> dict[str, str]:
    found = platform.api.get("/api/deployments").json()["items"]
    return {
        "live": next(each["id"] for each in found if each["site"] == "shop"),
        "failed": next(each["id"] for each in found if each["status"] == "FAILED"),
    }


@pytest.mark.parametrize(("scheme", "size"), LOOKS, ids=lambda value: str(value))
def test_pages_are_accessible_and_fit(
    browser: Browser, platform: LivePlatform, scheme: Scheme, size: tuple[int, int]
) -> None:
    visitor = Visitor(browser, platform, scheme=scheme, size=size)
    visitor.page.add_init_script(WATCH_SHIFTS)
    problems = [problem for path in SIGNED_OUT for problem in looked_at(visitor, path)]
    visitor.sign_in()
    problems += [problem for path in SIGNED_IN for problem in looked_at(visitor, path.format(**ids(platform)))]
    assert problems == []
    visitor.close()


def slowly(route: Route) -> None:
    time.sleep(0.2)
    route.continue_()


def test_nothing_moves_on_a_slow_phone(browser: Browser, platform: LivePlatform) -> None:
    """Its browser paints what it has of a page before the rest has come, and then what the platform answers."""
    visitor = Visitor(browser, platform, size=MOBILE)
    visitor.page.add_init_script(WATCH_SHIFTS)
    visitor.page.route(CONFIG, slowly)
    visitor.context.new_cdp_session(visitor.page).send("Emulation.setCPUThrottlingRate", {"rate": 8})
    for path in (*SIGNED_OUT, *SIGNED_OUT):
        visitor.go(path)
        visitor.page.wait_for_timeout(800)
        assert visitor.page.evaluate("window.shifted") < SHIFT_MAX, path
    visitor.close()


def test_the_palette_goes_anywhere_by_keyboard(browser: Browser, platform: LivePlatform) -> None:
    visitor = Visitor(browser, platform, through_nginx=True)
    visitor.sign_in()
    expect(visitor.page.get_by_role("heading", name="Sites")).to_be_visible()
    visitor.page.keyboard.press("Control+k")
    expect(visitor.page.get_by_role("dialog")).to_be_visible()
    visitor.page.keyboard.type("blog")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="blog")).to_be_visible()
    visitor.page.go_back()
    expect(visitor.page.get_by_role("heading", name="Sites")).to_be_visible()
    visitor.page.go_forward()
    expect(visitor.page.get_by_role("heading", name="blog")).to_be_visible()
    visitor.close()
