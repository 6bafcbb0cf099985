"""zipp.toml's word is last: applied here and nowhere else."""

from __future__ import annotations

from typing import Any

from zipp.detect.config import FILE, Config, config_invalid
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

_EVERYWHERE = frozenset({"root", "framework", "serve", "health"})
_IN_A_CONTAINER = _EVERYWHERE | {"port", "limits"}
_THAT_RUNS_CODE = _IN_A_CONTAINER | {"env", "read_only"}

# What a key that has no effect there would make people believe is worse than an error.
KEYS = {
    "files that nginx serves": _EVERYWHERE | {"output"},
    "files in a container": _IN_A_CONTAINER | {"output"},
    "a Dockerfile": _THAT_RUNS_CODE,
    "an app that Zipp builds": _THAT_RUNS_CODE | {"install", "build", "start"},
}


def overridden(plan: BuildPlan, config: Config) -> BuildPlan:
    """The plan with what zipp.toml says. Raises DetectionError `config_invalid` for a key that can have no effect."""
    if plan.framework != "static" and config.serve is Serve.NGINX:
        raise config_invalid(
            f'{FILE}: serve = "nginx" is for files only, and this project runs code ({plan.framework}).',
            'Leave `serve` out; or serve its files as they are with framework = "static".',
        )
    kind = _kind(plan)
    useless = sorted(config.given() - KEYS[kind])
    if useless:
        raise _without_effect(useless[0], kind)
    changes: dict[str, Any] = {
        "install": _commands(config.install),
        "dependency_files": None if config.install is None else (),  # it may read anything: give it the whole source
        "build": _commands(config.build),
        "start": config.start,
        "port": config.port,
        "env": None if config.env is None else {**plan.env, **config.env},
        "health_path": config.health,
        "read_only_root": config.read_only,
        "limits": config.limits.limits() if config.limits else None,
        "root": config.root,
    }
    said = sorted(config.given())
    summary = f"{plan.summary}; zipp.toml sets {', '.join(said)}" if said else plan.summary
    return plan.model_copy(
        update={"summary": summary, **{field: value for field, value in changes.items() if value is not None}}
    )


def _kind(plan: BuildPlan) -> str:
    if plan.framework == "static":
        return "files that nginx serves" if plan.serve is Serve.NGINX else "files in a container"
    return "a Dockerfile" if plan.dockerfile else "an app that Zipp builds"


def _commands(command: str | None) -> tuple[str, ...] | None:
    """None: not said; an empty command: no step."""
    return None if command is None else ((command,) if command else ())


def _without_effect(key: str, kind: str) -> DetectionError:
    return config_invalid(
        f"{FILE}: {key!r} has no effect for {kind}.",
        f"Take it out; what {kind} can have: {', '.join(sorted(KEYS[kind]))}.",
    )
