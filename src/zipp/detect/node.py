"""package.json with something to start: a Node server."""

from __future__ import annotations

import re
import shlex
from typing import Any

from zipp.detect.config import Config
from zipp.detect.node_version import node_version
from zipp.detect.procfile import given_start
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

MANIFEST = "package.json"
PORT = 3000
LOCK_FILES = ("package-lock.json", "npm-shrinkwrap.json")  # npm ci reads these, npm itself prefers the latter
OTHER_LOCK_FILES = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
SERVER_FILES = tuple(f"{stem}.{suffix}" for stem in ("server", "index", "app") for suffix in ("js", "mjs", "cjs"))
LOCK_MAX_BYTES = 4 * 1024**2
DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies")
INSTALL_SCRIPTS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")

# The first that is a dependency names the project: what builds upon others comes before what it builds upon.
FRAMEWORKS = {
    "next": ("next", "Next.js"),
    "nuxt": ("nuxt", "Nuxt"),
    "@nestjs/core": ("nest", "NestJS"),
    "@remix-run/serve": ("remix", "Remix"),
    "@sveltejs/kit": ("sveltekit", "SvelteKit"),
    "astro": ("astro", "Astro"),
    "hono": ("hono", "Hono"),
    "fastify": ("fastify", "Fastify"),
    "koa": ("koa", "Koa"),
    "express": ("express", "Express"),
}
_PLAIN_NODE = re.compile(r"node(?: [A-Za-z0-9_./=@:-]{1,200}){1,20}\Z")
_WRITES_ITS_CACHE_BESIDE_THE_CODE = frozenset({"next", "nuxt"})


class NodeDetector:
    name = "node"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        manifest = project.json(MANIFEST)
        if manifest is None:
            return None
        scripts = _table(manifest, "scripts")
        start = given_start(project, config) or start_command(project, manifest)
        if start is None:
            if _is_static(project, scripts):
                return None
            raise _no_start(project, scripts)
        framework, label = _framework(manifest)
        version, *notes = node_version(project, _table(manifest, "engines").get("node"))
        install, install_notes = _install(project, manifest)
        build = "npm run build" if _text(scripts, "build") else ""
        return BuildPlan(
            framework=framework,
            summary=_summary(label, [install, build], start, [*notes, *install_notes]),
            base=f"zipp/node:{version}",
            dependency_files=_dependency_files(project, manifest),
            # The cache would double the image's size, and the next build does not see it.
            install=(install, "rm -rf ~/.npm") if install else (),
            build=(build,) if build else (),
            start=start,
            port=PORT,
            env={"NODE_ENV": "production"},
            read_only_root=framework not in _WRITES_ITS_CACHE_BESIDE_THE_CODE,
        )


def start_command(project: Project, manifest: dict[str, Any]) -> str | None:
    """What starts the server: the start script, the file named by `main`, or a file named as servers are."""
    scripts = _table(manifest, "scripts")
    script = _text(scripts, "start")
    if script:
        # Without npm in between, SIGTERM reaches the server itself, and a process and its memory are saved.
        plain = _PLAIN_NODE.match(script) and not {"prestart", "poststart"} & scripts.keys()
        return script if plain else "npm start"
    main = _text(manifest, "main")
    for file in (main, *SERVER_FILES) if main else SERVER_FILES:
        if file.endswith((".js", ".mjs", ".cjs")) and not file.startswith("-") and _is_server(project, file):
            return f"node {shlex.quote(file)}"
    return None


def _is_server(project: Project, file: str) -> bool:
    """Beside an index.html, a script may as well be the page's own: then only one that listens is a server."""
    if not project.has(file):
        return False
    if not project.has("index.html"):
        return True
    return any(word in (project.text(file) or "") for word in (".listen(", "createServer(", "serve("))


def _is_static(project: Project, scripts: dict[str, Any]) -> bool:
    """A page that needs no build. With a build script, what lies here is source text and not what people want live."""
    return project.has("index.html") and not _text(scripts, "build")


def _no_start(project: Project, scripts: dict[str, Any]) -> DetectionError:
    if _text(scripts, "build"):
        message = "package.json has a build script, but no start script."
        hint = (
            "For a server, add a start script. For a page that is built (Vite and the like), run the build yourself "
            'and deploy its output folder; or serve the files as they are: framework = "static" in zipp.toml.'
        )
    else:
        message = "package.json has no start script, and there is no server.js, index.js or app.js."
        hint = 'Add to package.json: "scripts": {"start": "node your-server.js"}'
    return DetectionError(message, code="node_no_start_script", hint=hint)


def _install(project: Project, manifest: dict[str, Any]) -> tuple[str, list[str]]:
    """The command, and notes for the build log. Development packages are wanted: builds need them."""
    if not _has_packages(manifest):
        return "", []
    lock = next((file for file in LOCK_FILES if project.has(file)), None)
    if lock and _in_step(manifest, _read_lock(project, lock)):
        return "npm ci --include=dev --no-audit --no-fund", []
    if lock:
        notes = [f"{lock} does not match package.json, so npm ci would fail: run `npm install` and deploy again"]
    else:
        notes = [f"{file} is not used yet: npm chooses the versions" for file in OTHER_LOCK_FILES if project.has(file)]
    return "npm install --include=dev --no-audit --no-fund", notes


def _has_packages(manifest: dict[str, Any]) -> bool:
    scripts = _table(manifest, "scripts")
    return (
        any(_table(manifest, kind) for kind in DEPENDENCIES)
        or "workspaces" in manifest
        or any(name in scripts for name in INSTALL_SCRIPTS)
    )


def _read_lock(project: Project, lock: str) -> dict[str, Any]:
    try:
        return project.json(lock, limit=LOCK_MAX_BYTES) or {}
    except DetectionError as error:
        if error.code == "file_too_large":
            return {}  # nothing is wrong with it: npm is left to find out whether it matches
        raise


def _in_step(manifest: dict[str, Any], lock: dict[str, Any]) -> bool:
    """Whether the lock file was made for these dependencies; an old one that does not say so is trusted."""
    root = _table(_table(lock, "packages"), "")
    return not root or all(_table(manifest, kind) == _table(root, kind) for kind in DEPENDENCIES)


def _dependency_files(project: Project, manifest: dict[str, Any]) -> tuple[str, ...]:
    """What `npm ci` reads; nothing, when it needs the whole source (then every change installs anew)."""
    scripts = _table(manifest, "scripts")
    if "workspaces" in manifest or any(name in scripts for name in INSTALL_SCRIPTS):
        return ()
    versions = [version for kind in DEPENDENCIES for version in _table(manifest, kind).values()]
    if any(isinstance(version, str) and version.startswith(("file:", "link:", ".", "/", "~/")) for version in versions):
        return ()
    return tuple(file for file in (MANIFEST, *LOCK_FILES, ".npmrc") if project.has(file))


def _framework(manifest: dict[str, Any]) -> tuple[str, str]:
    dependencies = _table(manifest, "dependencies")
    return next((names for package, names in FRAMEWORKS.items() if package in dependencies), ("node", "Node"))


def _summary(label: str, commands: list[str], start: str, notes: list[str]) -> str:
    done = [command.partition(" --")[0] for command in commands if command]
    first_line = start.splitlines()[0][:80]
    before = f"{', '.join(done)}, then " if done else ""
    said = f"{label} app: {before}{first_line} on $PORT"
    return "; ".join([said, *(note for note in notes if note)])


def _table(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _text(parent: dict[str, Any], key: str) -> str:
    value = parent.get(key)
    return value.strip() if isinstance(value, str) else ""
