"""Each page, light and dark, wide and narrow: nothing that axe objects to, nothing too wide, no broken rule of CSP."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from live import LivePlatform, running_platform, zipped
from playwright.sync_api import Browser, expect
from projects import page, server
from visitor import DESKTOP, MOBILE, Scheme, Visitor

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
SIGNED_OUT = ("/login", "/signup", "/setup")
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
    "/nowhere",
    "/sites/not-there",
    "/deployments/00000000-0000-0000-0000-000000000000",
)
LOOKS: tuple[tuple[Scheme, tuple[int, int]], ...] = (
    ("light", DESKTOP),
    ("dark", DESKTOP),
    ("light", MOBILE),
    ("dark", MOBILE),
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


# https://web.dev/articles/cls: what moves by itself, without a click or a key just before. Up to 0.1 counts as good.
SHIFT_MAX = 0.05
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@cache
def axe() -> str:
    return AXE.read_text()


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


def looked_at(visitor: Visitor, path: str) -> Iterator[str]:
    visitor.go(path)
    expect(visitor.page.get_by_role("heading", level=1).first).to_be_visible()
    expect(visitor.page.locator("[aria-busy=true]")).to_have_count(0)
    visitor.page.wait_for_timeout(150)  # the last paint
    if (shifted := visitor.page.evaluate("window.shifted")) > SHIFT_MAX:
        yield f"{path}: the layout shifts by {shifted:.3f}"
    visitor.page.evaluate(axe())
    for each in visitor.page.evaluate("axe.run()")["violations"]:
        yield f"{path}: {each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
    wide, room = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > room:
        yield f"{path}: {wide - room} pixels too wide"


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
