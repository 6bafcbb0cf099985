from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zipp.monitoring.logs import LogStore
from zipp.runtime.runtime import Container, OutputLine

START = datetime(2030, 1, 1, tzinfo=UTC)


class PrintingContainers:
    """Containers whose output a test writes itself; the real ones are in the integration tests."""

    def __init__(self) -> None:
        self.lines: list[OutputLine] = []
        self.there = True
        self.fail_with: Exception | None = None
        self.changed = asyncio.Condition()
        self.opened = 0

    async def print(self, text: str, *, at: int) -> None:
        """`at` in microseconds since START."""
        line = OutputLine(time=START + timedelta(microseconds=at), stream="stdout", text=text)
        async with self.changed:
            self.lines.append(line)
            self.changed.notify_all()

    async def end(self, *, removed: bool) -> None:
        async with self.changed:
            self.there = not removed
            self.opened += 1  # every open stream ends
            self.changed.notify_all()

    async def get(self, deployment_id: str) -> Container | None:
        if not self.there:
            return None
        return Container(
            id="c", deployment_id=deployment_id, site="s", state="running", address="", listen_port=1, host_port=1,
            exit_code=None, oom_killed=False, restarts=0, image="i",
        )  # fmt: skip

    async def output(
        self, deployment_id: str, *, since: datetime | None = None, tail: int | None = None, follow: bool = False
    ) -> AsyncIterator[OutputLine]:
        if self.fail_with is not None:
            raise self.fail_with
        opened, sent = self.opened, 0
        while True:
            for line in self.lines[sent:]:
                sent += 1
                if since is None or line.time >= since:
                    yield line
            if not follow or not self.there:
                return
            async with self.changed:
                while len(self.lines) == sent and self.opened == opened:
                    await self.changed.wait()
            if self.opened != opened:
                return


@pytest.fixture
def containers() -> PrintingContainers:
    return PrintingContainers()


@pytest.fixture
async def logs(tmp_path: Path, containers: PrintingContainers) -> AsyncIterator[LogStore]:
    store = LogStore(tmp_path, containers)
    yield store
    await store.close()
