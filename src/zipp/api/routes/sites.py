"""Sites: what deployments go live under."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from zipp.api import schemas
from zipp.api.availability import Availability, availability
from zipp.api.deps import PlatformDep
from zipp.api.owned import OwnedSite, show_site, show_sites
from zipp.api.problems import documented
from zipp.api.requests import Env, EnvChanges, LimitsRequest, RollbackRequest, SiteRequest
from zipp.api.security import SIGNED_IN, Caller
from zipp.domain.errors import InvalidInput
from zipp.domain.plan import Limits
from zipp.domain.site import Site
from zipp.domain.user import User
from zipp.identity.permissions import scope

router = APIRouter(prefix="/api/sites", tags=["sites"], dependencies=SIGNED_IN)

_CHANGE = documented(400, 401, 403, 404, 409, 413, 422, 503)


@router.get("", responses=documented(401, 422, 503))
async def list_sites(
    caller: Caller,
    platform: PlatformDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> schemas.SiteList:
    """The caller's sites by name; everybody's for an admin."""
    page = await platform.records.list_sites(owner=scope(caller.user), limit=limit, cursor=cursor)
    return schemas.SiteList(items=await show_sites(platform, page.items), next_cursor=page.next_cursor)


@router.get("/{name}", responses=documented(401, 404, 422, 503))
async def get_site(site: OwnedSite, platform: PlatformDep) -> schemas.Site:
    return await show_site(platform, site)


@router.get("/{name}/availability", responses=documented(401, 422, 503))
async def check_name(name: Annotated[str, Path(max_length=100)], caller: Caller, platform: PlatformDep) -> Availability:
    """Whether a deployment may be made under this name. Whose another's site is, is not told."""
    return await availability(platform.records, caller.user, name)


@router.patch("/{name}", responses=_CHANGE)
async def update_site(site: OwnedSite, body: SiteRequest, caller: Caller, platform: PlatformDep) -> schemas.Site:
    """Change domains (at once) or limits (from the next deployment on); what is left out stays."""
    limits = None if body.limits is None else _merged(caller.user, site, body.limits, platform.settings.limits)
    return await show_site(platform, await platform.operations.update_site(site, domains=body.domains, limits=limits))


@router.delete("/{name}", status_code=204, responses=documented(401, 403, 404, 409, 422, 503))
async def delete_site(site: OwnedSite, platform: PlatformDep) -> None:
    """The site and all of its deployments are gone afterwards."""
    await platform.operations.delete_site(site)


@router.put("/{name}/env", responses=_CHANGE)
async def set_env(site: OwnedSite, body: Env, platform: PlatformDep) -> schemas.Site:
    """Replace the site's environment, from the next deployment on. Values are encrypted at rest, never sent back."""
    return await show_site(platform, await platform.operations.set_env(site, body))


@router.patch("/{name}/env", responses=_CHANGE)
async def change_env(site: OwnedSite, body: EnvChanges, platform: PlatformDep) -> schemas.Site:
    """Set the named variables, remove those that are null, leave the others; from the next deployment on."""
    return await show_site(platform, await platform.operations.change_env(site, body))


@router.post("/{name}/rollback", responses=_CHANGE)
async def rollback(site: OwnedSite, platform: PlatformDep, body: RollbackRequest | None = None) -> schemas.Site:
    """Make an earlier deployment live again, from its kept image or release."""
    wanted = body.deployment_id if body else None
    return await show_site(platform, await platform.operations.rollback(site, wanted))


def _merged(user: User, site: Site, wanted: LimitsRequest, most: Limits) -> Limits:
    """The site's limits with the wanted ones. Only an admin may go above what the platform gives to everybody."""
    changes = wanted.model_dump(exclude_none=True)
    if scope(user) is not None:
        for name, value in changes.items():
            if value > max(getattr(most, name), getattr(site.limits, name)):
                raise InvalidInput(
                    f"`{name}` may be at most {getattr(most, name)}.",
                    code="limit_too_high",
                    hint="Ask an admin of this platform: they may set more.",
                    pointer=f"/limits/{name}",
                )
    return site.limits.model_copy(update=changes)
