"""A server without a package.json: one file that needs nothing but Node."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.detect.config import Config
from zipp.detect.frameworks import content_of
from zipp.detect.node.app import PORT
from zipp.detect.node.config import read_settings
from zipp.detect.node.start import package_of
from zipp.detect.node.version import node_version
from zipp.detect.procfile import given_start
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

_FILES = tuple(f"{stem}.{suffix}" for stem in ("server", "index", "app", "main") for suffix in ("js", "mjs", "cjs"))
_LISTENS = (".listen(", "createServer(")
_MODULES = ("http", "https", "http2", "net")
_FRAMEWORKS = ("express", "koa", "fastify", "hono", "@hapi/hapi", "polka", "restify", "socket.io", "ws", "connect")


def lone_server(project: Project, config: Config) -> BuildPlan | None:
    """None when no file is one. Raises DetectionError `node_no_package_json` when it needs packages."""
    for file in _FILES:
        text = content_of(project, file) if project.has(file) else ""
        if not any(word in text for word in _LISTENS):
            continue
        wanted = read_settings(text).texts
        packages = sorted(package for package in map(package_of, wanted) if package in _FRAMEWORKS)
        if packages:
            raise _needs_packages(file, packages)
        if any(name in wanted or f"node:{name}" in wanted for name in _MODULES):
            return _plan(project, config, file)
    return None


def _plan(project: Project, config: Config, file: str) -> BuildPlan:
    version, *notes = node_version(project, {}, config)
    start = given_start(project, config) or f"node {file}"
    return BuildPlan(
        framework="node",
        summary="; ".join([f"Node app without packages: {start.splitlines()[0][:80]} on $PORT", *_said(notes)]),
        base=f"zipp/node:{version}-slim",
        start=start,
        port=PORT,
        env={"NODE_ENV": "production", "HOST": "0.0.0.0"},  # noqa: S104 (inside its container)
    )


def _said(notes: list[str]) -> Iterator[str]:
    return (note for note in notes if note)


def _needs_packages(file: str, packages: list[str]) -> DetectionError:
    return DetectionError(
        f"{file} needs {', '.join(packages)}, but there is no package.json that says so.",
        code="node_no_package_json",
        hint=f"Make one: npm init -y && npm install {' '.join(packages)}. If it lies further up, deploy that folder.",
    )
