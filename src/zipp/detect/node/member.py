"""A workspace with one app in it: installed and built from the root, since the app needs its neighbours."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from zipp.detect.node.app import MODULES, App, app_of
from zipp.detect.node.manifest import read_manifest
from zipp.detect.node.refusals import no_app_in_workspace, several_apps, several_services
from zipp.detect.node.workspaces import apps_in
from zipp.detect.project import Project
from zipp.domain.plan import BuildPlan

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_NAME = re.compile(r"@?[a-z0-9][a-z0-9._/-]{0,200}\Z")


def only_app(app: App) -> App:
    """The workspace's one app, with the root's packages. Raises DetectionError: node_several_apps, node_no_app."""
    folders = apps_in(app.project, app.manifest)
    compose = next((file for file in _COMPOSE if app.project.has(file)), "")
    if compose and folders:
        raise several_services(compose, folders[0])
    if not folders:
        raise no_app_in_workspace()
    if len(folders) > 1:
        raise several_apps(folders)
    project = Project(app.project.root / folders[0])
    manifest = read_manifest(project)
    assert manifest is not None  # noqa: S101 (apps_in has read it)
    inner = app_of(project, app.config, manifest, installed=app.packages)
    return replace(inner, version=app.version, notes=app.notes, member=folders[0])


def from_the_root(root: App, app: App, plan: BuildPlan) -> BuildPlan:
    """The plan that was made for the app's folder, seen from the workspace's root."""
    folder = app.member
    build = tuple(_inside(folder, command) for command in plan.build)
    changes: dict[str, object] = {
        "summary": f"{plan.summary}; {folder}/ is the one app of this workspace",
        "build": (*_neighbours(root, app), *build),
        "build_caches": tuple(f"{folder}/{cache}" for cache in plan.build_caches),
    }
    if plan.is_static:
        changes["output"] = plan.output if app.config.output else f"{folder}/{plan.output}"
    elif len(plan.keep) == 1 and plan.keep != (".",):
        changes["keep"] = (f"{folder}/{plan.keep[0].rstrip('/')}/",)
        changes["start"] = plan.start.replace(f"{plan.keep[0]}/", "", 1)
    else:
        quoted = shlex.quote(folder)
        changes["start"] = f"cd {quoted} && PATH=$PWD/{MODULES}/.bin:$PATH && {plan.start}"
    return plan.model_copy(update=changes)


def _inside(folder: str, command: str) -> str:
    shown = command.partition("\n")[0]
    title = "" if "\n" in command and not shown.startswith("# ") else f"# {shown.removeprefix('# ')} in {folder}\n"
    return f"{title}cd {shlex.quote(folder)}\n{command}"


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
