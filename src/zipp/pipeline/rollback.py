"""An earlier deployment made live again, from what was kept of it."""

from __future__ import annotations

from contextlib import suppress

from zipp.domain.deployment import Deployment, Status
from zipp.domain.errors import Conflict, DeploymentError, NotFound, ZippError
from zipp.domain.plan import Serve
from zipp.domain.site import Site
from zipp.pipeline.check import check
from zipp.pipeline.kit import Kit
from zipp.pipeline.route import finish, lead_to_live, mark_forgotten, remove_container, route, site_of
from zipp.pipeline.start import start


async def choose(kit: Kit, site: Site, deployment_id: str | None) -> Deployment:
    """The one asked for, else the newest before the live one of which image or release is kept.

    Raises NotFound (not of this site), Conflict (rollback_not_kept, rollback_none, already_live).
    """
    if deployment_id is not None:
        return await _asked_for(kit, site, deployment_id)
    page = await kit.records.list_deployments(site=site.name, statuses={Status.STOPPED}, limit=100)
    for deployment in page.items:
        if (site.live_deployment is None or deployment.id < site.live_deployment) and await can_return(kit, deployment):
            return deployment
    raise Conflict(
        "There is no earlier deployment to go back to.",
        code="rollback_none",
        hint="Deploy first; a site keeps its last few versions (ZIPP_KEEP_RELEASES).",
    )


async def _asked_for(kit: Kit, site: Site, deployment_id: str) -> Deployment:
    deployment = await kit.records.get_deployment(deployment_id)
    if deployment is None or deployment.site != site.name:
        raise NotFound("This site has no such deployment.", code="deployment_not_found", hint="See `zipp ls`.")
    if deployment.id == site.live_deployment:
        raise Conflict("That deployment is live already.", code="already_live", hint="There is nothing to do.")
    if not await can_return(kit, deployment):
        raise Conflict(
            "Nothing that could run is kept of that deployment.",
            code="rollback_not_kept",
            hint="Redeploy it instead: its source is stored.",
        )
    return deployment


async def can_return(kit: Kit, deployment: Deployment) -> bool:
    """What the record says, looked up; it is set right where somebody else has removed what was kept."""
    if not deployment.can_roll_back:
        return False
    if await is_kept(kit, deployment):
        return True
    with suppress(Conflict):
        await mark_forgotten(kit, deployment)
    return False


async def is_kept(kit: Kit, deployment: Deployment) -> bool:
    plan = deployment.plan
    if plan is None:
        return False
    if plan.is_static and not kit.release_folder(deployment).is_dir():
        return False
    return plan.serve is Serve.NGINX or (deployment.image is not None and await kit.images.exists(deployment.image))


async def roll_back(kit: Kit, deployment: Deployment) -> Deployment:
    """Start, check, route, retire: as a deployment does, and like there a failure leaves the live version serving."""
    site = await site_of(kit, deployment.site)
    kit.starting.add(deployment.id)
    try:
        async with kit.container_lock(deployment.id):
            deployment = await start(kit, deployment, site, boost=True)
        deployment, target = await check(kit, deployment, site)
        deployment, previous = await route(kit, deployment, target)
    except ZippError as error:
        kit.starting.discard(deployment.id)
        async with kit.site_lock(site.name):
            await lead_to_live(kit, await site_of(kit, site.name))
        await remove_container(kit, deployment.id)
        if not isinstance(error, DeploymentError):
            raise
        raise Conflict(f"The rollback failed: {error.message}", code=error.code, hint=error.hint) from error
    finally:
        kit.starting.discard(deployment.id)
    kit.background.spawn(finish(kit, deployment, previous))
    return deployment
