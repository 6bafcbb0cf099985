"""Sites and their domains."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.site import Site
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.firestore import paths, queries
from zipp.records.firestore.documents import Document, site_fields, site_from
from zipp.records.firestore.store import Part
from zipp.records.firestore.writes import Writes
from zipp.records.records import Change, Page

_CHANGEABLE = {"domains", "limits", "env_encrypted", "framework", "owner"}


class Sites(Part):
    async def create_site(self, site: Site) -> None:
        domains = tuple(dict.fromkeys(site.domains))
        made = site.model_copy(update={"domains": domains})

        async def work(writes: Writes) -> None:
            if writes.refused is not None:
                there, *taken = await self._store.get(paths.site(site.name), *map(paths.domain, domains))
                if there is not None:
                    raise Conflict(
                        f"There is a site named {site.name!r} already.", code="site_taken", hint="Choose another name."
                    )
                _refuse_taken(domains, taken, site.name)
            writes.create(paths.site(site.name), site_fields(made))
            writes.create(paths.site_secret(site.name), {"env_encrypted": site.env_encrypted, "revision": 0})
            for domain in domains:
                writes.create(paths.domain(domain), {"site": site.name})

        await self._store.change(work, told=lambda _: [Change(site.name, site.owner)], queue=f"site {site.name}")

    async def get_site(self, name: str) -> Site | None:
        found, secret = await self._store.get(paths.site(name), paths.site_secret(name), recall=True)
        return None if found is None else site_from(found, secret)

    async def find_sites(self, *, names: Collection[str] = (), domains: Collection[str] = ()) -> Sequence[Site]:
        owned = await self._store.get_known(*map(paths.domain, domains)) if domains else []
        wanted = dict.fromkeys([*names, *(each.fields["site"] for each in owned if each is not None)])
        if not wanted:
            return []
        found = await self._store.get_known(*map(paths.site, wanted))
        return await self._whole([each for each in found if each is not None])

    async def list_sites(self, *, owner: str | None, limit: int, cursor: str | None = None) -> Page[Site]:
        after = None if cursor is None else decode_cursor("sites", cursor)
        found = await self._store.find(queries.sites(owner=owner, after=after, limit=limit + 1), recall=True)
        return page_of(await self._whole(found), limit=limit, listing="sites", key=lambda site: site.name)

    async def count_sites(self, owners: Collection[str]) -> Mapping[str, int]:
        asked = list(dict.fromkeys(owners))
        counts = await self._store.count_all(*map(queries.sites_of, asked))
        return dict(zip(asked, counts, strict=True))

    async def update_site(self, name: str, changes: Mapping[str, Any]) -> Site:
        if unknown := set(changes) - _CHANGEABLE:
            raise TypeError(f"update_site can't change {', '.join(sorted(unknown))}")
        wanted = tuple(dict.fromkeys(changes.get("domains", ())))

        async def work(writes: Writes) -> Site:
            found, secret, *taken = await self._store.get(
                paths.site(name), paths.site_secret(name), *map(paths.domain, wanted)
            )
            if found is None or secret is None:
                raise NotFound("There is no such site.")
            before = site_from(found, secret)
            after = before.model_copy(update=dict(changes))
            if "domains" in changes:
                after = after.model_copy(update={"domains": wanted})
                _refuse_taken(wanted, taken, name)
                for domain in set(before.domains) - set(wanted):
                    writes.remove(paths.domain(domain))
                for domain in set(wanted) - set(before.domains):
                    writes.create(paths.domain(domain), {"site": name})
            writes.change(found, site_fields(after))
            if "env_encrypted" in changes:
                writes.change(secret, {"env_encrypted": after.env_encrypted})
            return after

        return await self._store.change(work, told=lambda site: [Change(site.name, site.owner)], queue=f"site {name}")

    async def delete_site(self, name: str) -> None:
        async def work(writes: Writes) -> str | None:
            found, secret = await self._store.get(paths.site(name), paths.site_secret(name))
            if await self._store.find(queries.any_deployment_of(name)):
                raise Conflict(
                    f"The site {name!r} still has deployments.",
                    code="site_not_empty",
                    hint="Delete its deployments first.",
                )
            if found is None:
                return None
            writes.delete(found)
            if secret is not None:  # it is as it was: no deployment has been added meanwhile
                writes.delete(secret)
            writes.remove(paths.lease(name))
            site = site_from(found, secret)
            for domain in site.domains:
                writes.remove(paths.domain(domain))
            return site.owner

        await self._store.change(
            work,
            told=lambda owner: [] if owner is None else [Change(name, owner, gone=True)],
            queue=f"site {name}",
        )

    async def _whole(self, found: Sequence[Document]) -> list[Site]:
        names = [paths.id_of(each.path) for each in found if each.fields.get("has_env")]
        secrets = await self._store.get(*map(paths.site_secret, names), recall=True) if names else []
        of_site = dict(zip(names, secrets, strict=True))
        return [site_from(each, of_site.get(paths.id_of(each.path))) for each in found]


def _refuse_taken(domains: Sequence[str], found: Sequence[Document | None], site: str) -> None:
    for domain, document in zip(domains, found, strict=True):
        if document is not None and document.fields["site"] != site:
            raise Conflict(
                f"The domain {domain!r} belongs to another site.", code="domain_taken", hint="Remove it there first."
            )
