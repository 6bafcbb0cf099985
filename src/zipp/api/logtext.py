"""A deployment's whole log as plain text: what people copy, search and attach to a message."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

from zipp.domain.deployment import Deployment
from zipp.domain.log import LogLine
from zipp.monitoring.logs import LogStore

PAGE_LINES = 1000


def log_text(
    logs: LogStore, deployment: Deployment, *, stage: str | None, after: int, download: bool
) -> StreamingResponse:
    """As a file to keep with `download`. Everything that was there when it was asked for, colours too."""
    # The end of the id: its beginning is a time, and much the same in a site's deployments of one day.
    name = f"{deployment.site}-{deployment.id[-8:]}.log"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if download else {}
    return StreamingResponse(
        _pages(logs, deployment.id, stage=stage, after=after),
        media_type="text/plain",  # Starlette adds the charset
        headers=headers,
    )


async def _pages(logs: LogStore, deployment_id: str, *, stage: str | None, after: int) -> AsyncIterator[str]:
    newest = await logs.tail(deployment_id, limit=1)
    end = newest[-1].seq if newest else 0
    while after < end:
        page = await logs.read(deployment_id, after=after, stage=stage, limit=PAGE_LINES)
        if page.next == after:  # deleted meanwhile
            return
        after = page.next
        yield "".join(_line(line) for line in page.lines if line.seq <= end)


def _line(line: LogLine) -> str:
    return f"{line.time.isoformat(timespec='milliseconds').replace('+00:00', 'Z')} {line.stage:7} {line.text}\n"
