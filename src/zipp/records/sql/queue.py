"""The queue: a deployment under way is its own entry, held by a lease."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, exists, select, update

from zipp.domain.deployment import UNDER_WAY, Deployment
from zipp.domain.ids import now
from zipp.records.sql.database import Part
from zipp.records.sql.rows import deployment_from
from zipp.records.sql.schema import UtcTime, deployments


def _next_in_line() -> ScalarSelect[str]:
    """The oldest deployment under way of a site of which nothing is leased at `at`; so also its site's oldest."""
    leased = deployments.alias("leased")
    site_is_leased = exists().where(leased.c.site == deployments.c.site, leased.c.lease_until > _AT)
    query = select(deployments.c.id).where(deployments.c.status.in_(sorted(UNDER_WAY)), ~site_is_leased)
    return query.order_by(deployments.c.id).limit(1).scalar_subquery()


# Built once: putting the statement together takes longer (3 ms) than the database takes to answer it.
_AT = bindparam("at", type_=UtcTime)
_NEXT = _next_in_line()
_WAITING = select(_NEXT)
_CLAIM = (
    update(deployments)
    .where(deployments.c.id == _NEXT)
    .values(lease_worker=bindparam("worker"), lease_until=bindparam("until"))
    .returning(deployments)
)


class Queue(Part):
    async def claim_next(self, worker: str, *, lease_seconds: float) -> Deployment | None:
        def change(connection: Connection) -> Deployment | None:
            at = now()
            lease = {"at": at, "worker": worker, "until": at + timedelta(seconds=lease_seconds)}
            row = connection.execute(_CLAIM, lease).mappings().one_or_none()
            return None if row is None else deployment_from(row)

        if await self._database.read(lambda connection: connection.execute(_WAITING, {"at": now()}).scalar()) is None:
            return None  # who asks an empty queue should not make writers wait
        return await self._database.write_progress(change)

    async def renew_lease(self, deployment_id: str, worker: str, *, lease_seconds: float) -> bool:
        def change(connection: Connection) -> bool:
            at = now()
            # One that ran out is lost even when nobody took it: the site may be in other hands by now.
            held = (deployments.c.id == deployment_id) & _held_by(worker) & (deployments.c.lease_until > at)
            until = at + timedelta(seconds=lease_seconds)
            return connection.execute(update(deployments).where(held).values(lease_until=until)).rowcount == 1

        return await self._database.write_progress(change)

    async def release_lease(self, deployment_id: str, worker: str) -> None:
        await self._give_back((deployments.c.id == deployment_id) & _held_by(worker))

    async def drop_leases(self, worker: str) -> None:
        await self._give_back(_held_by(worker))

    async def _give_back(self, which: ColumnElement[bool]) -> None:
        statement = update(deployments).where(which).values(lease_worker=None, lease_until=None)
        await self._database.write_progress(lambda connection: connection.execute(statement))


def _held_by(worker: str) -> ColumnElement[bool]:
    return deployments.c.lease_worker == worker
