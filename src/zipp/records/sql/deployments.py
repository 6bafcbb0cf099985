"""Deployments, and the live pointer that moves with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from zipp.domain.activity import Event, came_to
from zipp.domain.deployment import Deployment, Status
from zipp.domain.errors import Conflict, NotFound
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.records import Change, LiveChange, Page
from zipp.records.sql.activity import add_events
from zipp.records.sql.database import Part
from zipp.records.sql.rows import deployment_from, deployment_values, saved_values
from zipp.records.sql.schema import deployments, sites


class Deployments(Part):
    async def create_deployment(self, deployment: Deployment, *, events: Sequence[Event] = ()) -> None:
        def change(connection: Connection) -> None:
            if not connection.execute(select(exists().where(sites.c.name == deployment.site))).scalar():
                raise NotFound("There is no such site.")
            if connection.execute(select(exists().where(deployments.c.id == deployment.id))).scalar():
                raise Conflict("There is a deployment with that id already.", code="deployment_exists")
            connection.execute(insert(deployments).values(**deployment_values(deployment)))
            begun = [came_to(deployment)] if deployment.status is Status.PENDING else []
            add_events(connection, events or begun)

        await self._database.write(change, told=lambda _: _changes([deployment]))

    async def get_deployment(self, deployment_id: str) -> Deployment | None:
        query = select(deployments).where(deployments.c.id == deployment_id)

        def one(connection: Connection) -> Deployment | None:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else deployment_from(row)

        return await self._database.read(one)

    async def list_deployments(
        self,
        *,
        owner: str | None = None,
        site: str | None = None,
        statuses: Collection[Status] | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Page[Deployment]:
        query = select(deployments).order_by(deployments.c.id.desc()).limit(limit + 1)
        if owner is not None:
            query = query.where(deployments.c.owner == owner)
        if site is not None:
            query = query.where(deployments.c.site == site)
        if statuses is not None:
            query = query.where(deployments.c.status.in_(sorted(statuses)))
        if cursor is not None:
            query = query.where(deployments.c.id < decode_cursor("deployments", cursor))
        found = await self._database.read(
            lambda connection: [deployment_from(row) for row in connection.execute(query).mappings()]
        )
        return page_of(found, limit=limit, listing="deployments", key=lambda deployment: deployment.id)

    async def newest_deployments(
        self, sites: Collection[str], *, statuses: Collection[Status] | None = None
    ) -> Mapping[str, Deployment]:
        newest = select(func.max(deployments.c.id)).where(deployments.c.site.in_(sites)).group_by(deployments.c.site)
        if statuses is not None:
            newest = newest.where(deployments.c.status.in_(sorted(statuses)))
        query = select(deployments).where(deployments.c.id.in_(newest))
        found = await self._database.read(
            lambda connection: [deployment_from(row) for row in connection.execute(query).mappings()]
        )
        return {deployment.site: deployment for deployment in found}

    async def save(self, *changed: Deployment, live: LiveChange | None = None) -> tuple[Deployment, ...]:
        def change(connection: Connection) -> None:
            for deployment in changed:
                _save(connection, deployment)
            if live is not None:
                _move_live(connection, live)

        write = self._database.write_progress if live is None else self._database.write
        await write(change, told=lambda _: _changes(changed))
        return tuple(one.model_copy(update={"version": one.version + 1}) for one in changed)

    async def request_cancel(self, deployment_id: str) -> None:
        statement = update(deployments).where(deployments.c.id == deployment_id).values(cancel_requested=True)
        await self._database.write(lambda connection: connection.execute(statement))

    async def delete_deployment(self, deployment_id: str) -> None:
        def change(connection: Connection) -> list[tuple[str, str]]:
            # Its port goes with it (the foreign key cascades), and no site may point at what is gone.
            connection.execute(
                update(sites).where(sites.c.live_deployment == deployment_id).values(live_deployment=None)
            )
            statement = delete(deployments).where(deployments.c.id == deployment_id)
            gone = connection.execute(statement.returning(deployments.c.site, deployments.c.owner))
            return [(site, owner) for site, owner in gone]

        def told(gone: list[tuple[str, str]]) -> Iterator[Change]:
            for site, owner in gone:
                yield Change(site, owner, deployment_id, gone=True)
                yield Change(site, owner)

        await self._database.write(change, told=told)

    async def archive_in_use(self, sha256: str) -> bool:
        query = select(exists().where(deployments.c.archive_sha256 == sha256))
        return await self._database.read(lambda connection: bool(connection.execute(query).scalar()))


def _changes(made: Collection[Deployment]) -> Iterator[Change]:
    """Of the deployments and of their sites, whose latest or live one each of them may be."""
    for deployment in made:
        yield Change(deployment.site, deployment.owner, deployment.id)
    for site, owner in {deployment.site: deployment.owner for deployment in made}.items():
        yield Change(site, owner)


def _save(connection: Connection, deployment: Deployment) -> None:
    unchanged = (deployments.c.id == deployment.id) & (deployments.c.version == deployment.version)
    before = connection.execute(select(deployments.c.status).where(unchanged)).scalar()
    if connection.execute(update(deployments).where(unchanged).values(**saved_values(deployment))).rowcount != 1:
        raise _stale("The deployment has changed since it was read.")
    if before != deployment.status:
        add_events(connection, [came_to(deployment)])


def _move_live(connection: Connection, live: LiveChange) -> None:
    unchanged = (sites.c.name == live.site) & sites.c.live_deployment.is_not_distinct_from(live.expected)
    values = {"live_deployment": live.to} | ({} if live.framework is None else {"framework": live.framework})
    if connection.execute(update(sites).where(unchanged).values(**values)).rowcount != 1:
        raise _stale("Another deployment of the site has gone live since it was read.")


def _stale(message: str) -> Conflict:
    return Conflict(message, code="stale", hint="Read it again and repeat what you meant to do.")
