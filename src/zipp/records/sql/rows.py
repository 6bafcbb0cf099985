"""Rows to records and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from zipp.domain.deployment import Deployment, ZipSource
from zipp.domain.site import Site
from zipp.domain.user import User


def user_values(user: User) -> dict[str, Any]:
    values = user.model_dump(mode="python")
    return values | {"email_key": None if user.email is None else email_key(user.email)}


def email_key(email: str) -> str:
    return email.lower()


def site_values(site: Site) -> dict[str, Any]:
    """Without its domains, which have a table of their own."""
    return site.model_dump(exclude={"domains"})


def site_from(row: RowMapping, domains: tuple[str, ...]) -> Site:
    return Site.model_validate({**row, "domains": domains})


def deployment_values(deployment: Deployment) -> dict[str, Any]:
    source = deployment.source
    return _saved(deployment) | {
        "id": deployment.id,
        "archive_sha256": source.sha256 if isinstance(source, ZipSource) else None,
        "cancel_requested": deployment.cancel_requested,
        "version": deployment.version,
    }


def saved_values(deployment: Deployment) -> dict[str, Any]:
    """What a save replaces, its version moved on; never `cancel_requested`, which is another's to set."""
    return _saved(deployment) | {"version": deployment.version + 1}


def deployment_from(row: RowMapping) -> Deployment:
    return Deployment.model_validate(dict(row))


_JSON_FIELDS = {"source", "error", "plan", "stages"}


def _saved(deployment: Deployment) -> dict[str, Any]:
    plain = deployment.model_dump(exclude=_JSON_FIELDS | {"id", "cancel_requested", "version"})
    return plain | deployment.model_dump(mode="json", include=_JSON_FIELDS)
