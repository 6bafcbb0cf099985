"""The queue: a deployment under way is its own entry, held by its site's lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from zipp.domain.deployment import Deployment
from zipp.domain.ids import now
from zipp.records.firestore import paths, queries
from zipp.records.firestore.deployments import with_tokens
from zipp.records.firestore.documents import Document
from zipp.records.firestore.store import Part
from zipp.records.firestore.writes import Writes

_PAGE = 25  # deployments; more are read only where so many are of sites that are being worked on


class Queue(Part):
    async def claim_next(self, worker: str, *, lease_seconds: float) -> Deployment | None:
        async def work(writes: Writes) -> Document | None:
            at = now()
            found, leases = await self._next_in_line()
            if found is None:
                return None
            lease = leases.get(found.fields["site"])
            fields = {
                "deployment": paths.id_of(found.path),
                "worker": worker,
                "until": at + timedelta(seconds=lease_seconds),
            }
            if lease is None:
                writes.create(paths.lease(found.fields["site"]), fields)
            else:
                writes.change(lease, fields)
            # It is still as it was; and who deletes it meanwhile sees that it is leased.
            writes.change(found, {"claimed": found.fields.get("claimed", 0) + 1})
            return found

        found = await self._store.change(work, queue="queue")
        return None if found is None else (await with_tokens(self._store, [found], recall=False))[0]

    async def renew_lease(self, deployment_id: str, worker: str, *, lease_seconds: float) -> bool:
        async def work(writes: Writes) -> bool:
            at = now()
            for lease in await self._held(deployment_id, worker):
                if lease.fields["until"] <= at:  # lost even when nobody took it: the site may be in other hands by now
                    return False
                writes.change(lease, {"until": at + timedelta(seconds=lease_seconds)})
                return True
            return False

        return await self._store.change(work)

    async def release_lease(self, deployment_id: str, worker: str) -> None:
        async def work(writes: Writes) -> None:
            for lease in await self._held(deployment_id, worker):
                writes.delete(lease)

        await self._store.change(work)

    async def drop_leases(self, worker: str) -> None:
        async def work(writes: Writes) -> None:
            for lease in await self._store.find(queries.leases_of(worker)):
                writes.delete(lease)

        await self._store.change(work)

    async def _held(self, deployment_id: str, worker: str) -> list[Document]:
        found = await self._store.find(queries.lease_on(deployment_id))
        return [lease for lease in found if lease.fields["worker"] == worker]

    async def _next_in_line(self) -> tuple[Document | None, dict[str, Document]]:
        """The oldest deployment under way of a site that nobody has a lease on; so also its site's oldest."""
        first, leases = await asyncio.gather(self._page(None), self._store.find(queries.leases()))
        at = now()
        of_site = {paths.id_of(lease.path): lease for lease in leases}
        leased = {site for site, lease in of_site.items() if lease.fields["until"] > at}
        async for deployment in self._following(first):
            if deployment.fields["site"] not in leased:
                return deployment, of_site
        return None, of_site

    async def _following(self, page: list[Document]) -> AsyncIterator[Document]:
        while page:
            for deployment in page:
                yield deployment
            if len(page) < _PAGE:
                return
            page = await self._page(paths.id_of(page[-1].path))

    async def _page(self, after: str | None) -> list[Document]:
        return await self._store.find(queries.under_way(after=after, limit=_PAGE))
