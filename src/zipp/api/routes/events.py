"""The one stream of a page: what happens to the caller's sites and deployments, as it happens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from zipp.api.deps import PlatformDep
from zipp.api.live import Live, LiveStream
from zipp.api.problems import Responses, documented
from zipp.api.security import SIGNED_IN, Caller, Credential
from zipp.api.stream import LogLines, resumed
from zipp.identity.identity import Principal
from zipp.identity.permissions import require_owned

router = APIRouter(prefix="/api/events", tags=["events"], dependencies=SIGNED_IN)

_STREAM: Responses = {
    200: {
        "description": "Server-sent events, until the session ends.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", response_class=Response, responses=documented(401, 404, 422, 503, also=_STREAM))
async def follow_events(
    caller: Caller,
    secret: Credential,
    request: Request,
    platform: PlatformDep,
    last_event_id: Annotated[str, Header(include_in_schema=False)] = "",
    logs: Annotated[str | None, Query(max_length=100, description="A deployment whose log comes too.")] = None,
    stage: Annotated[str | None, Query(max_length=50, description="Only this stage's lines.")] = None,
    after: Annotated[int, Query(ge=0, le=2**53, description="Only lines with a higher number.")] = 0,
) -> Response:
    """Events: `ready` (at first, and whenever the client must ask for everything anew), `deployment` (a Deployment),
    `deployment_deleted` (`{id, site}`), `site` (a Site), `site_deleted` (`{name}`); with `logs` also `log` (a line; its
    id is the line's number, `Last-Event-ID` resumes) and `log_end`. Only what the caller may see."""
    lines = None
    if logs is not None:
        deployment = require_owned(caller.user, await platform.records.get_deployment(logs), "deployment")
        lines = LogLines(platform, deployment.id, stage=stage, after=resumed(after, last_event_id))

    async def recheck() -> Principal:
        return await platform.identity.authenticate(secret)

    live: Live = request.app.state.live
    return LiveStream(live, caller.user, lines, recheck).response()
