"""Deployments: accepted here, carried out by the pipeline."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from zipp.api import schemas
from zipp.api.deps import PlatformDep
from zipp.api.logtext import log_text
from zipp.api.owned import OwnedDeployment, show_deployment, show_deployments
from zipp.api.problems import Responses, documented
from zipp.api.requests import Env, GitRequest, SiteName
from zipp.api.schemas import LogPage
from zipp.api.security import SIGNED_IN, Caller, Credential
from zipp.api.stream import Follower, LogLines, resumed
from zipp.api.uploads import received
from zipp.domain.deployment import Status, ZipSource
from zipp.domain.errors import Conflict, InvalidInput, NotFound
from zipp.domain.names import check_site_name
from zipp.identity.permissions import scope
from zipp.storage.storage import archive_key

router = APIRouter(prefix="/api/deployments", tags=["deployments"], dependencies=SIGNED_IN)

_ENV: TypeAdapter[dict[str, str]] = TypeAdapter(Env)
_LOCATION = {
    "Location": {"description": "Where the deployment is found.", "schema": {"type": "string"}, "required": True}
}
_ACCEPTED: Responses = {202: {"headers": _LOCATION}}
_TEXT = {"schema": {"type": "string"}}
_LOG_FORMS: Responses = {200: {"content": {"text/event-stream": _TEXT, "text/plain": _TEXT}}}
_ARCHIVE: Responses = {
    200: {
        "description": "The archive.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    },
    307: {
        "description": "Where it can be downloaded for some minutes, without signing in.",
        "headers": {"Location": {"schema": {"type": "string"}, "required": True}},
    },
}
LINK_SECONDS = 300
_ZIP_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "The ZIP."},
                    "site": TypeAdapter(SiteName).json_schema(),
                    "env": {"type": "string", "description": "A JSON object of strings.", "examples": ['{"A": "b"}']},
                },
            }
        },
        "application/zip": {"schema": {"type": "string", "format": "binary"}},
    },
}


@router.post(
    "/zip",
    status_code=202,
    responses=documented(401, 403, 408, 409, 413, 415, 422, 503, also=_ACCEPTED),
    openapi_extra={"requestBody": _ZIP_BODY},
)
async def deploy_zip(
    request: Request,
    response: Response,
    caller: Caller,
    platform: PlatformDep,
    site: Annotated[SiteName | None, Query(description="The raw archive's site; a form has a field for it.")] = None,
    filename: Annotated[str | None, Query(max_length=1000, description="The raw archive's file name.")] = None,
) -> schemas.Deployment:
    """Deploy an archive, sent as it is or in a form. Without `site` the site is named after the file."""
    folder, max_bytes = platform.operations.incoming, platform.settings.upload_max_bytes
    async with received(request, folder=folder, max_bytes=max_bytes, filename=filename) as (upload, form):
        fields = form.fields if form else {}
        named = check_site_name(fields["site"]) if "site" in fields else site
        env = _env(fields["env"]) if "env" in fields else None
        deployment = await platform.operations.deploy_zip(caller.user, upload, site=named, env=env)
    response.headers["Location"] = f"/api/deployments/{deployment.id}"
    return await show_deployment(platform, deployment)


@router.post("/git", status_code=202, responses=documented(400, 401, 403, 409, 413, 422, 503, also=_ACCEPTED))
async def deploy_git(body: GitRequest, response: Response, caller: Caller, platform: PlatformDep) -> schemas.Deployment:
    """Deploy a repository's branch, tag or commit. Without `site` the site is named after the repository."""
    deployment = await platform.operations.deploy_git(
        caller.user,
        url=body.url,
        ref=body.ref,
        subdirectory=body.subdirectory,
        site=body.site,
        env=body.env,
        token=body.token,
    )
    response.headers["Location"] = f"/api/deployments/{deployment.id}"
    return await show_deployment(platform, deployment)


