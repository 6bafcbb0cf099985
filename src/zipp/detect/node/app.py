"""A Node project as its detectors see it, and the two plans that it can end as: files for nginx, or a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zipp.detect.config import Config
from zipp.detect.frameworks import Framework, framework_of
from zipp.detect.node.bun import with_bun
from zipp.detect.node.manifest import Manifest
from zipp.detect.node.packages import Packages, packages
from zipp.detect.node.start import Start
from zipp.detect.node.version import node_version
from zipp.detect.project import Project
from zipp.domain.plan import BuildPlan, Serve

PORT = 3000
PAGES_PORT = 8080
MODULES = "node_modules"
_BUILD_SCRIPTS = ("build", "build:prod", "build:production", "heroku-postbuild", "gcp-build")

# They keep files beside the code, where a read-only file system would refuse them: databases, uploads, caches.
_WRITERS = frozenset(
    {
        *("sqlite3", "better-sqlite3", "sqlite", "@libsql/client", "libsql", "sql.js", "connect-sqlite3", "quick.db"),
        *("lowdb", "nedb", "@seald-io/nedb", "nedb-promises", "node-json-db", "simple-json-db", "level", "leveldown"),
        *("multer", "formidable", "express-fileupload", "busboy", "node-persist", "keyv-file", "session-file-store"),
        *("winston", "winston-daily-rotate-file", "rotating-file-stream", "log4js", "pm2", "conf", "configstore"),
        *("@strapi/strapi", "strapi", "ghost", "payload", "@keystone-6/core", "directus", "@nuxt/content", "tinacms"),
        *(
            "@prisma/client",
            "json-server",
            "pocketbase",
            "@adonisjs/core",
            "sails",
            "meteor",
            "imagekit",
            "sharp-cache",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class App:
    project: Project
    config: Config
    manifest: Manifest
    framework: Framework | None
    packages: Packages
    version: int
    notes: tuple[str, ...]
    member: str = ""  # the folder of a workspace that it is

    @property
    def slug(self) -> str:
        return self.framework.slug if self.framework else "node"

    @property
    def build(self) -> tuple[str, ...]:
        """zipp.toml's command, else the build script, by whatever name people use."""
        if self.config.build is not None and not self.member:
            return (self.config.build,) if self.config.build else ()
        name = next((name for name in _BUILD_SCRIPTS if self.manifest.script(name)), "")
        return (self.packages.run(name),) if name else ()

    @property
    def build_or_default(self) -> tuple[str, ...]:
        """The build script, else what the framework itself would run."""
        if self.build or self.config.build == "" or self.framework is None or not self.framework.build:
            return self.build
        return (self.packages.execute(self.framework.build.removeprefix("npx ")),)

    def needs_development(self, start: Start) -> bool:
        """Whether the start runs what only development packages bring, as tsx."""
        return any(
            package in self.manifest.development and package not in self.manifest.dependencies
            for package in start.needs
        )


def app_of(project: Project, config: Config, manifest: Manifest, installed: Packages | None = None) -> App:
    """Raises DetectionError: node_workspace_member, file_invalid, file_not_utf8."""
    version, *notes = node_version(project, manifest.data, config)
    installed = installed or packages(project, manifest.data)
    return App(
        project=project,
        config=config,
        manifest=manifest,
        framework=framework_of(project, manifest),
        packages=installed,
        version=version,
        notes=tuple(note for note in (*notes, *installed.notes) if note),
    )


def pages_plan(
    app: App,
    output: str,
    *,
    label: str = "",
    slug: str = "",
    build: tuple[str, ...] | None = None,
    fallback: str = "",
    env: Mapping[str, str] | None = None,
    caches: tuple[str, ...] = (),
) -> BuildPlan:
    """Files that the build leaves in `output`, or wherever it wrote the shallowest index.html."""
    commands = app.build_or_default if build is None else build
    folder = app.config.output or output
    done = ", ".join(_shown(app, commands))
    label = label or (app.framework.name if app.framework else "Node")
    return BuildPlan(
        framework=slug or app.slug,
        summary="; ".join([f"{_called(label)}: {done}, serving {folder}/", *app.notes]),
        serve=app.config.serve or Serve.NGINX,
        builder=f"zipp/node:{app.version}-build",
        tools=app.packages.tools,
        caches=app.packages.caches,
        dependency_files=app.packages.dependency_files,
        install=app.packages.install,
        build=commands,
        build_env={**app.packages.env, **(env or {})},
        build_caches=caches,
        output=folder,
        find_output=app.config.output is None,
        fallback=fallback,
        port=PAGES_PORT,
    )


