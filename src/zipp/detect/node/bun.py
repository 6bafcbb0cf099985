"""Bun at run time: the images have Node only, so it comes along as the package that it is on npm."""

from __future__ import annotations

from zipp.domain.plan import BuildPlan

_FOLDER = ".zipp-bun"
_INSTALL = f"npm install --prefix {_FOLDER} --no-audit --no-fund bun@1"


def with_bun(plan: BuildPlan) -> BuildPlan:
    path = plan.env.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    changes: dict[str, object] = {
        "builder": plan.builder or plan.base.replace("-slim", "-build"),
        "env": {**plan.env, "PATH": f"/app/{_FOLDER}/node_modules/.bin:{path}"},
    }
    if plan.dependencies or not plan.install:
        changes["dependencies"] = (*plan.dependencies, _INSTALL)
        changes["dependency_folders"] = (*plan.dependency_folders, _FOLDER)
    else:
        changes["build"] = (*plan.build, _INSTALL)
    return plan.model_copy(update=changes)