@router.get("", responses=documented(401, 422, 503))
async def list_deployments(
    caller: Caller,
    platform: PlatformDep,
    site: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[list[Status] | None, Query(description="May be repeated.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> schemas.DeploymentList:
    """The caller's deployments, newest first; everybody's for an admin."""
    page = await platform.records.list_deployments(
        owner=scope(caller.user), site=site, statuses=set(status) if status else None, limit=limit, cursor=cursor
    )
    return schemas.DeploymentList(items=await show_deployments(platform, page.items), next_cursor=page.next_cursor)


@router.get("/{deployment_id}", responses=documented(401, 404, 422, 503))
async def get_deployment(deployment: OwnedDeployment, platform: PlatformDep) -> schemas.Deployment:
    return await show_deployment(platform, deployment)


@router.post("/{deployment_id}/stop", responses=documented(401, 403, 404, 409, 422, 503))
async def stop_deployment(
    deployment: OwnedDeployment,
    platform: PlatformDep,
    under_way: Annotated[bool, Query(description="Only cancel: 409 when it is live by now.")] = False,
) -> schemas.Deployment:
    """STOPPED; or cancelled before it ran, which is FAILED with the code `cancelled`. Idempotent."""
    if under_way and deployment.status is Status.RUNNING:
        raise Conflict(
            "It is live by now.", code="not_under_way", hint="Stop it, or roll back to the version from before."
        )
    return await show_deployment(platform, await platform.operations.stop(deployment))


@router.post(
    "/{deployment_id}/redeploy",
    status_code=202,
    responses=documented(401, 403, 404, 409, 422, 503, also=_ACCEPTED),
)
async def redeploy(deployment: OwnedDeployment, response: Response, platform: PlatformDep) -> schemas.Deployment:
    """A new deployment of the same source; of Git, the reference's newest commit."""
    fresh = await platform.operations.redeploy(deployment)
    response.headers["Location"] = f"/api/deployments/{fresh.id}"
    return await show_deployment(platform, fresh)


@router.delete("/{deployment_id}", status_code=204, responses=documented(401, 403, 404, 409, 422, 503))
async def delete_deployment(deployment: OwnedDeployment, platform: PlatformDep) -> None:
    """Container, image, files, logs and route are gone afterwards."""
    await platform.operations.delete(deployment)


@router.head("/{deployment_id}/source", include_in_schema=False)
@router.get(
    "/{deployment_id}/source",
    response_class=Response,
    responses=documented(401, 404, 422, 503, also=_ARCHIVE),
)
async def download_source(deployment: OwnedDeployment, platform: PlatformDep) -> Response:
    """The archive that was uploaded: sent from here, or 307 to where it is."""
    source = deployment.source
    if not isinstance(source, ZipSource):
        raise NotFound(
            "This deployment comes from Git: no archive was uploaded.",
            code="no_archive",
            hint="Clone the repository at the commit that the deployment names.",
        )
    # The end of the id: its beginning is a time, and much the same in a site's deployments of one day.
    key, name = archive_key(source.sha256), f"{deployment.site}-{deployment.id[-8:]}.zip"
    link = await platform.storage.link(key, filename=name, seconds=LINK_SECONDS)
    if link is not None:
        return RedirectResponse(link, status_code=307, headers={"Cache-Control": "no-store"})
    return FileResponse(await platform.storage.fetch(key), media_type="application/zip", filename=name)


@router.get(
    "/{deployment_id}/logs",
    response_model=LogPage,
    responses=documented(401, 404, 422, 503, also=_LOG_FORMS),
)
async def read_logs(
    deployment: OwnedDeployment,
    platform: PlatformDep,
    secret: Credential,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[str, Header(include_in_schema=False)] = "",
    stage: Annotated[str | None, Query(max_length=50, description="Only this stage's lines.")] = None,
    after: Annotated[int, Query(ge=0, le=2**53, description="Only lines with a higher number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000, description="Lines a page (JSON).")] = 1000,
    form: Annotated[
        Literal["json", "text"], Query(alias="format", description="`text`: the whole log, not a page of it.")
    ] = "json",
    download: Annotated[bool, Query(description="The text as a file to keep.")] = False,
) -> Any:
    """The log, page by page; with `Accept: text/event-stream` it is followed: events `log` (its id is the line's
    number), `status` (the deployment, at first and whenever it changes) and `end`. `Last-Event-ID` resumes."""
    if form == "text":
        await platform.logs.bring_back(deployment.id)  # while there can still be another answer
        return log_text(platform.logs, deployment, stage=stage, after=after, download=download)
    if "text/event-stream" in accept:

        async def recheck() -> object:
            return await platform.identity.authenticate(secret)

        lines = LogLines(platform, deployment.id, stage=stage, after=resumed(after, last_event_id))
        return Follower(platform, lines, recheck).response()
    page = await platform.logs.read(deployment.id, after=after, stage=stage, limit=limit)
    return LogPage(lines=list(page.lines), next=page.next)


def _env(text: str) -> dict[str, str]:
    """The form's `env` field, held to the same rules as in JSON bodies."""
    try:
        return _ENV.validate_python(from_json(text), strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        hint = first.get("ctx", {}).get("hint", "Send a JSON object whose values are strings.")
        raise InvalidInput(f"`env`: {first['msg']}.", code=first["type"], hint=hint, pointer="/env") from None
    except ValueError:
        raise InvalidInput(
            "`env` is not JSON.", code="env_invalid", hint="Send a JSON object of strings.", pointer="/env"
        ) from None
