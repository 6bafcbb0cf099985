"""What is, brought to what the records say: at the start, after a crash, and from time to time."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import structlog

from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import Unavailable, ZippError
from zipp.domain.plan import Serve
from zipp.domain.route import Page, Target
from zipp.domain.site import Site
from zipp.pipeline.kit import Kit
from zipp.pipeline.rollback import can_return
from zipp.pipeline.route import lead_to_live, remove_container, retire, site_of
from zipp.pipeline.start import collect, start, target_of

logger = structlog.get_logger()

HEAL_SECONDS = 30.0
HEAL_SECONDS_ELSEWHERE = 300.0  # where reading every site is paid for
RETRY_SECONDS = 3.0


class Reconciler:
    """Routes first (static sites need nothing else), then containers, then what nobody needs any more."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._loop: asyncio.Task[None] | None = None
        self._has_looked_for_builds = False

    async def start(self) -> None:
        """Bring the routes into force before anything else is accepted; the rest follows in the background."""
        await self._routes()
        await asyncio.to_thread(self._clean_incoming)
        await self._prune_images()
        self._loop = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def _run(self) -> None:
        """Also the way back after an outage: when the engine answers again, its containers are brought back."""
        while True:
            pause = HEAL_SECONDS_ELSEWHERE if self._kit.records.is_remote else HEAL_SECONDS
            try:
                await self.heal()
                await self._look_for_builds()
            except ZippError as error:
                logger.warning("heal_postponed", code=error.code, reason=error.message)
                pause = RETRY_SECONDS
            except OSError as error:
                logger.warning("heal_postponed", reason=str(error))
            await asyncio.sleep(pause)

    async def heal(self) -> None:
        """Idempotent. Raises Unavailable when a part that it needs does not answer."""
        await self._kit.runtime.start()
        await self._kit.proxy.start()
        for site in await self._sites():
            if site.live_deployment is not None:
                await self._revive(site)
        await self._remove_strays()

    async def _routes(self) -> None:
        routes: dict[str, Target] = {}
        for site in await self._sites():
            target = await self._target(site)
            routes.update(dict.fromkeys(self._kit.hosts(site), target))
        await self._kit.proxy.sync(routes)

    async def _target(self, site: Site) -> Target:
        if site.live_deployment is not None:
            in_force = (await self._kit.proxy.routes()).get(self._kit.settings.site_host(site.name))
            return await self._live_target(site.live_deployment) or in_force or Page.FAILED
        page = await self._kit.records.list_deployments(site=site.name, limit=1)
        newest = page.items[0].status if page.items else Status.STOPPED
        if newest in UNDER_WAY:
            return Page.STARTING
        return Page.FAILED if newest is Status.FAILED else Page.STOPPED

    async def _live_target(self, deployment_id: str) -> Target | None:
        """None while that can't be told: the route in force is as good as any, addresses don't move."""
        deployment = await self._kit.records.get_deployment(deployment_id)
        try:
            return await target_of(self._kit, deployment) if deployment else None
        except Unavailable:
            return None

    async def _revive(self, site: Site) -> None:
        """A live site whose container is gone or stopped gets it back, and its route with it."""
        async with self._kit.site_lock(site.name):
            site = await site_of(self._kit, site.name)
            deployment = await self._kit.records.get_deployment(site.live_deployment or "")
            if deployment is None or deployment.plan is None:
                return
            if deployment.plan.serve is Serve.CONTAINER:
                await self._run_container(deployment, site)
            await lead_to_live(self._kit, site)

    async def _run_container(self, deployment: Deployment, site: Site) -> None:
        container = await self._kit.runtime.get(deployment.id)
        if container is not None and container.state in ("running", "restarting"):
            await collect(self._kit, deployment, site)
            if container.settles_to is not None:  # the platform ended before it did that
                await self._kit.runtime.settle(deployment.id)
            return
        logger.info("container_revived", deployment_id=deployment.id, site=site.name)
        try:
            await start(self._kit, deployment, site)
        except Unavailable:
            raise
        except ZippError as error:
            logger.error("container_not_revived", deployment_id=deployment.id, site=site.name, code=error.code)

    async def _remove_strays(self) -> None:
        """Containers, ports and folders that no live or under-way deployment needs.

        Always looked for first and asked about afterwards: a record is there before anything that belongs to it.
        """
        holders = {container.deployment_id for container in await self._kit.runtime.list()}
        for deployment_id in holders - await self._needed():
            await retire(self._kit, deployment_id)
        holders = set((await self._kit.records.ports_in_use()).values())
        for deployment_id in holders - await self._needed():
            await remove_container(self._kit, deployment_id)
        await self._remove_folders()

    async def _prune_images(self) -> None:
        """Images of deployments that are gone. Only now, while nothing is being built that could look like one."""
        kept = UNDER_WAY | {Status.RUNNING, Status.STOPPED}
        page = await self._kit.records.list_deployments(statuses=kept, limit=10_000)
        if page.next_cursor is None:
            with contextlib.suppress(Unavailable):  # without an engine there is nothing to prune
                kept_ids = {deployment.id for deployment in page.items if not deployment.forgotten}
                await self._kit.images.prune(kept_ids)

    async def _look_for_builds(self) -> None:
        """Once: record which deployments can't be rolled back to any more, as somebody may have cleaned up."""
        if self._has_looked_for_builds:
            return
        cursor: str | None = None
        while True:
            page = await self._kit.records.list_deployments(statuses={Status.STOPPED}, limit=500, cursor=cursor)
            for deployment in page.items:
                await can_return(self._kit, deployment)
            cursor = page.next_cursor
            if cursor is None:
                break
        self._has_looked_for_builds = True

    async def _needed(self) -> set[str]:
        # In the order in which a deployment passes through them, so that none slips through between two looks.
        page = await self._kit.records.list_deployments(statuses=UNDER_WAY, limit=10_000)
        needed = {deployment.id for deployment in page.items} | self._kit.starting
        return needed | {site.live_deployment for site in await self._sites() if site.live_deployment}

    async def _remove_folders(self) -> None:
        folders = _entries(self._kit.settings.data_dir / "work")
        needed = await self._needed()
        for folder in folders:
            if folder.name not in needed:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        for release in (self._kit.settings.data_dir / "sites").glob("*/releases/*"):
            deployment = await self._kit.records.get_deployment(release.name)
            if deployment is None or deployment.status is Status.FAILED or deployment.forgotten:
                await asyncio.to_thread(shutil.rmtree, release, ignore_errors=True)

    def _clean_incoming(self) -> None:
        """Uploads that a crash cut off: nobody can send the rest."""
        for file in _entries(self._kit.settings.data_dir / "incoming"):
            file.unlink(missing_ok=True)

    async def _sites(self) -> list[Site]:
        sites: list[Site] = []
        cursor: str | None = None
        while True:
            page = await self._kit.records.list_sites(owner=None, limit=500, cursor=cursor)
            sites.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return sites


def _entries(folder: Path) -> Iterable[Path]:
    return list(folder.iterdir()) if folder.is_dir() else ()
