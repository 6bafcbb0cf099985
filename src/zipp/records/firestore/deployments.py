"""Deployments, and the live pointer that moves with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from google.api_core.exceptions import AlreadyExists
from google.api_core.exceptions import NotFound as Missing

from zipp.domain.activity import Event, came_to
from zipp.domain.deployment import Deployment, Status
from zipp.domain.errors import Conflict, NotFound
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.firestore import paths, queries
from zipp.records.firestore.activity import add_events
from zipp.records.firestore.documents import Document, deployment_fields, deployment_from, token_of
from zipp.records.firestore.saving import save_into
from zipp.records.firestore.store import Part, Store
from zipp.records.firestore.writes import MOST, Writes
from zipp.records.records import Change, LiveChange, Page

_AT_ONCE = MOST - 10  # events beside a deployment's other documents; one has no more than a few, commonly


class Deployments(Part):
    async def create_deployment(self, deployment: Deployment, *, events: Sequence[Event] = ()) -> None:
        async def work(writes: Writes) -> None:
            if isinstance(writes.refused, Missing):
                raise NotFound("There is no such site.")
            if isinstance(writes.refused, AlreadyExists):
                raise Conflict("There is a deployment with that id already.", code="deployment_exists")
            writes.touch(paths.site_secret(deployment.site))
            writes.create(paths.deployment(deployment.id), deployment_fields(deployment))
            if token := token_of(deployment):
                writes.put(paths.deployment_secret(deployment.id), {"token_encrypted": token})
            begun = [came_to(deployment)] if deployment.status is Status.PENDING else []
            add_events(writes, (events or begun)[:_AT_ONCE])

        await self._store.change(work, told=lambda _: changes([deployment]), queue=f"site {deployment.site}")
        for at in range(_AT_ONCE, len(events), _AT_ONCE):
            later = Writes()
            add_events(later, events[at : at + _AT_ONCE])
            await self._store.commit(later)

    async def get_deployment(self, deployment_id: str) -> Deployment | None:
        found = await self._store.get(paths.deployment(deployment_id), recall=True)
        whole = await with_tokens(self._store, [each for each in found if each is not None], recall=True)
        return whole[0] if whole else None

    async def list_deployments(
        self,
        *,
        owner: str | None = None,
        site: str | None = None,
        statuses: Collection[Status] | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Page[Deployment]:
        after = None if cursor is None else decode_cursor("deployments", cursor)
        query = queries.deployments(owner=owner, site=site, statuses=statuses, after=after, limit=limit + 1)
        found = await with_tokens(self._store, await self._store.find(query, recall=True), recall=True)
        return page_of(found, limit=limit, listing="deployments", key=lambda deployment: deployment.id)

    async def newest_deployments(
        self, sites: Collection[str], *, statuses: Collection[Status] | None = None
    ) -> Mapping[str, Deployment]:
        asked = (
            queries.deployments(owner=None, site=site, statuses=statuses, after=None, limit=1)
            for site in dict.fromkeys(sites)
        )
        answers = await self._store.find_all(*asked, recall=True)
        found = await with_tokens(self._store, [each for answer in answers for each in answer], recall=True)
        return {deployment.site: deployment for deployment in found}

    async def save(self, *changed: Deployment, live: LiveChange | None = None) -> tuple[Deployment, ...]:
        async def work(writes: Writes) -> None:
            await save_into(writes, self._store, changed, live)

        if not changed and live is None:
            await self._store.settled()  # behind all that was asked for before
            return ()
        queue = f"deployment {changed[0].id}" if changed else None
        await self._store.change(work, told=lambda _: changes(changed), queue=queue)
        return tuple(one.model_copy(update={"version": one.version + 1}) for one in changed)

    async def request_cancel(self, deployment_id: str) -> None:
        async def work(writes: Writes) -> None:
            if paths.is_possible(deployment_id) and not isinstance(writes.refused, Missing):
                writes.update(paths.deployment(deployment_id), {"cancel_requested": True})

        await self._store.change(work)

    async def delete_deployment(self, deployment_id: str) -> None:
        async def work(writes: Writes) -> tuple[str, str] | None:
            (found,) = await self._store.get(paths.deployment(deployment_id))
            if found is None:
                return None
            site, owner, port = (found.fields.get(name) for name in ("site", "owner", "held_port"))
            # From here on, what is added to it (an event, a lease, a port) changes it.
            events, live, leases = await self._store.find_all(
                queries.events_about(deployment_id),
                queries.sites_live_with(deployment_id),
                queries.lease_on(deployment_id),
            )
            for document in (*await self._store.remove_all_but(_AT_ONCE, events), *leases):
                writes.remove(document.path)
            for document in live:
                writes.change(document, {"live_deployment": None})
            if port is not None:
                writes.remove(paths.port(port))
            writes.remove(paths.deployment_secret(deployment_id))
            writes.delete(found)
            return str(site), str(owner)

        def told(gone: tuple[str, str] | None) -> Iterator[Change]:
            if gone is not None:
                yield Change(*gone, deployment_id, gone=True)
                yield Change(*gone)

        await self._store.change(work, told=told)

    async def archive_in_use(self, sha256: str) -> bool:
        return bool(await self._store.find(queries.any_deployment_with(sha256)))


async def with_tokens(store: Store, found: Sequence[Document], *, recall: bool) -> list[Deployment]:
    """Whole, as they were stored; only those of a private Git repository have a token."""
    ids = [paths.id_of(each.path) for each in found if each.fields.get("has_token")]
    secrets = await store.get(*map(paths.deployment_secret, ids), recall=recall) if ids else []
    of_deployment = dict(zip(ids, secrets, strict=True))
    return [deployment_from(each, of_deployment.get(paths.id_of(each.path))) for each in found]


def changes(made: Collection[Deployment]) -> Iterator[Change]:
    """Of the deployments and of their sites, whose latest or live one each of them may be."""
    for deployment in made:
        yield Change(deployment.site, deployment.owner, deployment.id)
    for site, owner in {deployment.site: deployment.owner for deployment in made}.items():
        yield Change(site, owner)
