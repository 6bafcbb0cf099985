"""Steps 2 and 3, detect and build: a tree becomes a plan, and the plan a release folder or an image."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path
from typing import Literal

from zipp.detect import detect as detect_plan
from zipp.domain.deployment import Deployment, Step
from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan, Serve
from zipp.pipeline.fetch import project_folder
from zipp.pipeline.kit import Kit
from zipp.sources.links import escaping_link


async def detect(kit: Kit, deployment: Deployment) -> Deployment:
    """Decide the plan once; it is stored with the deployment and never decided again."""
    if deployment.plan is not None:
        return deployment
    deployment = await kit.enter(deployment, Step.DETECT)
    plan = await asyncio.to_thread(detect_plan, project_folder(kit, deployment))
    await kit.say(deployment, plan.summary)
    return await kit.save(deployment.model_copy(update={"plan": plan}))


async def build(kit: Kit, deployment: Deployment, slots: asyncio.Semaphore) -> Deployment:
    """Idempotent. Only image builds wait for a slot: static files never queue behind somebody's compiler."""
    plan = plan_of(deployment)
    deployment = await kit.enter(deployment, Step.BUILD)
    if has_release(plan):
        await asyncio.to_thread(_publish, kit, deployment, plan)
    if plan.serve is Serve.NGINX:
        return deployment
    if deployment.image and await kit.images.exists(deployment.image):
        return deployment
    if slots.locked():
        await kit.say(deployment, "Waiting for a free build slot")
    async with slots:
        image = await _image(kit, deployment, plan)
    return await kit.save(deployment.model_copy(update={"image": image}))


def plan_of(deployment: Deployment) -> BuildPlan:
    if deployment.plan is None:
        raise BuildError("The deployment has no build plan.", code="plan_missing", hint="Deploy it again.")
    return deployment.plan


def has_release(plan: BuildPlan) -> bool:
    """Whether the plan ends as a folder of static files, served by nginx or mounted into the static server."""
    return plan.serve is Serve.NGINX or plan.framework == "static"


async def _image(kit: Kit, deployment: Deployment, plan: BuildPlan) -> str:
    async def write(line: str, stream: Literal["stdout", "stderr", "zipp"]) -> None:
        await kit.log.write(deployment.id, Step.BUILD, line, stream=stream)

    if has_release(plan):
        return await kit.images.static_server(write=write)
    return await kit.images.build(
        deployment_id=deployment.id,
        site=deployment.site,
        tree=project_folder(kit, deployment),
        plan=plan,
        write=write,
    )


def _publish(kit: Kit, deployment: Deployment, plan: BuildPlan) -> None:
    """Move the static files to where they are served from: one rename, so that a release is whole or absent."""
    release = kit.release_folder(deployment)
    if release.exists():
        return
    files = (project_folder(kit, deployment) / plan.root / plan.output).resolve()
    if not files.is_dir():
        raise BuildError(
            f"The output folder {plan.output!r} does not exist.",
            code="output_missing",
            hint="Set `output` in zipp.toml to the folder that holds index.html.",
        )
    if link := escaping_link(files):  # inside the source, but not inside the folder that is served
        raise BuildError(
            f"The link {link!r} leads out of the folder that is served.",
            code="output_link_escapes",
            hint="Put the file itself there, or choose an `output` folder that holds both.",
        )
    release.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    _stamp(files, _next_second(release.parent))
    os.rename(files, release)
    shutil.rmtree(kit.work_folder(deployment.id), ignore_errors=True)


def _next_second(releases: Path) -> int:
    """A modification time that no earlier release of the site has.

    nginx makes an ETag of a file's size and its modification time in whole seconds: two releases within one second
    would otherwise answer 304 for content that has changed.
    """
    earlier = [int(entry.stat(follow_symlinks=False).st_mtime) for entry in os.scandir(releases)]
    return max([int(time.time()), *(second + 1 for second in earlier)])


def _stamp(folder: Path, second: int) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.utime(os.path.join(parent, name), (second, second), follow_symlinks=False)
    os.utime(folder, (second, second))
