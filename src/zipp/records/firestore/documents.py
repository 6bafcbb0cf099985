"""Records to documents and back.

Fields that are nobody's business but this folder's: a site's `has_env` and a deployment's `has_token` (whether there is
a secret to fetch), `held_port` (what `ports` says, from the other end) and `claimed` (how often it was handed out).
What may have any keys or any depth (`plan`, `claims`) is kept as JSON: a map of Firestore's may not have a key such as
`__X__`, nor lists in lists, and every value in it would cost an index entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from zipp.domain.activity import AuditEntry, Event
from zipp.domain.deployment import Deployment, GitSource, ZipSource
from zipp.domain.errors import Unavailable
from zipp.domain.site import Site
from zipp.domain.user import Invite, Token, User

M = TypeVar("M", bound=BaseModel)
Fields = Mapping[str, Any]

_NOT_SAVED = {"id", "cancel_requested", "version", "plan"}


@dataclass(frozen=True, slots=True)
class Document:
    """As it was read; `updated` is Firestore's time of its last change, None where that is not known for these
    fields."""

    path: str
    fields: Fields
    updated: datetime | None


def user_fields(user: User) -> dict[str, Any]:
    return _dumped(user, exclude={"claims"}) | {"claims": json.dumps(user.claims)}


def user_from(document: Document) -> User:
    with_claims = dict(document.fields) | {"claims": _loaded(document, "claims") or {}}
    return _valid(User, with_claims)


def token_fields(token: Token) -> dict[str, Any]:
    return _dumped(token)


def token_from(document: Document) -> Token:
    return _valid(Token, document.fields)


def invite_fields(invite: Invite) -> dict[str, Any]:
    return _dumped(invite) | {"email": None if invite.email is None else invite.email.lower()}


def invite_from(document: Document) -> Invite:
    return _valid(Invite, document.fields)


def site_fields(site: Site) -> dict[str, Any]:
    return _dumped(site, exclude={"env_encrypted"}) | {"has_env": bool(site.env_encrypted)}


def site_from(document: Document, secret: Document | None) -> Site:
    env = secret.fields.get("env_encrypted", "") if secret is not None else ""
    return _valid(Site, dict(document.fields) | {"env_encrypted": env})


def deployment_fields(deployment: Deployment) -> dict[str, Any]:
    source = deployment.source
    return _saved(deployment) | {
        "id": deployment.id,
        "archive_sha256": source.sha256 if isinstance(source, ZipSource) else None,
        "cancel_requested": deployment.cancel_requested,
        "version": deployment.version,
        "held_port": None,
        "claimed": 0,
    }


def saved_fields(deployment: Deployment) -> dict[str, Any]:
    """What a save replaces, its version moved on; never `cancel_requested`, which is another's to set."""
    return _saved(deployment) | {"version": deployment.version + 1}


def token_of(deployment: Deployment) -> str:
    source = deployment.source
    return source.token_encrypted if isinstance(source, GitSource) else ""


def deployment_from(document: Document, secret: Document | None = None) -> Deployment:
    source = document.fields.get("source")
    if secret is not None and isinstance(source, Mapping):
        source = dict(source) | {"token_encrypted": secret.fields.get("token_encrypted", "")}
    return _valid(Deployment, dict(document.fields) | {"source": source, "plan": _loaded(document, "plan")})


def event_fields(event: Event) -> dict[str, Any]:
    return _dumped(event)


def event_from(document: Document) -> Event:
    return _valid(Event, document.fields)


def audit_fields(entry: AuditEntry) -> dict[str, Any]:
    return _dumped(entry)


def audit_from(document: Document) -> AuditEntry:
    return _valid(AuditEntry, document.fields)


def unreadable() -> Unavailable:
    return Unavailable(
        "A record in Firestore is not one of this Zipp's.",
        code="records_unreadable",
        hint="Another program has written to its documents, or one was damaged: restore them from a backup.",
    )


def native(value: Any) -> Any:
    """Values as Firestore gives them, as Python has them."""
    if isinstance(value, datetime):
        date = (value.year, value.month, value.day)
        return datetime(*date, value.hour, value.minute, value.second, value.microsecond, UTC)
    if isinstance(value, dict):
        return {key: native(each) for key, each in value.items()}
    return [native(each) for each in value] if isinstance(value, list) else value


def weight(value: Any) -> int:
    """About how many bytes it takes up in a document."""
    if isinstance(value, str):
        return len(value.encode(errors="replace")) + 1
    if isinstance(value, Mapping):
        return sum(weight(key) + weight(each) for key, each in value.items())
    return sum(map(weight, value)) if isinstance(value, list | tuple) else 8


def _saved(deployment: Deployment) -> dict[str, Any]:
    fields = _dumped(deployment, exclude=_NOT_SAVED | {"source"})
    source = _dumped(deployment.source, exclude={"token_encrypted"})
    plan = None if deployment.plan is None else deployment.plan.model_dump_json()
    return fields | {"source": source, "plan": plan, "has_token": bool(token_of(deployment))}


def _dumped(model: BaseModel, exclude: set[str] | None = None) -> dict[str, Any]:
    return {name: _plain(value) for name, value in model.model_dump(exclude=exclude).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _loaded(document: Document, field: str) -> Any:
    text = document.fields.get(field)
    try:
        return None if text is None else json.loads(text)
    except (TypeError, ValueError) as error:
        raise unreadable() from error


def _valid(model: type[M], fields: Fields) -> M:
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        raise unreadable() from error
