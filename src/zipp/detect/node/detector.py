"""package.json: pages that a build makes, or a server. Decided here, worked out in the files named node_*.py."""

from __future__ import annotations

from collections.abc import Callable

from zipp.detect.config import Config
from zipp.detect.node.app import App, app_of
from zipp.detect.node.astro import astro_plan
from zipp.detect.node.handlers import exported_app
from zipp.detect.node.lone import lone_server
from zipp.detect.node.manifest import read_manifest
from zipp.detect.node.member import from_the_root, only_app, part
from zipp.detect.node.next import next_plan
from zipp.detect.node.nitro import is_tanstack, made_by_nitro, nuxt_plan, tanstack_plan
from zipp.detect.node.pages import built_pages, pages
from zipp.detect.node.remix import remix_plan
from zipp.detect.node.scripts import steps_of
from zipp.detect.node.servers import NAMES, nothing_to_start, own_server, server_file
from zipp.detect.node.start import Start, as_written, start_of, understood
from zipp.detect.node.svelte import svelte_plan
from zipp.detect.node.tools import Does, makes_pages
from zipp.detect.node.workspaces import member_patterns
from zipp.detect.procfile import web_command
from zipp.detect.project import Project
from zipp.domain.plan import BuildPlan

# Frameworks that can be pages or a server, and say which in ways of their own. Of all others the output is pages.
_BOTH: dict[str, Callable[[App, Start | None], BuildPlan]] = {
    "nextjs": next_plan,
    "nuxtjs": nuxt_plan,
    "nitro": made_by_nitro,
    "solidstart": made_by_nitro,
    "solidstart-1": made_by_nitro,
    "sveltekit-1": svelte_plan,
    "astro": astro_plan,
    "remix": remix_plan,
    "react-router": remix_plan,
}
_SERVERS = frozenset(
    {"hono", "express", "h3", "koa", "nestjs", "elysia", "fastify", "blitzjs", "redwoodjs", "hydrogen"}
)
_BUNDLERS = (
    "webpack",
    "rollup",
    "esbuild",
    "@rspack/core",
    "@rsbuild/core",
    "gulp",
    "grunt",
    "snowpack",
    "wmr",
    "html-minifier",
)
_NEXT_FOLDERS = ("app", "pages", "src/app", "src/pages")
_PAGES = ("index.html", "src/index.html", "public/index.html", "app/index.html", "static/index.html")


class NodeDetector:
    name = "node"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        manifest = read_manifest(project)
        if manifest is None:
            return lone_server(project, config)
        app = app_of(project, config, manifest)
        return _plan(app, _start(app))

    def detect_member(self, workspace: Project, config: Config, folder: str) -> BuildPlan | None:
        """For the part of the workspace that somebody named. None where nothing of it is Node's work."""
        manifest = read_manifest(workspace)
        return None if manifest is None else _of_part(app_of(workspace, config, manifest), folder)


def _plan(app: App, start: Start | None) -> BuildPlan | None:
    """What people say comes first, then the framework, then what lies there. None: nothing that is Node's work."""
    said = app.config.start is not None or (start is not None and start.is_server)
    hollow = app.framework is None or (app.slug == "nextjs" and not any(map(app.project.has_folder, _NEXT_FOLDERS)))
    if hollow and not said and not app.member and member_patterns(app.project, app.manifest):
        return _of_workspace(app)
    if app.config.start is not None and start is not None:
        return own_server(app, start)
    both = tanstack_plan if is_tanstack(app) else _BOTH.get(app.slug)
    if both is not None:
        return both(app, start)
    if start is not None and start.is_server:
        return own_server(app, start)
    return _without_a_start(app, start)


def _without_a_start(app: App, start: Start | None) -> BuildPlan | None:
    if app.framework is not None and app.slug not in _SERVERS:
        rendered = _rendered_by_angular(app)
        return own_server(app, rendered) if rendered else pages(app)
    if (exported := exported_app(app)) is not None:
        return own_server(*exported)
    has_pages = bool(app.build) and _has_pages(app)
    found = server_file(app, builds_pages=has_pages) or start_of(app.manifest, development=True)
    if found is not None and found.is_server and (app.manifest.has(*NAMES) or not start or start.does is Does.ENDS):
        return own_server(app, found)
    if has_pages or _builds_pages(app):
        return built_pages(app)
    if _is_plain(app):
        return None
    raise nothing_to_start(app)


def _rendered_by_angular(app: App) -> Start | None:
    """`ng add @angular/ssr` leaves a script serve:ssr:<project> for the server that the build makes."""
    if not app.manifest.has("@angular/ssr", "@nguniversal/express-engine"):
        return None
    name = next((name for name in sorted(app.manifest.scripts) if name.startswith("serve:ssr")), "")
    start = understood(app.manifest, f"npm run {name}") if name else None
    return start if start is not None and start.is_server else None


def _start(app: App) -> Start | None:
    """zipp.toml's word as it stands, then the Procfile's, then package.json's."""
    if app.config.start:
        return as_written(app.manifest, app.config.start)
    web = web_command(app.project)
    return understood(app.manifest, web) if web else start_of(app.manifest)


def _is_plain(app: App) -> bool:
    """Pages that need no build: package.json is there for tools."""
    if app.build:
        return False
    return app.project.has("index.html") or (not app.manifest.has(*NAMES) and any(map(app.project.has, _PAGES)))


def _has_pages(app: App) -> bool:
    """A bundler makes pages, or one file of a server."""
    bundled = app.manifest.has(*_BUNDLERS) and not app.manifest.has(*NAMES)
    return bundled or bool(app.config.output) or any(app.project.has(page) for page in _PAGES)


def _builds_pages(app: App) -> bool:
    """A build by a tool that makes pages and nothing else, such as `sanity build`, `expo export`, `sapper export`."""
    name = app.build[0].rpartition(" ")[2] if app.build else ""
    steps = steps_of(app.manifest, app.manifest.script(name)) or ()
    return bool(steps) and makes_pages(steps[-1])


def _of_workspace(app: App) -> BuildPlan | None:
    return _of_part(app, only_app(app))


def _of_part(workspace: App, folder: str) -> BuildPlan | None:
    inner = part(workspace, folder)
    plan = _plan(inner, _start(inner))
    return from_the_root(workspace, inner, plan) if plan is not None else None
