"""Ports: who has which. The primary key is what keeps two deployments from holding one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, exists, insert, select

from zipp.domain.errors import NotFound, Unavailable
from zipp.records.sql.database import Part
from zipp.records.sql.schema import deployments, ports


class Ports(Part):
    async def allocate_port(self, deployment_id: str, *, start: int, end: int, exclude: Collection[int] = ()) -> int:
        def change(connection: Connection) -> int:
            held = connection.execute(select(ports.c.port).where(ports.c.deployment == deployment_id)).scalar()
            if held is not None and held not in exclude:
                return int(held)
            if not connection.execute(select(exists().where(deployments.c.id == deployment_id))).scalar():
                raise NotFound("There is no such deployment.")  # nothing would ever free its port
            taken = set(connection.execute(select(ports.c.port)).scalars()) | set(exclude)
            port = next((port for port in range(start, end + 1) if port not in taken), None)
            if port is None:
                raise Unavailable(
                    f"Every port from {start} to {end} is taken.",
                    code="ports_exhausted",
                    hint="Stop or delete deployments, or widen ZIPP_PORT_RANGE_START and ZIPP_PORT_RANGE_END.",
                )
            connection.execute(delete(ports).where(ports.c.deployment == deployment_id))
            connection.execute(insert(ports).values(port=port, deployment=deployment_id))
            return port

        return await self._database.write_progress(change)

    async def release_port(self, deployment_id: str) -> None:
        statement = delete(ports).where(ports.c.deployment == deployment_id)
        await self._database.write_progress(lambda connection: connection.execute(statement))

    async def ports_in_use(self) -> Mapping[int, str]:
        return await self._database.read(
            lambda connection: {row.port: row.deployment for row in connection.execute(select(ports))}
        )
