"""SvelteKit: what its adapter makes of it."""

from __future__ import annotations

from zipp.detect.node.app import App, pages_plan, server_plan
from zipp.detect.node.config import Settings, settings_of
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.detect.project import relative
from zipp.domain.plan import BuildPlan

_SCOPE = "@sveltejs/adapter-"
_NODE = f"{_SCOPE}node"
_ELSEWHERE = ("vercel", "netlify", "cloudflare", "cloudflare-workers", "begin")
_DETECTS_NODE_SINCE = (
    3  # adapter-auto picks adapter-node where GCP_BUILDPACKS is set (its adapters.js, "Google Cloud Run")
)
_APART = ".zipp-adapter"

# Zipp's proxy sets both itself and passes nothing of a visitor's on; without them SvelteKit refuses its own forms.
_BEHIND_A_PROXY = {
    "HOST": "0.0.0.0",  # noqa: S104 (inside its container)
    "PROTOCOL_HEADER": "x-forwarded-proto",
    "HOST_HEADER": "x-forwarded-host",
}


def svelte_plan(app: App, start: Start | None) -> BuildPlan:
    config = settings_of(app.project, "svelte.config", "vite.config")
    adapter = _adapter(app, config)
    if adapter == "static":
        folder = relative(config.get("pages") or "build") or "build"
        return pages_plan(app, folder, fallback=_fallback(config))
    build_env: dict[str, str] = {}
    install: tuple[str, ...] = ()
    if adapter == "auto" and not app.manifest.older(f"{_SCOPE}auto", _DETECTS_NODE_SINCE):
        build_env = {"GCP_BUILDPACKS": "1"}
    elif adapter not in ("node", ""):
        install = (_in_its_place(app, adapter),)
    folder = relative(config.get("out") or "build") or "build"
    own = start if start is not None and start.is_server and adapter == "node" else None
    plan = server_plan(
        app,
        own or Start(Does.SERVE, command=f"node {folder}"),
        build=app.build_or_default,
        build_env=build_env,
        env=_BEHIND_A_PROXY,
    )
    return plan.model_copy(update={"install": (*plan.install, *install)})


def _adapter(app: App, config: Settings) -> str:
    """The one that the configuration imports, else the only one that is installed; "" for one of somebody else's."""
    known = ("static", "node", "auto", *_ELSEWHERE)
    imported = [name for name in known if config.mentions(f"{_SCOPE}{name}")]
    installed = [name for name in known if app.manifest.has(f"{_SCOPE}{name}")]
    return next(iter([*imported, *installed]), "")


def _fallback(config: Settings) -> str:
    page = relative(config.get("fallback")) or ""
    return page if page.endswith(".html") else ""


def _in_its_place(app: App, adapter: str) -> str:
    """The adapter of another host makes no server: adapter-node takes its place, from a folder of its own, so that
    whatever installed the others does not notice."""
    version = 1 if app.manifest.older("@sveltejs/kit", 2) else 5
    link = f"node_modules/{_SCOPE}{adapter}"
    return (
        f"npm install --prefix {_APART} --legacy-peer-deps --no-audit --no-fund {_NODE}@{version}\n"
        f"rm -rf {link}\n"
        f"mkdir -p node_modules/@sveltejs\n"
        f'ln -s "$PWD/{_APART}/node_modules/{_NODE}" {link}'
    )
