"""A part of a workspace: installed and built from the root, since it needs its neighbours."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from itertools import chain

from zipp.detect.config import Config
from zipp.detect.node.app import MODULES, App, app_of
from zipp.detect.node.lockfiles import LOCKS
from zipp.detect.node.manifest import FILE as MANIFEST
from zipp.detect.node.manifest import read_manifest
from zipp.detect.node.refusals import no_app_in_workspace, several_apps, several_services
from zipp.detect.node.workspaces import apps_in, members
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
DOCKERFILE = "Dockerfile"
_NAME = re.compile(r"@?[a-z0-9][a-z0-9._/-]{0,200}\Z")


def is_member(top: Project, folder: str) -> bool:
    """Whether `folder` belongs to the workspace at `top`, and is not a project that stands by itself."""
    inner = Project(top.root / folder)
    stands_alone = (DOCKERFILE, *chain.from_iterable(LOCKS.values()))
    if not inner.has(MANIFEST) or any(map(inner.has, stands_alone)):
        return False
    try:
        manifest = read_manifest(top)
    except DetectionError:
        return False
    return manifest is not None and folder in members(top, manifest)


def seen_from_the_root(config: Config, folder: str) -> Config:
    """zipp.toml's commands and folders are those of the part that it names."""
    said = {
        "root": None,
        "build": _inside(folder, config.build) if config.build else config.build,
        "before_start": _started(folder, config.before_start) if config.before_start else config.before_start,
        "start": _started(folder, config.start) if config.start else None,
        "output": f"{folder}/{config.output}" if config.output else None,
    }
    return config.model_copy(update={name: said[name] for name in config.given() & said.keys()})


def only_app(app: App) -> str:
    """The folder of the workspace's one app. Raises DetectionError: node_several_apps, node_no_app."""
    folders = apps_in(app.project, app.manifest)
    compose = next((file for file in _COMPOSE if app.project.has(file)), "")
    if compose and folders:
        raise several_services(compose, folders[0])
    if not folders:
        raise no_app_in_workspace()
    if len(folders) > 1:
        raise several_apps(folders)
    return folders[0]


def part(app: App, folder: str) -> App:
    """The app in that folder, with the root's packages."""
    project = Project(app.project.root / folder)
    manifest = read_manifest(project)
    assert manifest is not None  # noqa: S101 (whoever chose the folder has read it)
    inner = app_of(project, app.config, manifest, installed=app.packages)
    return replace(inner, version=app.version, notes=app.notes, member=folder)


def from_the_root(root: App, app: App, plan: BuildPlan) -> BuildPlan:
    """The plan that was made for the app's folder, seen from the workspace's root."""
    folder = app.member
    build = tuple(_inside(folder, command) for command in plan.build)
    changes: dict[str, object] = {
        "summary": f"{plan.summary}; {folder}/ of this workspace, built from its root",
        "build": (*_neighbours(root, app), *build),
        "build_caches": tuple(f"{folder}/{cache}" for cache in plan.build_caches),
    }
    if plan.is_static:
        changes["output"] = plan.output if app.config.output else f"{folder}/{plan.output}"
    elif len(plan.keep) == 1 and plan.keep != (".",):
        changes["keep"] = (f"{folder}/{plan.keep[0].rstrip('/')}/",)
        changes["start"] = plan.start.replace(f"{plan.keep[0]}/", "", 1)
    else:
        changes["start"] = _started(folder, plan.start)
    return plan.model_copy(update=changes)


def _inside(folder: str, command: str) -> str:
    shown = command.partition("\n")[0]
    title = "" if "\n" in command and not shown.startswith("# ") else f"# {shown.removeprefix('# ')} in {folder}\n"
    return f"{title}cd {shlex.quote(folder)}\n{command}"


def _started(folder: str, command: str) -> str:
    return f"cd {shlex.quote(folder)} && PATH=$PWD/{MODULES}/.bin:$PATH && {command}"


def _neighbours(root: App, app: App) -> tuple[str, ...]:
    """What the app needs of the other packages may have to be built first: their tools know the order."""
    name = app.manifest.data.get("name")
    if not isinstance(name, str) or not _NAME.match(name) or not app.build:
        return ()
    if root.project.has("turbo.json") and root.manifest.has("turbo"):
        return (root.packages.execute(f"turbo run build --filter={name}^..."),)
    if root.packages.manager == "pnpm":
        return (f"pnpm --filter {name}^... --if-present run build",)
    return ()
