"""What a container prints, brought into its deployment's log for as long as the container is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from zipp.domain.errors import ZippError
from zipp.monitoring.segments import last_output
from zipp.runtime.runtime import Container, OutputLine

logger = structlog.get_logger()

FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 15.0
SETTLE_SECONDS = 5.0
LINES_PER_TURN = 200  # then the event loop's other work gets its turn


class Containers(Protocol):
    """The part of the runtime that is needed here."""

    async def get(self, deployment_id: str) -> Container | None: ...

    def output(
        self, deployment_id: str, *, since: datetime | None = None, tail: int | None = None, follow: bool = False
    ) -> AsyncIterator[OutputLine]: ...


class Collector:
    """Follows containers, each in a task of its own.

    `store` takes a line, `flush` writes what it took, `folder` names a deployment's log on disk. Where it was left off
    is read from the stored lines themselves: after a crash nothing is stored twice and nothing is skipped.
    """

    def __init__(
        self,
        containers: Containers,
        *,
        store: Callable[[str, OutputLine], None],
        flush: Callable[[str], None],
        folder: Callable[[str], Path],
    ) -> None:
        self._containers = containers
        self._store = store
        self._flush = flush
        self._folder = folder
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reading: set[str] = set()

    def collect(self, deployment_id: str) -> None:
        if deployment_id in self._tasks:
            return
        task = asyncio.create_task(self._follow(deployment_id), name=f"output of {deployment_id}")
        self._tasks[deployment_id] = task
        task.add_done_callback(lambda done: self._forget(deployment_id, done))

    async def settle(self, deployment_id: str) -> None:
        """Store the rest of what was printed. A container that is gone already has ended its output, which the task
        may still be reading; of one that is there the rest is read from the engine."""
        try:
            there = await self._containers.get(deployment_id) is not None
            if not there and deployment_id in self._reading:
                await asyncio.wait([self._tasks[deployment_id]], timeout=SETTLE_SECONDS)
            await self.abandon(deployment_id)
            if there:
                async with asyncio.timeout(SETTLE_SECONDS):
                    await self._read(deployment_id, follow=False)
        except (ZippError, OSError) as error:  # TimeoutError is an OSError
            logger.warning("output_not_settled", deployment_id=deployment_id, reason=str(error))
            await self.abandon(deployment_id)

    async def abandon(self, deployment_id: str) -> None:
        """Stop following."""
        task = self._tasks.pop(deployment_id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        await asyncio.gather(*(self.abandon(deployment_id) for deployment_id in list(self._tasks)))

    async def _follow(self, deployment_id: str) -> None:
        """Until the container is gone. An output that ends before that means that the engine or the container went
        down: look again, less and less often."""
        delay = FIRST_DELAY_SECONDS
        while True:
            try:
                self._reading.add(deployment_id)
                if await self._read(deployment_id, follow=True):
                    delay = FIRST_DELAY_SECONDS
                if await self._containers.get(deployment_id) is None:
                    return
            except (ZippError, OSError) as error:
                logger.debug("output_interrupted", deployment_id=deployment_id, reason=str(error))
            finally:
                self._reading.discard(deployment_id)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    async def _read(self, deployment_id: str, *, follow: bool) -> int:
        """Store what comes after the last stored line; how many lines that was.

        The engine gives the lines at and after a time: of those at the very time of the last stored line, as many are
        passed over as are stored already.
        """
        self._flush(deployment_id)
        since, stored = await asyncio.to_thread(last_output, self._folder(deployment_id))
        count = 0
        output = self._containers.output(deployment_id, since=since, follow=follow)
        async for line in output:
            if since is not None and (line.time < since or (line.time == since and stored > 0)):
                stored -= line.time == since
                continue
            self._store(deployment_id, line)
            count += 1
            if count % LINES_PER_TURN == 0:
                await asyncio.sleep(0)
        return count

    def _forget(self, deployment_id: str, done: asyncio.Task[None]) -> None:
        if self._tasks.get(deployment_id) is done:
            del self._tasks[deployment_id]
        if not done.cancelled() and (error := done.exception()):
            logger.error("output_lost", deployment_id=deployment_id, exc_info=error)
