"""Astro: pages, or a server where its adapter for Node is in use."""

from __future__ import annotations

from zipp.detect.node.app import App, server_plan
from zipp.detect.node.config import settings_of
from zipp.detect.node.pages import pages
from zipp.detect.node.refusals import foreign_adapter, no_server
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.detect.project import relative
from zipp.domain.plan import BuildPlan

_NODE = "@astrojs/node"
_ELSEWHERE = ("@astrojs/vercel", "@astrojs/netlify", "@astrojs/cloudflare", "@astrojs/deno")
_SERVER_FILE = "server/entry.mjs"


def astro_plan(app: App, start: Start | None) -> BuildPlan:
    config = settings_of(app.project, "astro.config")
    if start is not None and start.is_server:
        return _server(app, start)
    if config.mentions(_NODE):
        if config.get("mode") == "middleware":
            raise no_server(
                "Astro's adapter for Node is in middleware mode, and no start script says what serves it.",
                'Use mode: "standalone" in astro.config, or add a start script with your own server.',
            )
        folder = relative(config.get("outDir") or "dist") or "dist"
        return _server(app, Start(Does.SERVE, command=f"node ./{folder}/{_SERVER_FILE}"))
    foreign = next((name for name in _ELSEWHERE if any(name in text for text in config.texts)), "")
    if foreign and config.get("output") in ("server", "hybrid"):
        raise foreign_adapter("Astro", foreign, "npx astro add node")
    return pages(app)


def _server(app: App, start: Start) -> BuildPlan:
    return server_plan(app, start, build=app.build_or_default, env={"HOST": "0.0.0.0"})  # noqa: S104 (its container)
