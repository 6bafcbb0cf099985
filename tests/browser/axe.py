"""What can be said against a page by rule: accessibility, width, what moves by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import expect
from visitor import DESKTOP, MOBILE, Scheme, Visitor

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"

LOOKS: tuple[tuple[Scheme, tuple[int, int]], ...] = (
    ("light", DESKTOP),
    ("dark", DESKTOP),
    ("light", MOBILE),
    ("dark", MOBILE),
)

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


def looked_at(visitor: Visitor, path: str) -> Iterator[str]:
    """Open a page and look; the page's own script WATCH_SHIFTS tells what moved meanwhile."""
    visitor.go(path)
    yield from objections(visitor, path)
    if (shifted := visitor.page.evaluate("window.shifted ?? 0")) > SHIFT_MAX:
        yield f"{path}: the layout shifts by {shifted:.3f}"


def objections_in_every_look(visitor: Visitor, what: str) -> Iterator[str]:
    """To the page as it is now, which is not loaded anew; it ends as a light one on a desktop."""
    for scheme, (width, height) in reversed(LOOKS):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.set_viewport_size({"width": width, "height": height})
        yield from objections(visitor, f"{what}, {scheme}, {width}")


def objections(visitor: Visitor, what: str) -> Iterator[str]:
    """To the page as it is now."""
    expect(visitor.page.get_by_role("heading", level=1).first).to_be_visible()
    expect(visitor.page.locator("[aria-busy=true]")).to_have_count(0)
    visitor.page.wait_for_timeout(150)  # the last paint
    visitor.page.evaluate(axe())
    for each in visitor.page.evaluate("axe.run()")["violations"]:
        yield f"{what}: {each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
    wide, room = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > room:
        yield f"{what}: {wide - room} pixels too wide"