def server_plan(
    app: App,
    start: Start,
    *,
    label: str = "",
    slug: str = "",
    build: tuple[str, ...] | None = None,
    build_env: Mapping[str, str] | None = None,
    build_caches: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    read_only_root: bool = True,
) -> BuildPlan:
    """A server in a container. With `keep`, the build has put all that runs into these: no packages beside them."""
    commands = _build_before(app, start) if build is None else build
    port, said = _port(start)
    plan = BuildPlan(
        framework=slug or app.slug,
        summary=_summary(app, label, commands, start),
        builder=f"zipp/node:{app.version}-build" if app.packages.install or commands else "",
        base=f"zipp/node:{app.version}" + ("-slim" if start.manager in ("", "bun") else ""),
        tools=app.packages.tools,
        caches=app.packages.caches,
        build=(*commands, *_prune(app, start, keep)),
        build_env={**app.packages.env, **(build_env or {})},
        build_caches=build_caches,
        start=start.command,
        port=port,
        env={"NODE_ENV": "production", **(env or {}), **said},
        read_only_root=read_only_root and not _writes_beside_the_code(app),
        **_installs(app, start, commands, keep),
    )
    return with_bun(plan) if start.manager == "bun" else plan


def _installs(app: App, start: Start, commands: tuple[str, ...], keep: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """In a stage of its own where that can be; else in place, and what runs is the whole folder after the build."""
    files, everything, production = app.packages.dependency_files, app.packages.install, app.packages.production
    if not everything:
        return {}
    if keep:
        return {"dependency_files": files, "install": everything, "keep": keep}
    if not commands and production:
        needed = everything if app.needs_development(start) else production
        return {"dependency_files": files, "dependencies": needed, "dependency_folders": (MODULES,)}
    if production and not app.needs_development(start):
        return {
            "dependency_files": files,
            "dependencies": production,
            "dependency_folders": (MODULES,),
            "install": everything,
        }
    return {"dependency_files": files, "dependency_folders": (MODULES,), "install": everything}


def _prune(app: App, start: Start, keep: tuple[str, ...]) -> tuple[str, ...]:
    in_place = app.packages.install and not app.packages.production and not keep
    return app.packages.prune if in_place and not app.needs_development(start) else ()


def _build_before(app: App, start: Start) -> tuple[str, ...]:
    """The build script, and what the start script would have built first."""
    commands = list(app.build)
    for step in start.builds:
        command = app.packages.run(step.script) if step.script in app.manifest.scripts else ""
        inside = step.script in ("start", "prestart") or not command
        command = app.packages.execute(step.text) if inside else command
        if command not in commands:
            commands.append(command)
    return tuple(commands)


def _port(start: Start) -> tuple[int, dict[str, str]]:
    """The port, and the variables that the start script sets; `PORT=8080 node server.js` says which it wants."""
    said = {name: value for name, value in start.env.items() if name != "PORT"}
    wanted = start.env.get("PORT", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 5 and 1024 <= int(wanted) <= 65535:
        return int(wanted), said
    return PORT, said


def _writes_beside_the_code(app: App) -> bool:
    return app.manifest.has(*_WRITERS)


def _summary(app: App, label: str, commands: tuple[str, ...], start: Start) -> str:
    label = label or (app.framework.name if app.framework else "Node")
    done = ", ".join(_shown(app, commands))
    first_line = (start.command.splitlines() or [""])[0][:80]
    before = f"{done}, then " if done else ""
    return "; ".join([f"{_called(label)}: {before}{first_line} on $PORT", *app.notes])


def _called(label: str) -> str:
    return label if label.lower().endswith((" app", " site")) else f"{label} app"


def _shown(app: App, commands: tuple[str, ...]) -> list[str]:
    """What people know their commands as: without the flags, the repairs and our own last touches."""
    program = app.packages.manager.partition("-")[0]
    installs = next(
        (each for each in app.packages.install if each.startswith((f"{program} install", f"{program} ci"))), ""
    )
    firsts = (command.partition("\n")[0] for command in commands if "\n" not in command or command.startswith("# "))
    shown = [first.removeprefix("# ")[:80] for first in firsts if not first.startswith("rm ")]
    return [installs.partition(" --")[0].partition(" ||")[0], *shown] if installs else shown
