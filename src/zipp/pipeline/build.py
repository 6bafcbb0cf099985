"""Steps 2 and 3, detect and build: a tree becomes a plan, and the plan a release folder or an image."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from zipp.detect import detect as detect_plan
from zipp.domain.deployment import Deployment, GitSource, Step, ZipSource
from zipp.domain.errors import BuildError, DetectionError
from zipp.domain.plan import BuildPlan, Serve
from zipp.domain.site import Site
from zipp.images.images import BuildRequest, WriteLine
from zipp.pipeline.fetch import located, project_folder
from zipp.pipeline.kit import Kit
from zipp.pipeline.release import publish


async def detect(kit: Kit, deployment: Deployment) -> Deployment:
    """Decide the plan once; it is stored as the next step is entered, and never decided again."""
    if deployment.plan is not None:
        return deployment
    deployment = await kit.enter(deployment, Step.DETECT)
    top, subdirectory = located(kit, deployment)
    files = _identity(deployment)
    plan = kit.known_plan(files) if files else None
    if plan is None:
        plan = await asyncio.to_thread(detect_plan, top, subdirectory=subdirectory)
    if files:
        kit.remember_plan(files, plan)
    await kit.say(deployment, plan.summary)
    return deployment.model_copy(update={"plan": plan})


def _identity(deployment: Deployment) -> tuple[str, ...] | None:
    """Equal for deployments of the very same files; None where that can't be told."""
    match deployment.source:
        case ZipSource(sha256=sha256):
            return (sha256,)
        case GitSource(url=url, commit=str(commit), subdirectory=subdirectory):
            return url, commit, subdirectory or ""
    return None


async def build(kit: Kit, deployment: Deployment, site: Site, slots: asyncio.Semaphore) -> Deployment:
    """Files as they are, files that a build makes, or an image, stored as the next step is entered. Idempotent.

    Only builds wait for a slot: files as they are never queue behind somebody's compiler.
    """
    deployment = await kit.enter(deployment, Step.BUILD)
    try:
        return await _built(kit, deployment, site, slots)
    except BuildError as error:
        other = await _without_dockerfile(kit, deployment) if error.code == "base_missing" else None
        if other is None:
            raise
        await kit.say(deployment, f"{error.message} Going on without the Dockerfile: {other.summary}")
        deployment = await kit.save(deployment.model_copy(update={"plan": other}))
        return await _built(kit, deployment, site, slots)


async def _without_dockerfile(kit: Kit, deployment: Deployment) -> BuildPlan | None:
    """What the project is besides its Dockerfile, for networks where the image that it builds on can't be had."""
    if not plan_of(deployment).dockerfile:
        return None
    top, subdirectory = located(kit, deployment)
    try:
        return await asyncio.to_thread(detect_plan, top, subdirectory=subdirectory, without=("dockerfile",))
    except DetectionError:
        return None


async def _built(kit: Kit, deployment: Deployment, site: Site, slots: asyncio.Semaphore) -> Deployment:
    plan = plan_of(deployment)
    if plan.is_static:
        await _release(kit, deployment, site, plan, slots)
        if plan.serve is Serve.NGINX:
            return deployment
    if deployment.image and await kit.images.exists(deployment.image):
        return deployment
    image = await _image(kit, deployment, site, plan, slots)
    return deployment.model_copy(update={"image": image})


def plan_of(deployment: Deployment) -> BuildPlan:
    if deployment.plan is None:
        raise BuildError("The deployment has no build plan.", code="plan_missing", hint="Deploy it again.")
    return deployment.plan


async def _release(kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan, slots: asyncio.Semaphore) -> None:
    release = kit.release_folder(deployment)
    if release.exists():
        return
    files = (project_folder(kit, deployment) / plan.root / plan.output).resolve()
    if plan.is_built:
        files = kit.work_folder(deployment.id) / "built"
        if not files.exists():  # an earlier try may have ended between its build and the release
            async with _slot(kit, deployment, slots):
                request = _request(kit, deployment, site, plan)
                await kit.images.build_files(request, files, _writer(kit, deployment))
    await asyncio.to_thread(publish, files, release, fallback=plan.fallback)


async def _image(kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan, slots: asyncio.Semaphore) -> str:
    if plan.is_static:
        return await kit.images.static_server(write=_writer(kit, deployment))
    async with _slot(kit, deployment, slots):
        return await kit.images.build(_request(kit, deployment, site, plan), _writer(kit, deployment))


@asynccontextmanager
async def _slot(kit: Kit, deployment: Deployment, slots: asyncio.Semaphore) -> AsyncIterator[None]:
    if slots.locked():
        await kit.say(deployment, "Waiting for a free build slot")
    async with slots:
        yield


def _request(kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan) -> BuildRequest:
    """With the site's own environment, which the log must not show whatever the build prints."""
    environment = kit.env(site)
    kit.log.hide(deployment.id, list(environment.values()))
    return BuildRequest(
        deployment_id=deployment.id,
        site=deployment.site,
        owner=deployment.owner,
        tree=project_folder(kit, deployment),
        plan=plan,
        environment=environment,
        source=_identity(deployment) or (),
    )


def _writer(kit: Kit, deployment: Deployment) -> WriteLine:
    async def write(line: str, stream: Literal["stdout", "stderr", "zipp"]) -> None:
        await kit.log.write(deployment.id, Step.BUILD, line, stream=stream)

    return write
