"""The deployment or site that a path names, if it is the caller's to see: everything else is not found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Path

from zipp.api import schemas
from zipp.api.deps import PlatformDep
from zipp.api.security import Caller
from zipp.domain.deployment import Deployment
from zipp.domain.site import Site
from zipp.identity.permissions import require_owned
from zipp.wiring import Platform


async def _deployment(
    deployment_id: Annotated[str, Path(max_length=100)], caller: Caller, platform: PlatformDep
) -> Deployment:
    return require_owned(caller.user, await platform.records.get_deployment(deployment_id), "deployment")


async def _site(name: Annotated[str, Path(max_length=100)], caller: Caller, platform: PlatformDep) -> Site:
    return require_owned(caller.user, await platform.records.get_site(name), "site")


OwnedDeployment = Annotated[Deployment, Depends(_deployment)]
OwnedSite = Annotated[Site, Depends(_site)]


async def show_deployments(platform: Platform, deployments: Iterable[Deployment]) -> list[schemas.Deployment]:
    """As the API shows them; each site is read once."""
    found = list(deployments)
    sites = {name: await platform.records.get_site(name) for name in {each.site for each in found}}
    url = platform.settings.site_url
    return [schemas.Deployment.of(each, sites[each.site], url=url(each.site)) for each in found]


async def show_deployment(platform: Platform, deployment: Deployment) -> schemas.Deployment:
    return (await show_deployments(platform, [deployment]))[0]


async def show_site(platform: Platform, site: Site) -> schemas.Site:
    return schemas.Site(
        **site.model_dump(exclude={"env_encrypted"}),
        url=platform.settings.site_url(site.name),
        env_keys=list(await platform.operations.env_keys(site)),
    )
