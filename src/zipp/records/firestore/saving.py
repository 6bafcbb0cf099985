"""Compare-and-set of deployments and the live pointer. What was last read or written here is as good as read again: it
is stored only if it is still so, and a deployment that is under way is saved over and over by the same process."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.activity import came_to
from zipp.domain.deployment import Deployment
from zipp.domain.errors import Conflict
from zipp.records.firestore import paths
from zipp.records.firestore.activity import add_events
from zipp.records.firestore.documents import Document, saved_fields, token_of
from zipp.records.firestore.store import Store
from zipp.records.firestore.writes import Writes
from zipp.records.records import LiveChange


async def save_into(writes: Writes, store: Store, changed: Sequence[Deployment], live: LiveChange | None) -> None:
    """Raises Conflict `stale`."""
    stored = await _stored(writes, store, changed, live)
    for deployment in changed:
        document = stored.pop(paths.deployment(deployment.id), None)  # once: the same one twice is stale
        if document is None or document.fields.get("version") != deployment.version:
            raise _stale("The deployment has changed since it was read.")
        _save(writes, document, deployment)
    if live is not None:
        site = stored[paths.site(live.site)]
        if site is None or site.fields.get("live_deployment") != live.expected:
            raise _stale("Another deployment of the site has gone live since it was read.")
        framework = {} if live.framework is None else {"framework": live.framework}
        writes.change(site, {"live_deployment": live.to, **framework})


async def _stored(
    writes: Writes, store: Store, changed: Sequence[Deployment], live: LiveChange | None
) -> dict[str, Document | None]:
    wanted: dict[str, tuple[str, object]] = {paths.deployment(each.id): ("version", each.version) for each in changed}
    if live is not None:
        wanted[paths.site(live.site)] = ("live_deployment", live.expected)
    stored = {path: store.known.current(path) for path in wanted} if writes.refused is None else {}
    doubtful = [
        path
        for path, (field, value) in wanted.items()
        if (document := stored.get(path)) is None or document.fields.get(field) != value
    ]
    if doubtful:
        stored.update(zip(doubtful, await store.get(*doubtful), strict=True))
    return stored


def _save(writes: Writes, document: Document, deployment: Deployment) -> None:
    fields = saved_fields(deployment)
    writes.change(document, fields)
    secret = paths.deployment_secret(deployment.id)
    if token := token_of(deployment):
        writes.put(secret, {"token_encrypted": token})
    elif document.fields.get("has_token"):
        writes.remove(secret)
    if document.fields.get("status") != fields["status"]:
        add_events(writes, [came_to(deployment)])


def _stale(message: str) -> Conflict:
    return Conflict(message, code="stale", hint="Read it again and repeat what you meant to do.")
