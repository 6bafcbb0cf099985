"""Somebody who has no mouse. Wherever the focus goes on the way, it must be on something, and seen."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

STEPS_MAX = 80

# What has the focus, how it is marked, and whether it is in sight. Null on the page itself: the focus is nowhere.
FOCUSED = """async () => {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);  // what moves has moved by then
  const it = document.activeElement;
  if (it === null || it === document.body || !document.hasFocus()) return null;
  const box = it.getBoundingClientRect();
  const shown = it.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 0;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const outlined = [null, "::after"].some((part) => {  // a row's link covers its row by ::after
    const style = getComputedStyle(it, part);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  // The log's own ring would lie below its lines: an element beside it is shown instead.
  const beside = [...it.parentElement.children].some(
    (each) => each.className.includes?.("peer-focus-visible:") && each.checkVisibility(),
  );
  const tinted = it.matches("[role^=menuitem]") && getComputedStyle(it).backgroundColor !== "rgba(0, 0, 0, 0)";
  const isSeen = shown && inside && (outlined || beside || tinted);
  return { what: it.outerHTML.slice(0, 120), isSeen };
}"""


class Keyboard:
    def __init__(self, page: Page) -> None:
        self._page = page

    def to(self, target: Locator) -> None:
        """Tab until `target` has the focus; it must be there already."""
        expect(target).to_be_visible()
        walked = []
        for _ in range(STEPS_MAX):
            if target.evaluate("it => it === document.activeElement"):
                return
            walked.append(self._step("Tab"))
        raise AssertionError(f"Tab does not reach {target}: {walked[-20:]}")

    def press(self, target: Locator) -> None:
        self.to(target)
        self._page.keyboard.press("Enter")

    def leaves(self, target: Locator) -> None:
        """It does not keep the focus to itself, in either direction."""
        for key in ("Shift+Tab", "Tab", "Tab"):
            self._step(key)
        assert not target.evaluate("it => it === document.activeElement")

    def is_seen(self) -> None:
        focused = self._page.evaluate(FOCUSED)
        assert focused is not None, "the focus is nowhere"
        assert focused["isSeen"], f"the focus is not to be seen on {focused['what']}"

    def _step(self, key: str) -> str:
        """At the page's end the focus leaves it for the browser's own bar, and comes back at its beginning."""
        self._page.keyboard.press(key)
        if self._page.evaluate(FOCUSED) is None:
            self._page.keyboard.press(key)
        self.is_seen()
        return str(self._page.evaluate(FOCUSED)["what"])
