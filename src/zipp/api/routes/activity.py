"""What happened: who changed what, and how a deployment came to where it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from zipp.api.deps import PlatformDep
from zipp.api.owned import OwnedDeployment
from zipp.api.problems import documented
from zipp.api.schemas import Page
from zipp.api.security import SIGNED_IN, Caller
from zipp.domain.deployment import Status
from zipp.identity.permissions import scope

router = APIRouter(prefix="/api", tags=["activity"], dependencies=SIGNED_IN)

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


class AuditEntry(BaseModel):
    """`action` is the API operation's name, `target` what it was about, `status` HTTP's answer. `actor` is null where
    nobody was recognised, as when a password was wrong."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    at: datetime
    actor: str | None
    via: Literal["session", "api"] | None
    action: str
    target: str
    status: int
    address: str


class AuditList(Page[AuditEntry]):
    pass


class Event(BaseModel):
    """The deployment came to `status`; `code` is the failure's, where it failed."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    at: datetime
    deployment: str
    site: str
    status: Status
    code: str | None


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
    return AuditList(items=[AuditEntry.model_validate(entry) for entry in page.items], next_cursor=page.next_cursor)


@router.get("/deployments/{deployment_id}/history", responses=documented(401, 404, 422, 503))
async def list_history(
    deployment: OwnedDeployment, platform: PlatformDep, limit: Limit = 50, cursor: Cursor = None
) -> EventList:
    """The states that it came to, newest first; a rollback brings it back to RUNNING."""
    page = await platform.records.list_events(deployment=deployment.id, limit=limit, cursor=cursor)
    return EventList(items=[Event.model_validate(event) for event in page.items], next_cursor=page.next_cursor)
