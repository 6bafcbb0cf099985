"""The story of a deployment: seven steps, in order, each of which may be run again after a crash."""

from __future__ import annotations

import asyncio
import shutil

import structlog

from zipp.domain.deployment import UNDER_WAY, Deployment, Failure, Status, Step
from zipp.domain.errors import DeploymentError, Unavailable, ZippError
from zipp.domain.route import Page
from zipp.pipeline.build import build, detect
from zipp.pipeline.check import check
from zipp.pipeline.explain import explained
from zipp.pipeline.fetch import fetch
from zipp.pipeline.kit import Kit
from zipp.pipeline.route import finish, forget_build, lead_to_live, route, show_page, site_of, tidy
from zipp.pipeline.start import start

logger = structlog.get_logger()


class Deployer:
    """Runs deployments."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._build_slots = asyncio.Semaphore(kit.settings.build_concurrency)

    async def deploy(self, deployment: Deployment) -> Deployment:
        """Fetch, detect, build, start, check, route, retire. Raises ZippError; the caller records the failure."""
        kit = self._kit
        if not await self._is_built(deployment):
            deployment = await fetch(kit, deployment)
            deployment = await detect(kit, deployment)
        site = await site_of(kit, deployment.site)
        deployment = await build(kit, deployment, site, self._build_slots)
        deployment = await kit.enter(deployment, Step.START)
        deployment = await start(kit, deployment, site, boost=True)
        deployment = await kit.enter(deployment, Step.CHECK)
        deployment, target = await check(kit, deployment, site)
        deployment = await kit.enter(deployment, Step.ROUTE)
        deployment, previous = await route(kit, deployment, target)
        await kit.say(deployment, f"Live at {kit.settings.site_url(site.name)}")
        kit.background.spawn(self._after(deployment, previous))
        return deployment

    async def fail(self, deployment_id: str, error: BaseException) -> Deployment | None:
        """Record why a deployment ended and leave nothing half-made; the version that was live goes on serving."""
        deployment = await self._kit.records.get_deployment(deployment_id)
        if deployment is None or deployment.status not in UNDER_WAY:
            return deployment
        if isinstance(error, DeploymentError):
            error = await explained(self._kit, deployment, error)
        failure = _failure(error, deployment)
        await self._clean(deployment, failure)
        await self._kit.say(deployment, f"Failed: {failure.message}")
        if failure.line:
            await self._kit.say(deployment, f"Because of: {failure.line}")
        if failure.hint:
            await self._kit.say(deployment, f"Hint: {failure.hint}")
        return await self._kit.move(deployment, Status.FAILED, error=failure)

    async def _clean(self, deployment: Deployment, failure: Failure) -> None:
        kit = self._kit
        await asyncio.to_thread(shutil.rmtree, kit.work_folder(deployment.id), ignore_errors=True)
        try:
            await self._route_back(deployment, failure)
            if deployment.port is not None:
                await kit.runtime.remove(deployment.id, grace_seconds=1)
                await kit.log.settle(deployment.id)
            await forget_build(kit, deployment)
        except Unavailable as unavailable:  # the engine is down: what is left is removed at the next start
            logger.warning("cleanup_postponed", deployment_id=deployment.id, reason=unavailable.code)
        await kit.records.release_port(deployment.id)

    async def _route_back(self, deployment: Deployment, failure: Failure) -> None:
        """Before anything of it is removed: it may have failed after its route was switched."""
        async with self._kit.site_lock(deployment.site):
            site = await self._kit.records.get_site(deployment.site)
            if site is not None and site.live_deployment is None:
                await show_page(self._kit, site, Page.STOPPED if failure.code == "cancelled" else Page.FAILED)
            elif site is not None:
                await lead_to_live(self._kit, site)

    async def _after(self, deployment: Deployment, previous: str | None) -> None:
        await asyncio.to_thread(shutil.rmtree, self._kit.work_folder(deployment.id), ignore_errors=True)
        await finish(self._kit, deployment, previous)
        await tidy(self._kit, deployment.site)

    async def _is_built(self, deployment: Deployment) -> bool:
        """Whether an earlier try came so far that the source is no longer needed."""
        if deployment.plan is None:
            return False
        if deployment.plan.is_static:
            return self._kit.release_folder(deployment).is_dir()
        return deployment.image is not None and await self._kit.images.exists(deployment.image)


def _failure(error: BaseException, deployment: Deployment) -> Failure:
    stage = deployment.stage or ""
    if isinstance(error, asyncio.CancelledError):
        return Failure(code="cancelled", message="The deployment was cancelled.", stage=stage)
    if isinstance(error, ZippError):
        line = error.line if isinstance(error, DeploymentError) else ""
        return Failure(code=error.code, message=error.message, hint=error.hint, stage=stage, line=line)
    logger.error("deployment_crashed", deployment_id=deployment.id, step=stage, exc_info=error)
    return Failure(
        code="internal_error",
        message="The platform made a mistake with this deployment.",
        hint="Deploy again; if it persists, the platform's own log names the deployment.",
        stage=stage,
    )
