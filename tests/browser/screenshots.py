"""`make screenshots`: every page of the dashboard in front of a real platform, light and dark, wide and narrow.

scripts/screenshots [FOLDER]     (.cache/screenshots by default; those of the README go to docs/screenshots too)
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]

from live import LivePlatform, running_platform, zipped  # noqa: E402
from playwright.sync_api import Browser, expect  # noqa: E402
from projects import building, page, server  # noqa: E402
from visitor import DESKTOP, MOBILE, Scheme, Visitor, launched  # noqa: E402

LOOKS: dict[str, tuple[Scheme, tuple[int, int]]] = {
    "light": ("light", DESKTOP),
    "dark": ("dark", DESKTOP),
    "mobile": ("light", MOBILE),
    "mobile-dark": ("dark", MOBILE),
}
PAGES = {
    "dashboard": "/",
    "deploy": "/deploy",
    "site": "/sites/shop",
    "site-log": "/sites/shop/logs",
    "site-environment": "/sites/shop/environment",
    "site-domains": "/sites/shop/domains",
    "site-settings": "/sites/shop/settings",
    "deployment": "/deployments/{live}",
    "deployment-failed": "/deployments/{failed}",
    "deployment-building": "/deployments/{building}",
    "settings": "/settings",
    "settings-tokens": "/settings/tokens",
    "settings-members": "/settings/members",
    "settings-health": "/settings/health",
    "cli": f"/cli?challenge={'a' * 43}&port=40123&state=0123456789abcdef&name=adas-laptop",
    "not-found": "/nowhere",
}
README = ("dashboard-light", "deployment-dark")
SIGNED_OUT = {"login": "/login", "setup": "/setup#token=shown-once", "reset": "/reset#token=shown-once"}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for platform in running_platform():
        ids = _filled(platform)
        for browser in launched():
            _empty_dashboard(browser, platform, folder)
            for look, (scheme, size) in LOOKS.items():
                _walk(Visitor(browser, platform, scheme=scheme, size=size), ids, folder, look)
    for name in README:
        shutil.copy(folder / f"{name}.png", TOP / "docs/screenshots")


def _filled(platform: LivePlatform) -> dict[str, str]:
    """Sites in every state, some with visitors."""
    for name, text in (("blog", "Notes"), ("landing", "Hello"), ("docs", "Read me"), ("old-campaign", "Bye")):
        platform.deploy(zipped(page(text)), name)
    old = platform.site("old-campaign")["live_deployment"]
    platform.api.post(f"/api/deployments/{old}/stop")
    platform.deploy(zipped(server("one", prints="listening")), "shop")
    live = platform.deploy(zipped(server("two", prints="listening on $PORT")), "shop")
    broken = {"package.json": '{"name": "api", "scripts": {"start": "node server.js"}}', "server.js": "const x = ;\n"}
    failed = platform.deploy(zipped(broken), "backend", expect="FAILED")
    for _ in range(40):
        platform.visit("shop")
        platform.visit("blog")
    platform.api.patch("/api/sites/shop", json={"domains": ["shop.example.com"]})
    platform.api.put("/api/sites/shop/env", json={"DATABASE_URL": "x", "STRIPE_KEY": "y"})
    platform.api.post("/api/users/invites", json={"email": "grace@example.com", "role": "member"})
    platform.api.post("/api/auth/tokens", json={"name": "CI", "expires_in": 7_776_000})
    slow = "for i in $(seq 400); do echo Compiling module $i; sleep 1; done; mkdir out"
    building_now = platform.upload(zipped(building(slow)), "portal")
    return {"live": live["id"], "failed": failed["id"], "building": building_now["id"]}


def _empty_dashboard(browser: Browser, platform: LivePlatform, folder: Path) -> None:
    newcomer = "ada@example.com"
    platform.newcomer(newcomer)
    visitor = Visitor(browser, platform)
    visitor.sign_in(newcomer, "a long enough one")
    expect(visitor.page.get_by_role("heading", name="Deploy your first site")).to_be_visible()
    expect(visitor.page.get_by_text("Or deploy a Git repository")).to_be_visible()
    visitor.page.screenshot(path=folder / "empty-light.png")
    visitor.close()


def _walk(visitor: Visitor, ids: dict[str, str], folder: Path, look: str) -> None:
    for name, path in SIGNED_OUT.items():
        _shoot(visitor, path, folder / f"{name}-{look}.png")
    visitor.sign_in()
    for name, path in PAGES.items():
        _shoot(visitor, path.format(**ids), folder / f"{name}-{look}.png")
    visitor.go("/")
    expect(visitor.page.locator("[aria-busy=true]")).to_have_count(0)
    visitor.page.keyboard.press("Control+k")
    expect(visitor.page.get_by_role("dialog")).to_be_visible()
    visitor.page.screenshot(path=folder / f"palette-{look}.png")
    visitor.close()


def _shoot(visitor: Visitor, path: str, file: Path) -> None:
    visitor.go(path)
    expect(visitor.page.get_by_role("main")).to_be_visible()
    expect(visitor.page.locator("[aria-busy=true]")).to_have_count(0)
    visitor.page.wait_for_timeout(400)  # the last paint, and the first lines of a log
    visitor.page.screenshot(path=file)
    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else TOP / ".cache/screenshots"))
