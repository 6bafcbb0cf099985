"""Which deployment somebody means who names a deployment or a site."""

from __future__ import annotations

import uuid

from zipp.cli.answers import Deployment
from zipp.cli.client import Client
from zipp.domain.errors import NotFound


def find_deployment(client: Client, target: str) -> Deployment:
    """The deployment with that id; of a site the live one, else the latest. Raises NotFound."""
    if is_deployment_id(target):
        return client.deployment(target)
    live = client.site(target)["live_deployment"]
    if live is not None:
        return client.deployment(live)
    latest = client.deployments(site=target, limit=1)
    if not latest:
        raise NotFound(
            f"The site {target} has no deployment.", code="no_deployment", hint="Deploy to it: zipp deploy --site"
        )
    return latest[0]


def is_deployment_id(target: str) -> bool:
    try:
        uuid.UUID(target)
    except ValueError:
        return False
    return True
