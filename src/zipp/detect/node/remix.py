"""Remix and React Router in framework mode: a server of their own, or pages without one (`ssr: false`)."""

from __future__ import annotations

from zipp.detect.node.app import App, pages_plan, server_plan
from zipp.detect.node.config import settings_of
from zipp.detect.node.refusals import no_server
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.detect.project import relative
from zipp.domain.plan import BuildPlan

_SERVERS = {"@react-router/serve": "react-router-serve", "@remix-run/serve": "remix-serve"}


def remix_plan(app: App, start: Start | None) -> BuildPlan:
    config = settings_of(app.project, "react-router.config", "vite.config")
    folder = relative(config.get("buildDirectory") or "build") or "build"
    if config.get("ssr") == "false":
        return pages_plan(app, f"{folder}/client", fallback="index.html")
    own = start if start is not None and start.is_server else None
    return server_plan(
        app,
        own or _server_of_its_own(app, folder),
        build=app.build_or_default,
        env={"HOST": "0.0.0.0"},  # noqa: S104 (inside its container)
    )


def _server_of_its_own(app: App, folder: str) -> Start:
    package = next((package for package in _SERVERS if app.manifest.has(package)), "")
    if not package:
        raise no_server(
            "Nothing here serves what the build makes: package.json has no start script for a server.",
            "Run `npm install @react-router/serve` (Remix: @remix-run/serve) and add to package.json: "
            '"start": "react-router-serve ./build/server/index.js"',
        )
    # Vite's builds have the server in a folder of its own, Remix's first compiler did not.
    file = "index.js" if package == "@remix-run/serve" and app.project.has("remix.config.js") else "server/index.js"
    return Start(Does.SERVE, command=f"{_SERVERS[package]} ./{folder}/{file}", needs=frozenset({package}))
