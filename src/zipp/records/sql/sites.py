"""Sites and their domains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.plan import Limits
from zipp.domain.site import Site
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.records import Change, Page
from zipp.records.sql.database import Part
from zipp.records.sql.rows import site_from, site_values
from zipp.records.sql.schema import domains as domains_table
from zipp.records.sql.schema import sites

_CHANGEABLE = {"domains", "limits", "env_encrypted", "framework", "owner"}


class Sites(Part):
    async def create_site(self, site: Site) -> None:
        def change(connection: Connection) -> None:
            try:
                connection.execute(insert(sites).values(**site_values(site)))
            except IntegrityError as error:
                raise Conflict(
                    f"There is a site named {site.name!r} already.", code="site_taken", hint="Choose another name."
                ) from error
            _set_domains(connection, site.name, site.domains)

        await self._database.write(change, told=lambda _: [Change(site.name, site.owner)])

    async def get_site(self, name: str) -> Site | None:
        found = await self._database.read(lambda connection: _sites(connection, sites.c.name == name, limit=1))
        return found[0] if found else None

    async def find_sites(self, *, names: Collection[str] = (), domains: Collection[str] = ()) -> Sequence[Site]:
        by_domain = select(domains_table.c.site).where(domains_table.c.domain.in_(domains))
        which = or_(sites.c.name.in_(names), sites.c.name.in_(by_domain))
        return await self._database.read(lambda connection: _sites(connection, which, limit=None))

    async def list_sites(self, *, owner: str | None, limit: int, cursor: str | None = None) -> Page[Site]:
        which: ColumnElement[bool] = true() if owner is None else sites.c.owner == owner
        if cursor is not None:
            which = which & (sites.c.name > decode_cursor("sites", cursor))
        found = await self._database.read(lambda connection: _sites(connection, which, limit=limit + 1))
        return page_of(found, limit=limit, listing="sites", key=lambda site: site.name)

    async def count_sites(self, owners: Collection[str]) -> Mapping[str, int]:
        query = select(sites.c.owner, func.count()).where(sites.c.owner.in_(owners)).group_by(sites.c.owner)
        return await self._database.read(lambda connection: {row[0]: row[1] for row in connection.execute(query)})

    async def update_site(self, name: str, changes: Mapping[str, Any]) -> Site:
        if unknown := set(changes) - _CHANGEABLE:
            raise TypeError(f"update_site can't change {', '.join(sorted(unknown))}")
        columns = {field: _column(value) for field, value in changes.items() if field != "domains"}

        def change(connection: Connection) -> Site:
            if columns:
                connection.execute(update(sites).where(sites.c.name == name).values(**columns))
            if "domains" in changes:
                connection.execute(delete(domains_table).where(domains_table.c.site == name))
                _set_domains(connection, name, changes["domains"])
            if not (found := _sites(connection, sites.c.name == name, limit=1)):
                raise NotFound("There is no such site.")
            return found[0]

        return await self._database.write(change, told=lambda site: [Change(site.name, site.owner)])

    async def delete_site(self, name: str) -> None:
        def change(connection: Connection) -> Sequence[str]:
            try:
                statement = delete(sites).where(sites.c.name == name).returning(sites.c.owner)
                return connection.execute(statement).scalars().all()
            except IntegrityError as error:
                raise Conflict(
                    f"The site {name!r} still has deployments.",
                    code="site_not_empty",
                    hint="Delete its deployments first.",
                ) from error

        await self._database.write(change, told=lambda owners: [Change(name, owner, gone=True) for owner in owners])


def _column(value: Any) -> Any:
    return value.model_dump() if isinstance(value, Limits) else value


def _sites(connection: Connection, which: ColumnElement[bool], *, limit: int | None) -> list[Site]:
    rows = connection.execute(select(sites).where(which).order_by(sites.c.name).limit(limit)).mappings().all()
    of_site: defaultdict[str, list[str]] = defaultdict(list)
    query = select(domains_table).where(domains_table.c.site.in_([row["name"] for row in rows]))
    query = query.order_by(domains_table.c.position)
    for row in connection.execute(query).mappings():
        of_site[row["site"]].append(row["domain"])
    return [site_from(row, tuple(of_site[row["name"]])) for row in rows]


def _set_domains(connection: Connection, site: str, names: Collection[str]) -> None:
    for position, domain in enumerate(dict.fromkeys(names)):
        try:
            connection.execute(insert(domains_table).values(domain=domain, site=site, position=position))
        except IntegrityError as error:
            raise Conflict(
                f"The domain {domain!r} belongs to another site.",
                code="domain_taken",
                hint="Remove it there first.",
            ) from error
