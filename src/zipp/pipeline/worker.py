"""Claims deployments and runs each to its end: the deployment row is the queue."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from zipp.domain.deployment import UNDER_WAY, Deployment
from zipp.domain.errors import Conflict, Unreachable, ZippError
from zipp.pipeline.deploy import Deployer
from zipp.pipeline.kit import Kit

logger = structlog.get_logger()

LEASE_SECONDS = 60.0
POSTPONED_SECONDS = 5.0
IDLE_SECONDS = 5.0  # a safety net: whoever creates a deployment wakes the worker
IDLE_SECONDS_ELSEWHERE = 60.0  # where each look is paid for
AT_ONCE = 16  # deployments in any step; builds have their own, smaller limit


class Worker:
    """One per platform process. `name` must outlive a restart, so that what the last life held is taken up again."""

    def __init__(self, kit: Kit, deployer: Deployer, *, name: str) -> None:
        self._kit = kit
        self._deployer = deployer
        self._name = name
        self._wake = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._postponed: set[str] = set()
        self._let_go: set[str] = set()  # no longer worked on here, but still leased
        self._loop: asyncio.Task[None] | None = None
        self._idle_seconds = IDLE_SECONDS_ELSEWHERE if kit.records.is_remote else IDLE_SECONDS

    async def start(self) -> None:
        await self._kit.records.drop_leases(self._name)
        self._loop = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let go of what is under way without an end to it: the next start takes it up again."""
        tasks = [task for task in (self._loop, *self._tasks.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._kit.background.close()

    def wake(self) -> None:
        self._wake.set()

    async def cancel(self, deployment_id: str) -> None:
        """End a deployment that is under way as FAILED `cancelled`, and wait for that. Idempotent."""
        await self._kit.records.request_cancel(deployment_id)
        task = self._tasks.get(deployment_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        # Not claimed yet, or its task was just ending: nobody else will record it now.
        with contextlib.suppress(Conflict):
            await self._deployer.fail(deployment_id, asyncio.CancelledError())

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._claim_all()
                pause = self._idle_seconds
            except ZippError as error:
                logger.warning("queue_unreadable", code=error.code)
                pause = IDLE_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def _claim_all(self) -> None:
        for deployment_id in list(self._let_go):
            await self._kit.records.release_lease(deployment_id, self._name)
            self._let_go.discard(deployment_id)
        while len(self._tasks) < AT_ONCE:
            deployment = await self._kit.records.claim_next(self._name, lease_seconds=LEASE_SECONDS)
            if deployment is None:
                return
            if deployment.id in self._tasks:  # its lease had run out while the records were out of reach
                continue
            task = asyncio.create_task(self._work(deployment))
            self._tasks[deployment.id] = task

    async def _work(self, deployment: Deployment) -> None:
        heart = asyncio.create_task(self._renew(deployment.id))
        ended = False
        try:
            ended = await self._to_its_end(deployment)
            self._postponed.discard(deployment.id)
        except Unreachable as error:
            ended = True
            await self._postpone(deployment, error)
        finally:
            heart.cancel()
            del self._tasks[deployment.id]
            if ended:
                self._let_go.add(deployment.id)
                self.wake()

    async def _postpone(self, deployment: Deployment, error: Unreachable) -> None:
        """Nobody's failure: it is claimed again after a while, as every step may be run twice."""
        logger.warning("deployment_postponed", deployment_id=deployment.id, code=error.code)
        if deployment.id not in self._postponed:
            self._postponed.add(deployment.id)
            await self._kit.say(deployment, f"{error.message} This goes on as soon as it does.")
        await asyncio.sleep(POSTPONED_SECONDS)

    async def _to_its_end(self, deployment: Deployment) -> bool:
        """True once the record has an end; False when the platform stops and the work waits for the next start.

        Raises Unreachable when something elsewhere does not answer, which is nobody's failure.
        """
        try:
            if deployment.cancel_requested:
                raise asyncio.CancelledError
            await self._deployer.deploy(deployment)
        except asyncio.CancelledError as error:
            current = await self._kit.records.get_deployment(deployment.id)
            if current is not None and current.status in UNDER_WAY and not current.cancel_requested:
                return False
            await self._record_failure(deployment.id, error)
        except Unreachable:
            raise
        except Exception as error:  # whatever went wrong in a step is that deployment's end, never the worker's
            await self._record_failure(deployment.id, error)
        return True

    async def _record_failure(self, deployment_id: str, error: BaseException) -> None:
        try:
            await self._deployer.fail(deployment_id, error)
        except Unreachable:
            raise
        except ZippError as unrecorded:
            logger.error("failure_unrecorded", deployment_id=deployment_id, code=unrecorded.code)

    async def _renew(self, deployment_id: str) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with contextlib.suppress(ZippError):
                await self._kit.records.renew_lease(deployment_id, self._name, lease_seconds=LEASE_SECONDS)
