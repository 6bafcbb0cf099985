"""Who did what: kept with the records, for as long as the settings say."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from zipp.domain.activity import AuditEntry
from zipp.domain.errors import ZippError
from zipp.domain.ids import now
from zipp.records.records import Records

CLEAN_SECONDS = 6 * 3600.0
WRITE_SECONDS = 5.0

logger = structlog.get_logger()


class Audit:
    def __init__(self, records: Records, *, keep_days: int) -> None:
        self._records = records
        self._keep = timedelta(days=keep_days)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._clean(), name="audit")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def write(self, entry: AuditEntry) -> None:
        """An entry that can't be kept goes to the operator's log: what has been done can't be taken back for it."""
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._records.add_audit(entry)
        except (ZippError, TimeoutError) as error:
            logger.warning("audit_not_stored", reason=str(error), **entry.model_dump(mode="json"))

    async def _clean(self) -> None:
        while True:
            try:
                while await self._records.delete_audit(before=now() - self._keep):
                    pass
            except ZippError as error:
                logger.warning("audit_not_cleaned", reason=error.message)
            await asyncio.sleep(CLEAN_SECONDS)
