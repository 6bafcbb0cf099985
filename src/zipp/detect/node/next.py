"""Next.js: a server of its own making ("standalone"), a static export, or the project's own server."""

from __future__ import annotations

import shlex

from zipp.detect.node.app import App, pages_plan, server_plan
from zipp.detect.node.config import settings_of
from zipp.detect.node.next_fonts import uses_google_fonts, with_or_without_google
from zipp.detect.node.scripts import steps_of
from zipp.detect.node.start import Start
from zipp.detect.node.tools import Does
from zipp.detect.project import relative
from zipp.domain.plan import BuildPlan

_LAID_OUT = ".zipp-site"
_FIRST_STANDALONE = 13  # 12.2 has it too, but its server needs packages that it does not copy
_CACHE = "cache"


def next_plan(app: App, start: Start | None) -> BuildPlan:
    config = settings_of(app.project, "next.config")
    folder = relative(config.get("distDir") or ".next") or ".next"
    caches = (f"{folder}/{_CACHE}",)
    if config.get("output") == "export" or _exports(app):
        written = folder if config.get("distDir") and not _exports(app) else "out"
        return pages_plan(app, written, build=_build(app), caches=(".next/cache",) if written == folder else caches)
    if start is not None and start.is_server and not _is_plain(start):
        return _in_place(app, start, caches)
    if app.member or app.manifest.older("next", _FIRST_STANDALONE):
        return _in_place(
            app, Start(Does.SERVE, command="next start -H 0.0.0.0 -p $PORT", needs=frozenset({"next"})), caches
        )
    return _standalone(app, start, folder, caches)


def _standalone(app: App, start: Start | None, folder: str, caches: tuple[str, ...]) -> BuildPlan:
    """Only the files that the server was seen to need, without node_modules: a tenth of the size.

    The last command puts the three parts together, as Next.js leaves to its users. server.js lies deeper where Next.js
    took a folder further up for the project's root.
    """
    server = Start(Does.SERVE, command="node server.js", env=start.env if start else {})
    return server_plan(
        app,
        server,
        build=(*_build(app), _layout(shlex.quote(folder))),
        build_env={"NEXT_PRIVATE_STANDALONE": "1"},
        build_caches=caches,
        keep=(f"{_LAID_OUT}/",),
        env={"HOSTNAME": "0.0.0.0"},  # noqa: S104 (inside its container)
        read_only_root=False,
    )


def _build(app: App) -> tuple[str, ...]:
    commands = app.build_or_default
    if app.config.build is not None or not uses_google_fonts(app.project):
        return commands
    return tuple(map(with_or_without_google, commands))


def _layout(folder: str) -> str:
    made = f"{folder}/standalone"
    return (
        f'test -d {made} || {{ echo "Zipp: next build left no {folder}/standalone." >&2; exit 1; }}\n'
        f"rm -rf {_LAID_OUT}\n"
        f"mv {made} {_LAID_OUT}\n"
        f'inner=$(dirname "$(find {_LAID_OUT} -name server.js -not -path "*/node_modules/*" | sort | head -n 1)")\n'
        f'if [ "$inner" != {_LAID_OUT} ]; then cp -a "$inner"/. {_LAID_OUT}/; fi\n'
        f"mkdir -p {_LAID_OUT}/{folder}\n"
        f"mv {folder}/static {_LAID_OUT}/{folder}/\n"
        f"if [ -d public ]; then cp -a public {_LAID_OUT}/; fi"
    )


def _in_place(app: App, start: Start, caches: tuple[str, ...]) -> BuildPlan:
    return server_plan(
        app,
        start,
        build=_build(app),
        build_caches=caches,
        env={"HOSTNAME": "0.0.0.0"},  # noqa: S104
        read_only_root=False,
    )


def _is_plain(start: Start) -> bool:
    """`next start` and nothing else; the address that it may name is ours to choose."""
    return start.last is not None and start.last.program == "next" and "&" not in start.command


def _exports(app: App) -> bool:
    """`next build && next export`, before the configuration file could say so."""
    name = app.build[0].rpartition(" ")[2] if app.build else ""
    steps = steps_of(app.manifest, app.manifest.script(name)) or ()
    return any(step.program == "next" and step.action == "export" for step in steps)
