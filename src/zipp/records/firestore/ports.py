"""Ports: who has which. A port's document can be made only once, and its deployment's says the same."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from zipp.domain.errors import NotFound, Unavailable
from zipp.records.firestore import paths, queries
from zipp.records.firestore.store import Part
from zipp.records.firestore.writes import Writes


class Ports(Part):
    async def allocate_port(self, deployment_id: str, *, start: int, end: int, exclude: Collection[int] = ()) -> int:
        async def work(writes: Writes) -> int:
            (found,), in_use = await asyncio.gather(
                self._store.get(paths.deployment(deployment_id)), self._store.find(queries.ports())
            )
            if found is None:
                raise NotFound("There is no such deployment.")  # nothing would ever free its port
            held = found.fields.get("held_port")
            if held is not None and held not in exclude:
                return int(held)
            taken = {int(paths.id_of(document.path)) for document in in_use} | set(exclude)
            port = next((port for port in range(start, end + 1) if port not in taken), None)
            if port is None:
                raise Unavailable(
                    f"Every port from {start} to {end} is taken.",
                    code="ports_exhausted",
                    hint="Stop or delete deployments, or widen ZIPP_PORT_RANGE_START and ZIPP_PORT_RANGE_END.",
                )
            if held is not None:
                writes.remove(paths.port(held))
            writes.create(paths.port(port), {"port": port, "deployment": deployment_id})
            writes.change(found, {"held_port": port})
            return port

        return await self._store.change(work, queue="ports")

    async def release_port(self, deployment_id: str) -> None:
        async def work(writes: Writes) -> None:
            (found,) = await self._store.get(paths.deployment(deployment_id))
            held = None if found is None else found.fields.get("held_port")
            if found is not None and held is not None:
                writes.remove(paths.port(held))
                writes.change(found, {"held_port": None})

        await self._store.change(work, queue="ports")

    async def ports_in_use(self) -> Mapping[int, str]:
        found = await self._store.find(queries.ports())
        return {int(paths.id_of(document.path)): document.fields["deployment"] for document in found}
