"""The queue: a deployment under way is its own entry, held by a lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, exists, select, update

from zipp.domain.deployment import UNDER_WAY, Deployment
from zipp.domain.ids import now
from zipp.records.sql.database import Part
from zipp.records.sql.rows import deployment_from
from zipp.records.sql.schema import deployments


class Queue(Part):
    async def claim_next(self, worker: str, *, lease_seconds: float) -> Deployment | None:
        def change(connection: Connection) -> Deployment | None:
            at = now()
            statement = (
                update(deployments)
                .where(deployments.c.id == _next_in_line(at))
                .values(lease_worker=worker, lease_until=at + timedelta(seconds=lease_seconds))
                .returning(deployments)
            )
            row = connection.execute(statement).mappings().one_or_none()
            return None if row is None else deployment_from(row)

        if not await self._database.read(_anything_waits):
            return None  # who asks an empty queue should not make writers wait
        return await self._database.write(change)

    async def renew_lease(self, deployment_id: str, worker: str, *, lease_seconds: float) -> bool:
        def change(connection: Connection) -> bool:
            at = now()
            # One that ran out is lost even when nobody took it: the site may be in other hands by now.
            held = (deployments.c.id == deployment_id) & _held_by(worker) & (deployments.c.lease_until > at)
            until = at + timedelta(seconds=lease_seconds)
            return connection.execute(update(deployments).where(held).values(lease_until=until)).rowcount == 1

        return await self._database.write(change)

    async def release_lease(self, deployment_id: str, worker: str) -> None:
        await self._give_back((deployments.c.id == deployment_id) & _held_by(worker))

    async def drop_leases(self, worker: str) -> None:
        await self._give_back(_held_by(worker))

    async def _give_back(self, which: ColumnElement[bool]) -> None:
        statement = update(deployments).where(which).values(lease_worker=None, lease_until=None)
        await self._database.write(lambda connection: connection.execute(statement))


def _held_by(worker: str) -> ColumnElement[bool]:
    return deployments.c.lease_worker == worker


def _anything_waits(connection: Connection) -> bool:
    return connection.execute(select(_next_in_line(now()))).scalar() is not None


def _next_in_line(at: datetime) -> ScalarSelect[str]:
    """The oldest deployment that is its own site's oldest under way, of a site of which nothing is leased."""
    leased, older = deployments.alias("leased"), deployments.alias("older")
    site_is_leased = exists().where(leased.c.site == deployments.c.site, leased.c.lease_until > at)
    not_its_turn = exists().where(
        older.c.site == deployments.c.site, older.c.status.in_(sorted(UNDER_WAY)), older.c.id < deployments.c.id
    )
    waiting = deployments.c.status.in_(sorted(UNDER_WAY))
    query = select(deployments.c.id).where(waiting, ~site_is_leased, ~not_its_turn)
    return query.order_by(deployments.c.id).limit(1).scalar_subquery()
