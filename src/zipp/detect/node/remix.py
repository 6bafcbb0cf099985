"""Remix and React Router in framework mode: a server of their own, or pages without one (`ssr: false`)."""

from __future__ import annotations

import re

from zipp.detect.node.app import App, pages_plan, server_plan
from zipp.detect.node.config import settings_of
from zipp.detect.node.handlers import with_package
from zipp.detect.node.refusals import no_server
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.detect.project import relative
from zipp.domain.plan import BuildPlan

_SERVERS = {"@react-router/serve": "react-router-serve", "@remix-run/serve": "remix-serve"}
_BESIDE = {"@react-router/serve": "react-router", "@remix-run/serve": "@remix-run/node"}
_PRESETS = ("@vercel/remix/vite", "@vercel/react-router/vite")
_VERSION = re.compile(r"[~^]?[0-9]{1,5}(?:\.[0-9]{1,5}){0,2}\Z")


def remix_plan(app: App, start: Start | None) -> BuildPlan:
    config = settings_of(app.project, "react-router.config", "vite.config")
    folder = relative(config.get("buildDirectory") or "build") or "build"
    if config.get("ssr") == "false":
        return pages_plan(app, f"{folder}/client", fallback="index.html")
    own = start if start is not None and start.is_server else None
    package = next((package for package in _SERVERS if app.manifest.has(package)), "")
    if not (own or package):
        package, app = _with_server(app)
    return server_plan(
        app,
        own or _started_by(package, _server_file(app, package, folder, split=any(map(config.mentions, _PRESETS)))),
        build=app.build_or_default,
        env={"HOST": "0.0.0.0"},  # noqa: S104 (inside its container)
    )


def _started_by(package: str, file: str) -> Start:
    return Start(Does.SERVE, command=f"{_SERVERS[package]} ./{file}", needs=frozenset({package}))


def _with_server(app: App) -> tuple[str, App]:
    """The framework's own server, in the version of the framework; package.json leaves it to another host."""
    package, beside = next((names for names in _BESIDE.items() if app.manifest.has(names[1])), ("", ""))
    version = app.manifest.dependencies.get(beside) or app.manifest.development.get(beside) or ""
    if not _VERSION.match(version):
        raise no_server(
            "Nothing here serves what the build makes: package.json has no start script for a server.",
            "Run `npm install @react-router/serve` (Remix: @remix-run/serve) and add to package.json: "
            '"start": "react-router-serve ./build/server/index.js"',
        )
    return package, with_package(app, f"'{package}@{version}'")


def _server_file(app: App, package: str, folder: str, *, split: bool) -> str:
    """Vite's builds have the server in a folder of its own, Remix's first compiler did not; Vercel's preset puts it
    into a folder more, whose name tells what it needs there.
    """
    if split:
        return f"{folder}/server/*/index.js"
    at_the_top = package == "@remix-run/serve" and app.project.has("remix.config.js")
    return f"{folder}/index.js" if at_the_top else f"{folder}/server/index.js"
