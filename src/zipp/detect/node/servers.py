"""Servers that people write themselves, with Express and the like or with nothing but Node."""

from __future__ import annotations

import shlex

from zipp.detect.frameworks import content_of
from zipp.detect.node.app import App, server_plan
from zipp.detect.node.config import read_settings
from zipp.detect.node.refusals import no_server, no_start
from zipp.detect.node.scripts import steps_of
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.detect.project import Project, relative
from zipp.domain.plan import BuildPlan

# The first that is a dependency names the project: what builds upon others comes before what it builds upon.
NAMES = {
    "@nestjs/core": ("nestjs", "NestJS"),
    "@adonisjs/core": ("adonis", "AdonisJS"),
    "@feathersjs/feathers": ("feathers", "Feathers"),
    "@strapi/strapi": ("strapi", "Strapi"),
    "sails": ("sails", "Sails"),
    "elysia": ("elysia", "Elysia"),
    "hono": ("hono", "Hono"),
    "fastify": ("fastify", "Fastify"),
    "@hapi/hapi": ("hapi", "hapi"),
    "koa": ("koa", "Koa"),
    "restify": ("restify", "Restify"),
    "polka": ("polka", "Polka"),
    "express": ("express", "Express"),
    "h3": ("h3", "H3"),
    "socket.io": ("socketio", "Socket.IO"),
    "ws": ("ws", "WebSocket"),
}
_STEMS = ("server", "index", "app", "main")
_FOLDERS = ("", "src/")
FILES = tuple(f"{folder}{stem}.{end}" for folder in _FOLDERS for stem in _STEMS for end in ("js", "mjs", "cjs"))
_TYPED_FILES = tuple(f"{folder}{stem}.{end}" for folder in _FOLDERS for stem in _STEMS for end in ("ts", "mts"))
EXPORTING_FILES = (*FILES, *_TYPED_FILES)
_LISTENS = (".listen(", "createServer(", "serve(", "listen({")
# What a program has that is more than a few printed lines.
_DOES_MORE = ("require(", "import", "listen", "serve", "http", "fetch", "export")
_STRIPS_TYPES_SINCE = 22


def own_server(app: App, start: Start) -> BuildPlan:
    """Raises DetectionError: node_no_server, node_file_missing."""
    slug, label = next((names for package, names in NAMES.items() if app.manifest.has(package)), ("", ""))
    _must_be_one(app, start)
    return server_plan(app, start, slug=slug or app.slug, label=label, env={"HOST": "0.0.0.0"})  # noqa: S104


def server_file(app: App, *, builds_pages: bool = False) -> Start | None:
    """What would be started without a start script: the file named by `main`, or one named as servers are.

    Beside an index.html, or where a build makes pages, a script may as well be the page's own: then only one that
    listens is a server.
    """
    main, must_listen = relative(app.manifest.main) or "", builds_pages or app.project.has("index.html")
    for file in (main, *FILES):
        if not file.endswith((".js", ".mjs", ".cjs")) or file.startswith("-") or not app.project.has(file):
            continue
        if not must_listen or listens(app.project, file):
            return Start(Does.SERVE, command=f"node {shlex.quote(file)}")
    typed = next((file for file in _TYPED_FILES if listens(app.project, file)), "")
    return _typed_server(app, typed) if typed else None


def _typed_server(app: App, file: str) -> Start | None:
    """What the build makes of it, where the compiler's settings tell; else as it is, by what can run TypeScript."""
    if app.build:
        made = _compiled(app, file)
        return Start(Does.SERVE, command=f"node {made}") if made else None
    runner = next((name for name in ("tsx", "ts-node") if app.manifest.has(name)), "")
    if not runner and app.version < _STRIPS_TYPES_SINCE:
        return None
    return Start(Does.SERVE, command=f"{runner or 'node'} {file}", needs=frozenset({runner} if runner else ()))


def _compiled(app: App, file: str) -> str:
    """src/index.ts with `"outDir": "./dist"` -> dist/index.js: only for a build that is the compiler's own."""
    name = app.build[0].rpartition(" ")[2]
    steps = steps_of(app.manifest, app.manifest.script(name)) or ()
    if not any(step.program == "tsc" for step in steps):
        return ""
    settings = read_settings(content_of(app.project, "tsconfig.json"))
    folder, root = relative(settings.get("outDir")), relative(settings.get("rootDir") or ".")
    if not folder or folder == "." or root is None:
        return ""
    stem = file.rpartition(".")[0]
    inside = stem.removeprefix(f"{root}/") if root != "." else stem.removeprefix("src/")
    return shlex.quote(f"{folder}/{inside}.js")


def nothing_to_start(app: App) -> Exception:
    """The refusal that fits best."""
    exporter = ""
    if app.manifest.has(*NAMES):
        candidates = (file for file in EXPORTING_FILES if app.project.has(file))
        exporter = next((file for file in candidates if "export default" in content_of(app.project, file)), "")
    return no_start(has_build=bool(app.build), exporter=exporter)


def _must_be_one(app: App, start: Start) -> None:
    """A file that is not there, or that prints and ends, would only be found out after the build."""
    file = _started_file(start)
    if (
        not file
        or app.build
        or start.builds
        or any(name in app.manifest.scripts for name in ("postinstall", "prestart"))
    ):
        return
    found = next(
        (name for name in (file, f"{file}.js", f"{file}/index.js", f"{file}.json") if app.project.has(name)), ""
    )
    if not found:
        raise no_server(
            f"The start command runs {file[:80]}, and there is no such file.",
            "Correct `start` in package.json; if a build makes the file, add a build script.",
        )
    if app.manifest.dependencies or app.manifest.development:
        return
    text = content_of(app.project, found)
    if text and not any(word in text for word in _DOES_MORE):
        raise no_server(
            f"{found[:80]} is not a web server: it does its work and ends, and nothing listens.",
            "Zipp runs what answers requests on $PORT, for example: "
            'require("http").createServer(handler).listen(process.env.PORT)',
        )


def _started_file(start: Start) -> str:
    words = start.last.words if start.last else tuple(start.command.split())
    if len(words) != 2 or words[0] != "node" or words[1].startswith("-"):
        return ""
    return relative(words[1]) or ""


def listens(project: Project, file: str) -> bool:
    return any(word in content_of(project, file) for word in _LISTENS)
