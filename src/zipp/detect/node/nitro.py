"""Servers that Nitro makes, of Nuxt, SolidStart and TanStack Start too: each ends as a folder that runs alone."""

from __future__ import annotations

from zipp.detect.node.app import App, pages_plan, server_plan
from zipp.detect.node.config import settings_of
from zipp.detect.node.handlers import SRVX, by_srvx, with_package
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.domain.plan import BuildPlan

_MADE = ".output"
_HANDLER = "dist"
_ANYWHERE = {"HOST": "0.0.0.0", "NITRO_HOST": "0.0.0.0"}  # noqa: S104 (inside its container)
_PRESET = {"NITRO_PRESET": "node-server", "SERVER_PRESET": "node-server"}  # the second is what Vinxi listens to
_NUXT = ("nuxt", "nuxt3", "nuxt-edge", "nuxt-nightly")
_STATIC_PRESETS = ("static", "github-pages", "github_pages", "cloudflare-pages-static", "netlify-static")
_FALLBACK = "200.html"
_TANSTACK = ("TanStack Start", "tanstack-start")
_TANSTACK_PACKAGES = ("@tanstack/react-start", "@tanstack/solid-start", "@tanstack/start")


def nuxt_plan(app: App, start: Start | None) -> BuildPlan:
    config = settings_of(app.project, "nuxt.config")
    generates = "generate" in app.manifest.script("build") or (not app.build and app.manifest.script("generate"))
    if app.manifest.older("nuxt", 3):
        return _nuxt_2(app, start, static=config.get("target") == "static" or bool(generates))
    if generates or config.get("preset") in _STATIC_PRESETS:
        commands = app.build or (app.packages.run("generate"),)
        return pages_plan(app, f"{_MADE}/public", build=commands, fallback=_FALLBACK)
    return made_by_nitro(app, start)


def made_by_nitro(app: App, start: Start | None) -> BuildPlan:
    """Whatever the configuration says of another host: the preset that runs in a container is asked for."""
    label, slug = _TANSTACK if is_tanstack(app) else ("", "")
    return server_plan(
        app,
        Start(Does.SERVE, command=f"node {_MADE}/server/index.mjs", env=start.env if start else {}),
        build=app.build_or_default,
        label=label,
        slug=slug,
        build_env=_PRESET,
        keep=(_MADE,),
        env=_ANYWHERE,
    )


def is_tanstack(app: App) -> bool:
    """The data knows it by a package that older projects do not name."""
    return app.manifest.has(*_TANSTACK_PACKAGES)


def tanstack_plan(app: App, start: Start | None) -> BuildPlan:
    """Nitro is a plug-in of its own since 1.132: without it there is only a handler, which srvx then serves."""
    config = settings_of(app.project, "vite.config", "app.config")
    older = app.project.has("app.config.ts") or app.manifest.has("vinxi")
    if (
        older
        or config.mentions("nitro/vite")
        or app.manifest.has("nitro", "nitropack", "@tanstack/nitro-v2-vite-plugin")
    ):
        return made_by_nitro(app, start)
    if start is not None and start.is_server and _MADE in start.command:
        return made_by_nitro(app, start)
    if start is not None and start.is_server:
        return server_plan(app, start, label=_TANSTACK[0], slug=_TANSTACK[1], env=_ANYWHERE)
    served = Start(Does.SERVE, command=by_srvx(f"{_HANDLER}/server/server.js", assets="../client"))
    return server_plan(
        with_package(app, SRVX),
        served,
        label=_TANSTACK[0],
        slug=_TANSTACK[1],
        build=app.build_or_default,
        env=_ANYWHERE,
    )


def _nuxt_2(app: App, start: Start | None, *, static: bool) -> BuildPlan:
    if static:
        commands = (app.packages.run("generate"),) if app.manifest.script("generate") else ()
        return pages_plan(app, "dist", build=commands or (app.packages.execute("nuxt generate"),), fallback=_FALLBACK)
    own = start if start is not None and start.is_server else None
    return server_plan(
        app,
        own or Start(Does.SERVE, command="nuxt start", needs=frozenset({"nuxt"})),
        build=app.build_or_default,
        env={**_ANYWHERE, "NUXT_HOST": "0.0.0.0"},  # noqa: S104
    )
