"""What happened: events, written with what they tell of, and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from zipp.domain.activity import AuditEntry, Event
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.records import Page
from zipp.records.sql.database import Part
from zipp.records.sql.schema import audit, events

_DELETED_AT_ONCE = 1000


class Activity(Part):
    async def list_events(
        self, *, owner: str | None = None, deployment: str | None = None, limit: int, cursor: str | None = None
    ) -> Page[Event]:
        query = select(events).order_by(events.c.id.desc()).limit(limit + 1)
        if owner is not None:
            query = query.where(events.c.owner == owner)
        if deployment is not None:
            query = query.where(events.c.deployment == deployment)
        if cursor is not None:
            query = query.where(events.c.id < decode_cursor("events", cursor))
        found = await self._database.read(
            lambda connection: [Event.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        )
        return page_of(found, limit=limit, listing="events", key=lambda event: event.id)

    async def add_audit(self, entry: AuditEntry) -> None:
        statement = insert(audit).values(**entry.model_dump())
        await self._database.write(lambda connection: connection.execute(statement))

    async def list_audit(self, *, actor: str | None = None, limit: int, cursor: str | None = None) -> Page[AuditEntry]:
        query = select(audit).order_by(audit.c.id.desc()).limit(limit + 1)
        if actor is not None:
            query = query.where(audit.c.actor == actor)
        if cursor is not None:
            query = query.where(audit.c.id < decode_cursor("audit", cursor))
        found = await self._database.read(
            lambda connection: [AuditEntry.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        )
        return page_of(found, limit=limit, listing="audit", key=lambda entry: entry.id)

    async def delete_audit(self, *, before: datetime) -> int:
        old = select(audit.c.id).where(audit.c.at < before).order_by(audit.c.at).limit(_DELETED_AT_ONCE)
        statement = delete(audit).where(audit.c.id.in_(old.scalar_subquery()))
        return await self._database.write_progress(lambda connection: connection.execute(statement).rowcount)


def add_events(connection: Connection, made: Sequence[Event]) -> None:
    if made:
        connection.execute(insert(events), [event.model_dump() for event in made])
