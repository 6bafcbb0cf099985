"""zipp.toml's word is last: applied here and nowhere else.

A detector may have taken a command into its plan already, where more hangs on it than the field of the same name.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from zipp.detect.by_hand import as_built_files, as_files, as_server, workshop
from zipp.detect.config import FILE, Config, config_invalid
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

_EVERYWHERE = frozenset({"root", "framework", "serve", "health"})
_FILES = _EVERYWHERE | {"output", "fallback"}
_COMMANDS = frozenset({"install", "build", "env", "versions"})
_CONTAINER = frozenset({"port", "limits"})
_DOCKERFILE = _EVERYWHERE | _CONTAINER | {"env", "read_only"}

# What a key that has no effect there would make people believe is worse than an error.
KEYS = {
    "files that nginx serves": _FILES,
    "files in a container": _FILES | _CONTAINER,
    "files that a build makes": _FILES | _COMMANDS,
    "files that a build makes, in a container": _FILES | _COMMANDS | _CONTAINER,
    "a Dockerfile": _DOCKERFILE,
    "an app that Zipp builds": _DOCKERFILE | _COMMANDS | {"before_start", "start"},
}
_PYTHON = re.compile(r"zipp/python:3\.[0-9]{1,2}")
_PYTHONS = ("3.11", "3.13")


def overridden(plan: BuildPlan, config: Config, project: Project) -> BuildPlan:
    """The plan with what zipp.toml says. Raises DetectionError `config_invalid` for a key that can have no effect."""
    plan = _in_the_shape_asked_for(plan, config, project)
    _check_keys(plan, config)
    plan = _with_commands(plan, config, project)
    changes: dict[str, Any] = {
        "start": None if _is_started_by_node(plan) else config.start,
        "before_start": config.before_start,
        "output": config.output,
        "find_output": None if config.output is None else False,
        "fallback": _fallback(plan, config, project),
        "serve": config.serve,
        "port": config.port,
        "health_path": config.health,
        "read_only_root": config.read_only,
        "limits": config.limits.limits() if config.limits else None,
        "root": config.root,
        **_environment(plan, config),
        **_python(plan, config),
    }
    said = sorted(config.given())
    summary = f"{plan.summary}; zipp.toml sets {', '.join(said)}" if said else plan.summary
    return plan.model_copy(
        update={"summary": summary, **{field: value for field, value in changes.items() if value is not None}}
    )


def _in_the_shape_asked_for(plan: BuildPlan, config: Config, project: Project) -> BuildPlan:
    """`start` makes a server of a project, `output` files, and `build` files that are built."""
    if plan.dockerfile:
        return plan
    if config.start and config.output:
        raise config_invalid(
            f"{FILE}: `start` makes a server of this project, `output` a site of files: it can only be one of them.",
            "Take one of the two keys out.",
        )
    if config.output and not plan.is_static:
        return as_files(plan, config, project)
    if config.start and plan.is_static:
        return as_server(plan, config, project)
    if (config.build or config.install) and plan.is_static and not plan.is_built:
        return as_built_files(plan, config, project)
    return plan


def _check_keys(plan: BuildPlan, config: Config) -> None:
    if not plan.is_static and config.serve is Serve.NGINX:
        raise config_invalid(
            f'{FILE}: serve = "nginx" is for files only, and this project runs code ({plan.framework}).',
            'Leave `serve` out; or serve its files as they are with framework = "static".',
        )
    kind = _kind(plan, config.serve or plan.serve)
    useless = sorted(config.given() - KEYS[kind])
    if useless:
        raise _without_effect(useless[0], kind)
    for language in sorted(config.versions.model_fields_set) if config.versions else ():
        if not (plan.builder or plan.base).startswith(f"zipp/{language}:"):
            raise config_invalid(
                f"{FILE}: 'versions.{language}' has no effect here.",
                f"Take it out: nothing of this project is built or run by {language.capitalize()}.",
            )


def _kind(plan: BuildPlan, serve: Serve) -> str:
    if not plan.is_static:
        return "a Dockerfile" if plan.dockerfile else "an app that Zipp builds"
    if plan.is_built:
        return "files that a build makes" + (", in a container" if serve is Serve.CONTAINER else "")
    return "files that nginx serves" if serve is Serve.NGINX else "files in a container"


def _with_commands(plan: BuildPlan, config: Config, project: Project) -> BuildPlan:
    if config.install is not None:
        plan = _with_install(plan, config.install)
    if config.build is not None and (config.build,) != plan.build[:1]:
        plan = _with_build(plan, config.build, needs_packages=config.install is None, project=project, config=config)
    if plan.is_built and not (plan.builder or plan.dockerfile):
        shop = workshop(project, config)
        folders = plan.dependency_folders or (() if plan.is_static else shop.dependency_folders)
        plan = plan.model_copy(update={"builder": shop.builder, "tools": shop.tools, "dependency_folders": folders})
    return plan


def _with_install(plan: BuildPlan, command: str) -> BuildPlan:
    """It may read and write anything: it gets the whole source, and all that it leaves is kept, in place."""
    return plan.model_copy(
        update={"dependency_files": (), "dependencies": (), "install": (command,) if command else ()}
    )


def _with_build(plan: BuildPlan, command: str, *, needs_packages: bool, project: Project, config: Config) -> BuildPlan:
    if not command:  # what the build would have laid out is not there to be kept
        useless = plan.dependencies and plan.install
        return plan.model_copy(update={"build": (), "keep": (".",), "install": () if useless else plan.install})
    changes: dict[str, Any] = {"build": (command,)}
    if needs_packages and not plan.install and (plan.builder or plan.base).startswith("zipp/node:"):
        shop = workshop(project, config)  # a server without a build has no development packages
        changes |= {
            "install": shop.install,
            "dependency_files": shop.dependency_files,
            "build_env": {**shop.build_env, **plan.build_env},
        }
    return plan.model_copy(update=changes)


def _is_started_by_node(plan: BuildPlan) -> bool:
    """Its detector has taken zipp.toml's command already, with what an image of a site lacks put right."""
    return bool(plan.start) and plan.base.startswith("zipp/node:")


