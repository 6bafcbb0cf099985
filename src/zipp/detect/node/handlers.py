"""Apps that a module exports and nothing listens with, as hosts of functions want them: here something must listen."""

from __future__ import annotations

import shlex
from dataclasses import replace

from zipp.detect.frameworks import content_of
from zipp.detect.node.app import App
from zipp.detect.node.servers import EXPORTING_FILES, listens
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does

# Turns a default export with a `fetch` method into a server, on Node's own http and without packages of its own.
SRVX = "srvx@1"
_FETCH = ("hono", "elysia", "h3")
_LISTEN = ("express", "koa", "polka", "restify")
_ADD = {"npm": "npm install --no-save --no-audit --no-fund", "pnpm": "pnpm add", "bun": "bun add --no-save"}
_EXPORTS = ("export default", "module.exports = app")
_TYPES_SINCE = 22  # Node runs TypeScript from then on
_LISTENER = (
    "import(process.argv[1]).then((app) => (app.default.default ?? app.default).listen(process.env.PORT, '0.0.0.0'))"
)


def exported_app(app: App) -> tuple[App, Start] | None:
    """What serves the app that a file exports by default; None where no such file is found."""
    file = exporting_file(app)
    if not file or (file.endswith("ts") and app.version < _TYPES_SINCE):
        return None
    if app.manifest.has(*_FETCH):
        return with_package(app, SRVX), Start(Does.SERVE, command=by_srvx(file, assets=_public(app, file)))
    if app.manifest.has(*_LISTEN):
        return app, Start(Does.SERVE, command=f"node -e {shlex.quote(_LISTENER)} {shlex.quote(f'./{file}')}")
    return None


def exporting_file(app: App) -> str:
    """The first that exports an app by default, where none of them listens itself."""
    candidates = [file for file in EXPORTING_FILES if app.project.has(file)]
    if any(listens(app.project, file) for file in candidates):
        return ""
    return next((file for file in candidates if any(each in content_of(app.project, file) for each in _EXPORTS)), "")


def by_srvx(file: str, *, assets: str = "") -> str:
    """`assets`: the folder of files that are answered before the app is asked, as seen from the file's own."""
    static = f"--static {assets} " if assets else ""
    return f"srvx serve --prod --host 0.0.0.0 --port $PORT {static}--entry {shlex.quote(file)}"


def _public(app: App, file: str) -> str:
    if not app.project.has_folder("public"):
        return ""
    return "../public" if "/" in file else "public"


def with_package(app: App, wanted: str) -> App:
    """The app with a package that its own package.json doesn't name, installed after all others."""
    command = f"{_ADD.get(app.packages.manager, 'yarn add')} {wanted}"
    production = app.packages.production
    packages = replace(
        app.packages,
        install=(*app.packages.install, command),
        production=(*production, command) if production else (),
        prune=(),  # it would take out what package.json does not name
    )
    return replace(app, packages=packages)
