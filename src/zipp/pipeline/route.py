"""Step 6, route, and what follows: the hosts lead to the new version, and the old one is drained and retired."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import suppress

from zipp.domain.deployment import Deployment, Status
from zipp.domain.errors import Conflict, NotFound, Unavailable
from zipp.domain.route import Page, Target
from zipp.domain.site import Site
from zipp.pipeline.kit import Kit
from zipp.pipeline.start import target_of
from zipp.records.records import LiveChange


async def route(kit: Kit, deployment: Deployment, target: Target) -> tuple[Deployment, str | None]:
    """Switch, then record. A crash in between is mended by running it again, or by what the records say at start.

    Returns the RUNNING deployment and the id of the one that was live before.
    """
    async with kit.site_lock(deployment.site):
        site = await site_of(kit, deployment.site)
        for host in kit.hosts(site):
            await kit.proxy.switch(host, target)
        live = LiveChange(
            site=site.name,
            expected=site.live_deployment,
            to=deployment.id,
            framework=deployment.plan.framework if deployment.plan else None,
        )
        running = await kit.move(deployment, Status.RUNNING, live=live)
    previous = site.live_deployment if site.live_deployment != deployment.id else None
    return running, previous


async def show_page(kit: Kit, site: Site, page: Page) -> None:
    for host in kit.hosts(site):
        await kit.proxy.switch(host, page)


async def lead_to_live(kit: Kit, site: Site) -> None:
    """Lead the hosts to the live deployment where they don't; nothing to do while it does not run."""
    live = await kit.records.get_deployment(site.live_deployment or "")
    target = await target_of(kit, live) if live is not None else None
    if target is None:
        return
    routes = await kit.proxy.routes()
    for host in kit.hosts(site):
        if routes.get(host) != target:
            await kit.proxy.switch(host, target)


async def site_of(kit: Kit, name: str) -> Site:
    site = await kit.records.get_site(name)
    if site is None:
        raise NotFound(f"There is no site {name!r}.", code="site_not_found", hint="It was deleted meanwhile.")
    return site


async def finish(kit: Kit, deployment: Deployment, previous: str | None) -> None:
    """What no visitor waits for: the new version has started, so it is held to its own processors; the old one goes."""
    with suppress(Unavailable):  # a heal does it later
        await kit.runtime.settle(deployment.id)
    if previous is not None:
        await retire(kit, previous)


async def retire(kit: Kit, deployment_id: str) -> None:
    """Let a version that gets no new requests finish those it has, then remove its container. Idempotent."""
    await _drain(kit, deployment_id)
    await remove_container(kit, deployment_id)


async def remove_container(kit: Kit, deployment_id: str) -> None:
    """Remove a container and free its port, unless a rollback has made it live again meanwhile. Idempotent."""
    async with kit.container_lock(deployment_id):
        deployment = await kit.records.get_deployment(deployment_id)
        if deployment_id in kit.starting or (deployment and deployment.status is Status.RUNNING):
            return
        await kit.runtime.remove(deployment_id)
        await kit.records.release_port(deployment_id)
        await kit.log.settle(deployment_id)


async def _drain(kit: Kit, deployment_id: str) -> None:
    container = await kit.runtime.get(deployment_id)
    if container is None or not container.address:
        return
    deadline = time.monotonic() + kit.settings.drain_timeout_seconds
    # A worker may have looked the route up just before the switch and not have connected yet.
    await asyncio.sleep(min(1, kit.settings.drain_timeout_seconds))
    while await kit.runtime.connections(container) and time.monotonic() < deadline:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.2)


async def tidy(kit: Kit, site: str) -> None:
    """Forget the images and releases of a site beyond the newest that are kept for rollback.

    Recorded first: a rollback that begins meanwhile is refused by that, or moves the record on and keeps its build.
    """
    page = await kit.records.list_deployments(site=site, statuses={Status.RUNNING, Status.STOPPED}, limit=200)
    for deployment in page.items[kit.settings.keep_releases :]:
        if not deployment.can_roll_back or deployment.id in kit.starting:
            continue
        with suppress(Conflict):
            await forget_build(kit, await mark_forgotten(kit, deployment))


async def mark_forgotten(kit: Kit, deployment: Deployment) -> Deployment:
    """Raises Conflict when the record has changed meanwhile."""
    return await kit.save(deployment.model_copy(update={"forgotten": True}))


async def forget_build(kit: Kit, deployment: Deployment) -> None:
    """Remove what was built for a deployment: image and release folder. Idempotent."""
    await kit.images.remove(deployment.id)
    await asyncio.to_thread(shutil.rmtree, kit.release_folder(deployment), ignore_errors=True)
