"""What happened: who changed what, and how a deployment came to where it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from zipp.api.deps import PlatformDep
from zipp.api.owned import OwnedDeployment
from zipp.api.problems import documented
from zipp.api.schemas import Page
from zipp.api.security import SIGNED_IN, Caller
from zipp.domain.activity import AuditEntry, Event
from zipp.identity.permissions import scope

router = APIRouter(prefix="/api", tags=["activity"], dependencies=SIGNED_IN)

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


class AuditList(Page[AuditEntry]):
    pass


class EventList(Page[Event]):
    pass


@router.get("/audit", responses=documented(401, 422, 503))
async def list_audit(
    caller: Caller,
    platform: PlatformDep,
    actor: Annotated[str | None, Query(max_length=128)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditList:
    """Who changed what, or tried to, newest first: of everybody for admins, for others what they did themselves."""
    page = await platform.records.list_audit(actor=scope(caller.user) or actor, limit=limit, cursor=cursor)
    return AuditList(items=list(page.items), next_cursor=page.next_cursor)


@router.get("/deployments/{deployment_id}/history", responses=documented(401, 404, 422, 503))
async def list_history(
    deployment: OwnedDeployment, platform: PlatformDep, limit: Limit = 50, cursor: Cursor = None
) -> EventList:
    """The states that it came to, newest first; a rollback brings it back to RUNNING."""
    page = await platform.records.list_events(deployment=deployment.id, limit=limit, cursor=cursor)
    return EventList(items=list(page.items), next_cursor=page.next_cursor)
