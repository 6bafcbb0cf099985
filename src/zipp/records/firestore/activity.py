"""What happened: events, written with what they tell of, and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from zipp.domain.activity import AuditEntry, Event
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.firestore import paths, queries
from zipp.records.firestore.documents import audit_fields, audit_from, event_fields, event_from
from zipp.records.firestore.store import Part
from zipp.records.firestore.writes import MOST, Writes
from zipp.records.records import Page


class Activity(Part):
    async def list_events(
        self, *, owner: str | None = None, deployment: str | None = None, limit: int, cursor: str | None = None
    ) -> Page[Event]:
        after = None if cursor is None else decode_cursor("events", cursor)
        query = queries.events(owner=owner, deployment=deployment, after=after, limit=limit + 1)
        found = [*map(event_from, await self._store.find(query, recall=True))]
        return page_of(found, limit=limit, listing="events", key=lambda event: event.id)

    async def add_audit(self, entry: AuditEntry) -> None:
        async def work(writes: Writes) -> None:
            writes.put(paths.audit(entry.id), audit_fields(entry))

        await self._store.change(work)

    async def list_audit(self, *, actor: str | None = None, limit: int, cursor: str | None = None) -> Page[AuditEntry]:
        after = None if cursor is None else decode_cursor("audit", cursor)
        found = await self._store.find(queries.audit(actor=actor, after=after, limit=limit + 1))
        return page_of([*map(audit_from, found)], limit=limit, listing="audit", key=lambda entry: entry.id)

    async def delete_audit(self, *, before: datetime) -> int:
        async def work(writes: Writes) -> int:
            last = before - timedelta(microseconds=1)
            found = await self._store.find(queries.audit_until(last, limit=MOST))
            for document in found:
                writes.remove(document.path)
            return len(found)

        return await self._store.change(work, queue="audit")


def add_events(writes: Writes, events: Sequence[Event]) -> None:
    for event in events:
        writes.create(paths.event(event.id), event_fields(event))
