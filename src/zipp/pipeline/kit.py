"""What every step works with, and the one function that moves a status."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from zipp.domain.deployment import (
    STATUS_DURING,
    Deployment,
    Failure,
    Status,
    Step,
    entered,
    moved,
)
from zipp.domain.errors import ZippError
from zipp.domain.ids import now
from zipp.domain.plan import BuildPlan
from zipp.domain.site import Site
from zipp.images.images import Images
from zipp.pipeline.ports import DeploymentLog
from zipp.proxy.proxy import Proxy
from zipp.records.records import LiveChange, Records
from zipp.runtime.runtime import Runtime
from zipp.settings import Settings
from zipp.storage.storage import Storage
from zipp.storage.vault import Vault

logger = structlog.get_logger()

PLANS_KEPT = 200


class Background:
    """Work that outlives what caused it, such as draining an old version. Given up at the platform's end: the next
    start finishes it (reconcile.py)."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _logged(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except (ZippError, OSError) as error:
            logger.warning("background_work_failed", reason=str(error))


@dataclass(frozen=True)
class Kit:
    settings: Settings
    records: Records
    storage: Storage
    vault: Vault
    images: Images
    runtime: Runtime
    proxy: Proxy
    log: DeploymentLog
    background: Background = field(default_factory=Background)
    starting: set[str] = field(default_factory=set)  # deployments that a rollback is bringing back just now
    _plans: dict[tuple[str, ...], BuildPlan] = field(default_factory=dict)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def site_lock(self, site: str) -> asyncio.Lock:
        """Held by whoever changes what a site's hosts lead to: a deployment's last step, stop, rollback, delete."""
        return self._locks.setdefault(f"site:{site}", asyncio.Lock())

    def container_lock(self, deployment_id: str) -> asyncio.Lock:
        """Held by whoever starts or removes a container, so that a rollback and a retirement don't meet halfway."""
        return self._locks.setdefault(f"container:{deployment_id}", asyncio.Lock())

    def archive_lock(self, sha256: str) -> asyncio.Lock:
        """Held from storing an archive until a record names it, and while one that nobody names is removed."""
        return self._locks.setdefault(f"archive:{sha256}", asyncio.Lock())

    def work_folder(self, deployment_id: str) -> Path:
        """Where a source lies while it is worked on; gone when the deployment is."""
        return self.settings.data_dir / "work" / deployment_id

    def release_folder(self, deployment: Deployment) -> Path:
        return self.settings.data_dir / "sites" / deployment.site / "releases" / deployment.id

    def known_plan(self, files: tuple[str, ...]) -> BuildPlan | None:
        """What was detected in the very same files since the platform started: another version may know better."""
        return self._plans.get(files)

    def remember_plan(self, files: tuple[str, ...], plan: BuildPlan) -> None:
        self._plans.pop(files, None)
        self._plans[files] = plan
        if len(self._plans) > PLANS_KEPT:
            del self._plans[next(iter(self._plans))]

    def hosts(self, site: Site) -> tuple[str, ...]:
        return (self.settings.site_host(site.name), *site.domains)

    def env(self, site: Site) -> dict[str, str]:
        """The site's own environment, opened for the moment that it is needed."""
        return self.vault.unseal(site.env_encrypted) if site.env_encrypted else {}

    async def say(self, deployment: Deployment, text: str) -> None:
        """A line of the platform's own in the deployment's log."""
        await self.log.write(deployment.id, deployment.stage or "queue", text)

    async def enter(self, deployment: Deployment, step: Step) -> Deployment:
        """Record that `step` begins, with the status that it means; a step resumed after a crash changes nothing."""
        at = now()
        if STATUS_DURING[step] is not deployment.status and deployment.status in (Status.PENDING, Status.CLONING):
            deployment = moved(deployment, STATUS_DURING[step], at=at)
        return await self.save(entered(deployment, step, at=at))

    async def save(self, deployment: Deployment) -> Deployment:
        (saved,) = await self.records.save(deployment)
        return saved

    async def move(
        self, deployment: Deployment, to: Status, *, error: Failure | None = None, live: LiveChange | None = None
    ) -> Deployment:
        """Move a deployment to `to`, together with its site's live pointer; whoever was live before is STOPPED.

        The only place where a status ends anything. Raises Conflict when the record has changed meanwhile.
        """
        at = now()
        changed = [moved(deployment, to, at=at, error=error)]
        if live is not None and live.expected is not None and live.expected != deployment.id:
            previous = await self.records.get_deployment(live.expected)
            if previous is not None and previous.status is Status.RUNNING:
                changed.append(moved(previous, Status.STOPPED, at=at))
        return (await self.records.save(*changed, live=live))[0]
