"""What happened: the states that deployments came to, and what people did."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from zipp.domain.deployment import Deployment, Status
from zipp.domain.ids import new_id, now


class Event(BaseModel):
    """A deployment came to `status`; `code` is the failure's, where it failed."""

    model_config = ConfigDict(frozen=True)

    id: str
    at: datetime
    deployment: str
    site: str
    owner: str
    status: Status
    code: str | None = None


class AuditEntry(BaseModel):
    """A call that changed something, or tried to. `actor` is a uid, None where nobody was recognised.

    `action` is the API operation's name, `target` what it was about (a site's name, an id), `status` HTTP's answer,
    `address` the client's.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    at: datetime
    actor: str | None
    via: Literal["session", "api"] | None
    action: str
    target: str
    status: int
    address: str


def came_to(deployment: Deployment) -> Event:
    """The event that it is in its status now."""
    return Event(
        id=new_id(),
        at=now(),
        deployment=deployment.id,
        site=deployment.site,
        owner=deployment.owner,
        status=deployment.status,
        code=deployment.error.code if deployment.error else None,
    )
