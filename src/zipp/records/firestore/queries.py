"""Every query that is ever asked. `built` makes Firestore's own of it; firestore.indexes.json has the composite indexes
that they need (equality filters alone need none, and Firestore joins two indexes that end in the same order).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from google.cloud.firestore_v1 import AsyncClient, AsyncQuery
from google.cloud.firestore_v1.base_query import BaseQuery, FieldFilter

from zipp.domain.deployment import UNDER_WAY, Status
from zipp.domain.user import Role
from zipp.records.firestore import paths


@dataclass(frozen=True, slots=True)
class Query:
    """Documents of a collection in which each of `equal` is so, `among` holds one of its values, `until` a time that
    is no later; by the field `order` (then without those that lack it), from behind `after` on."""

    collection: str
    equal: tuple[tuple[str, str | bool], ...] = ()
    among: tuple[str, tuple[str, ...]] | None = None
    until: tuple[str, datetime] | None = None
    order: str | None = None
    descending: bool = False
    after: str | None = None
    limit: int | None = None

    @property
    def is_hopeless(self) -> bool:
        """Firestore takes no empty list and no overlong value: nothing is like that."""
        values = [value for _, value in self.equal if isinstance(value, str)]
        return (self.among is not None and not self.among[1]) or not all(map(paths.can_be_asked_for, values))


def built(client: AsyncClient, query: Query) -> AsyncQuery:
    found = AsyncQuery(client.collection(query.collection))
    for field, value in query.equal:
        found = found.where(filter=FieldFilter(field, "==", value))
    if query.among is not None:
        found = found.where(filter=FieldFilter(query.among[0], "in", list(query.among[1])))
    if query.until is not None:
        found = found.where(filter=FieldFilter(query.until[0], "<=", query.until[1]))
    if query.order is not None:
        found = found.order_by(query.order, direction=BaseQuery.DESCENDING if query.descending else BaseQuery.ASCENDING)
        if query.after is not None:
            found = found.start_after({query.order: query.after})
    return found if query.limit is None else found.limit(query.limit)


# users ---------------------------------------------------------------------------------------------------------------
def users(*, after: str | None, limit: int) -> Query:
    return Query("users", order="uid", after=after, limit=limit)


def enabled_admins(*, limit: int | None = None) -> Query:
    return Query("users", equal=(("role", Role.ADMIN.value), ("disabled", False)), limit=limit)


def tokens_of(uid: str, kind: str | None = None) -> Query:
    return Query("tokens", equal=(("uid", uid), *((("kind", kind),) if kind else ())))


def token_with_id(token_id: str) -> Query:
    return Query("tokens", equal=(("id", token_id),), limit=1)


def invites() -> Query:
    return Query("invites", order="id", descending=True)


def invites_by(uid: str) -> Query:
    return Query("invites", equal=(("created_by", uid),))


def invites_for(email: str) -> Query:
    return Query("invites", equal=(("email", email),))


def invites_expired(at: datetime) -> Query:
    return Query("invites", until=("expires_at", at))


def invite_with_id(invite_id: str) -> Query:
    return Query("invites", equal=(("id", invite_id),), limit=1)


# sites ---------------------------------------------------------------------------------------------------------------
def sites(*, owner: str | None, after: str | None, limit: int) -> Query:
    return Query("sites", equal=_given(owner=owner), order="name", after=after, limit=limit)


def sites_of(owner: str, *, limit: int | None = None) -> Query:
    return Query("sites", equal=(("owner", owner),), limit=limit)


def sites_live_with(deployment_id: str) -> Query:
    return Query("sites", equal=(("live_deployment", deployment_id),))


# deployments ---------------------------------------------------------------------------------------------------------
def deployments(
    *, owner: str | None, site: str | None, statuses: Collection[Status] | None, after: str | None, limit: int
) -> Query:
    """Newest first."""
    return Query(
        "deployments",
        equal=_given(owner=owner, site=site),
        among=_statuses(statuses),
        order="id",
        descending=True,
        after=after,
        limit=limit,
    )


def deployments_of(owner: str) -> Query:
    return Query("deployments", equal=(("owner", owner),))


def any_deployment_of(site: str) -> Query:
    return Query("deployments", equal=(("site", site),), limit=1)


def any_deployment_with(archive_sha256: str) -> Query:
    return Query("deployments", equal=(("archive_sha256", archive_sha256),), limit=1)


# what happened -------------------------------------------------------------------------------------------------------
def events(*, owner: str | None, deployment: str | None, after: str | None, limit: int) -> Query:
    """Newest first."""
    equal = _given(owner=owner, deployment=deployment)
    return Query("events", equal=equal, order="id", descending=True, after=after, limit=limit)


def events_of(owner: str) -> Query:
    return Query("events", equal=(("owner", owner),))


def events_about(deployment_id: str) -> Query:
    return Query("events", equal=(("deployment", deployment_id),))


def audit(*, actor: str | None, after: str | None, limit: int) -> Query:
    """Newest first."""
    return Query("audit", equal=_given(actor=actor), order="id", descending=True, after=after, limit=limit)


def audit_until(at: datetime, *, limit: int) -> Query:
    return Query("audit", until=("at", at), limit=limit)


def some(collection: str, *, limit: int) -> Query:
    return Query(collection, limit=limit)


# the queue and ports -------------------------------------------------------------------------------------------------
def under_way(*, after: str | None, limit: int) -> Query:
    """Oldest first."""
    return Query("deployments", among=_statuses(UNDER_WAY), order="id", after=after, limit=limit)


def leases() -> Query:
    """As many as there is work being done, and what crashed workers left."""
    return Query("leases")


def leases_of(worker: str) -> Query:
    return Query("leases", equal=(("worker", worker),))


def lease_on(deployment_id: str) -> Query:
    return Query("leases", equal=(("deployment", deployment_id),), limit=1)


def ports() -> Query:
    return Query("ports")


def _given(**fields: str | None) -> tuple[tuple[str, str | bool], ...]:
    return tuple((field, value) for field, value in fields.items() if value is not None)


def _statuses(statuses: Collection[Status] | None) -> tuple[str, tuple[str, ...]] | None:
    return None if statuses is None else ("status", tuple(sorted(status.value for status in statuses)))
