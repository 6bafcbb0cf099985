"""Containers of a Docker engine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from zipp.domain.errors import StartError
from zipp.engine.client import Engine, EngineRefusal
from zipp.engine.networks import Bridge, Networks
from zipp.runtime import sockets
from zipp.runtime.containers import NOT_FOUND, Containers, container_of
from zipp.runtime.isolation import STOP_SECONDS, create_options, nano_cpus
from zipp.runtime.output import Output
from zipp.runtime.ports import is_taken, place_of
from zipp.runtime.runtime import Container, ContainerSpec, Listener, OutputLine, PortTaken
from zipp.settings import Settings

logger = structlog.get_logger()

STARTS_AT_ONCE = 4  # more do not start faster: the engine's own limit is about five a second
PING_SECONDS = 10.0


class DockerRuntime:
    """Everything that it makes bears the label zipp.instance, and is told apart by it from what others run."""

    def __init__(self, settings: Settings, engine: Engine | None = None) -> None:
        self._settings = settings
        self._engine = engine or Engine(settings.docker_host)
        self._networks = Networks(self._engine, settings.instance)
        self._containers = Containers(self._engine, settings.instance)
        self._output = Output(self._engine, self._containers)
        self._starts = asyncio.Semaphore(STARTS_AT_ONCE)

    @property
    def isolation_note(self) -> str:
        """In a sentence why containers may reach this host's services; empty when they can't."""
        return self._networks.firewall.note

    async def start(self) -> None:
        await self.ping()
        in_use = {self._network(each.host_port) for each in await self.list()}
        for name in sorted(in_use | {self._network(self._settings.port_range_start)}):
            await self._networks.ensure(name, again=True)

    async def close(self) -> None:
        await self._engine.close()

    async def ping(self) -> None:
        async with self._engine.call(PING_SECONDS) as docker:
            await docker.version()

    async def run(self, spec: ContainerSpec) -> Container:
        image, existing, network = await asyncio.gather(
            self._image_id(spec),
            self.get(spec.deployment_id),
            self._networks.ensure(self._network(spec.host_port)),
        )
        if existing is not None and existing.state == "running" and existing.image == image:
            return existing
        if existing is not None:
            await self.remove(spec.deployment_id, grace_seconds=0)
        async with self._starts:
            try:
                return await self._start(spec, network)
            except StartError as error:  # for a reason that is gone already, as a port that was held for a moment
                logger.warning("start_refused", deployment_id=spec.deployment_id, reason=error.message)
                return await self._start(spec, network)

    async def settle(self, deployment_id: str) -> None:
        container = await self.get(deployment_id)
        if container is not None and container.settles_to is not None:
            await self._engine.post(f"containers/{container.id}/update", {"NanoCpus": nano_cpus(container.settles_to)})

    async def get(self, deployment_id: str) -> Container | None:
        return next(iter(await self._containers.list(deployment_id)), None)

    async def list(self) -> Sequence[Container]:
        return await self._containers.list()

    async def listeners(self, deployment_id: str) -> Sequence[Listener] | None:
        for details in await self._containers.inspect(deployment_id):
            if details["State"]["Running"]:
                table: str | None = await asyncio.to_thread(self._seen_from_here, details)
                table = table or await self._containers.read_file(details["Id"], "/proc/net/tcp", "/proc/net/tcp6")
                return None if table is None else sockets.listeners(table)
        return None

    async def output(
        self, deployment_id: str, *, since: datetime | None = None, tail: int | None = None, follow: bool = False
    ) -> AsyncGenerator[OutputLine, None]:
        async with aclosing(self._output.lines(deployment_id, since=since, tail=tail, follow=follow)) as lines:
            async for line in lines:
                yield line

    async def connections(self, container: Container) -> int:
        table = await asyncio.to_thread(_tables, Path("/proc"))
        return sockets.connections(table, container.address, container.listen_port)

    async def remove(self, deployment_id: str, *, grace_seconds: int = STOP_SECONDS) -> None:
        await self._containers.remove(deployment_id, grace_seconds=grace_seconds)

    async def stop_all(self) -> None:
        await self._containers.stop(grace_seconds=STOP_SECONDS)

    async def teardown(self) -> None:
        """Remove every container and network of this instance, and its firewall rules. Idempotent."""
        await self._containers.remove(grace_seconds=0)
        await self._networks.remove_all()

    def _network(self, host_port: int) -> str:
        number = place_of(host_port, self._settings.port_range_start).network
        return f"{self._settings.instance}-sites-{number}"

    async def _start(self, spec: ContainerSpec, network: Bridge) -> Container:
        address = place_of(spec.host_port, self._settings.port_range_start).address(network.subnet)
        starting_cpus = min(spec.starting_cpus, os.cpu_count() or 0) if self._engine.is_local else 0.0
        spec = replace(spec, starting_cpus=starting_cpus)  # the engine refuses more than there are
        options = create_options(spec, instance=self._settings.instance, network=network.name, address=address)
        name = f"{self._settings.instance}-{spec.site}-{spec.deployment_id[-12:]}"
        try:
            async with self._engine.call() as docker:
                container = await docker.containers.create(options, name=name)
                await container.start()
                return container_of(await container.show())
        except BaseException as error:
            await self.remove(spec.deployment_id, grace_seconds=0)  # a failed start leaves it behind, `Created`
            if isinstance(error, EngineRefusal):
                raise await self._explained(spec, error, network.name, address) from error
            raise

    async def _explained(
        self, spec: ContainerSpec, refusal: EngineRefusal, network: str, address: str
    ) -> StartError | PortTaken:
        """Why the engine would not start it, by looking: its words differ from version to version."""
        if await asyncio.to_thread(is_taken, spec.host_port):
            return PortTaken(f"127.0.0.1:{spec.host_port} is taken")
        if address in await self._networks.holders(network):
            return PortTaken(f"{address}, the address that belongs to port {spec.host_port}, is taken")
        return StartError(
            f"The engine could not start the container: {refusal.reason[:300]}",
            hint="Deploy again; `zipp doctor` looks for what is wrong with the engine.",
        )

    async def _image_id(self, spec: ContainerSpec) -> str:
        try:
            async with self._engine.call() as docker:
                image = await docker.images.inspect(spec.image)
        except EngineRefusal as refusal:
            if refusal.status != NOT_FOUND:
                raise
            raise StartError(
                "The deployment's image does not exist any more.",
                code="image_missing",
                hint="Deploy the site again: its image is built anew.",
            ) from refusal
        if not (spec.command or image["Config"].get("Cmd") or image["Config"].get("Entrypoint")):
            raise StartError(
                "The image says nowhere what to start.",
                code="start_command_missing",
                hint="Add a CMD to the Dockerfile, or set `start` in zipp.toml.",
            )
        return str(image["Id"])

    def _seen_from_here(self, details: Mapping[str, Any]) -> str:
        """The container's sockets as this host's kernel shows them; empty when its process can't be seen from here."""
        process = Path("/proc") / str(details["State"]["Pid"])
        is_the_one = self._engine.is_local and details["Id"] in _read(process / "cgroup")
        return _tables(process) if is_the_one else ""


def _tables(process: Path) -> str:
    return _read(process / "net/tcp") + _read(process / "net/tcp6")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