def _environment(plan: BuildPlan, config: Config) -> dict[str, Any]:
    """For the build too: single-page apps know their addresses of other services from nowhere else."""
    if config.env is None:
        return {}
    return {
        "env": None if plan.is_static else {**plan.env, **config.env},
        "build_env": {**plan.build_env, **config.env} if plan.is_built else None,
    }


def _fallback(plan: BuildPlan, config: Config, project: Project) -> str | None:
    page = str(PurePosixPath(config.output or plan.output or ".", config.fallback or ""))
    if config.fallback and not plan.is_built and not project.has(page):
        raise config_invalid(
            f"{FILE}: fallback: there is no {page[:120]}.",
            "Name a page inside the output folder, such as 'index.html', or write false for none.",
        )
    return config.fallback


def _python(plan: BuildPlan, config: Config) -> dict[str, Any]:
    """Node's version is chosen by its detector, since packages depend on it."""
    if not (config.versions and config.versions.python):
        return {}
    wanted = ".".join(config.versions.python.split(".")[:2])
    if wanted not in _PYTHONS:
        raise config_invalid(
            f"{FILE}: versions.python: there is no Python {wanted[:20]} here.", f"There is {' and '.join(_PYTHONS)}."
        )
    return {name: _PYTHON.sub(f"zipp/python:{wanted}", getattr(plan, name)) for name in ("builder", "base")}


def _without_effect(key: str, kind: str) -> DetectionError:
    return config_invalid(
        f"{FILE}: {key!r} has no effect for {kind}.",
        f"Take it out; what {kind} can have: {', '.join(sorted(KEYS[kind]))}.",
    )
