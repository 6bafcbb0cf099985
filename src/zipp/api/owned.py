"""The deployment or site that a path names, if it is the caller's to see: everything else is not found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import Depends, Path

from zipp.api import schemas
from zipp.api.deps import PlatformDep
from zipp.api.security import Caller
from zipp.domain.deployment import UNDER_WAY, Deployment
from zipp.domain.site import Site, status_of
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
    sites = await platform.records.find_sites(names={each.site for each in found})
    live = {site.live_deployment for site in sites}
    return [_shown(platform, each, is_live=each.id in live) for each in found]


async def show_deployment(platform: Platform, deployment: Deployment) -> schemas.Deployment:
    return (await show_deployments(platform, [deployment]))[0]


async def show_sites(platform: Platform, sites: Sequence[Site]) -> list[schemas.Site]:
    """As the API shows them; two questions to the records, however many they are."""
    names = [site.name for site in sites]
    latest = await platform.records.newest_deployments(names)
    deploying = await platform.records.newest_deployments(names, statuses=UNDER_WAY)
    return [await _shown_site(platform, site, latest.get(site.name), site.name in deploying) for site in sites]


async def show_site(platform: Platform, site: Site) -> schemas.Site:
    return (await show_sites(platform, [site]))[0]


async def _shown_site(platform: Platform, site: Site, latest: Deployment | None, deploying: bool) -> schemas.Site:
    hosts = (platform.settings.site_host(site.name), *site.domains)
    shown = None if latest is None else _shown(platform, latest, is_live=latest.id == site.live_deployment)
    return schemas.Site(
        **site.model_dump(exclude={"env_encrypted"}),
        url=platform.settings.site_url(site.name),
        env_keys=list(await platform.operations.env_keys(site)),
        status=status_of(site, latest, deploying=deploying),
        latest=shown,
        traffic=schemas.Traffic.model_validate(platform.access.traffic(hosts, since=site.created_at)),
    )


def _shown(platform: Platform, deployment: Deployment, *, is_live: bool) -> schemas.Deployment:
    return schemas.Deployment.of(deployment, is_live=is_live, url=platform.settings.site_url(deployment.site))
