"""Builds by the engine's classic builder: every engine has it, and it holds each build to its limits by itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping

from aiodocker.containers import DockerContainer

from zipp.domain.errors import BuildError
from zipp.engine.client import Engine, EngineRefusal
from zipp.engine.networks import Networks
from zipp.images.build_limits import PERIOD_MICROSECONDS, PIDS
from zipp.images.classic import BuildFailure, ClassicBuild, json_messages
from zipp.images.context import tar_stream
from zipp.images.failures import build_error
from zipp.images.images import WriteLine
from zipp.images.sending import Sending
from zipp.settings import Settings

ENDED_SECONDS = 15.0
_CLOCK_SECONDS = 5  # the engine's clock may differ a little
_NOT_FOUND, _CONFLICT = 404, 409


class ClassicBuilder:
    def __init__(self, settings: Settings, engine: Engine, networks: Networks) -> None:
        self._settings = settings
        self._engine = engine
        self._networks = networks
        self._network = f"{settings.instance}-build"

    async def build(self, sending: Sending, reference: str, write: WriteLine) -> str:
        """The image's id. Layers that would be left dangling are named, to be found again when the deployment goes."""
        build = ClassicBuild(self._engine, write, on_container=self._limit_processes)
        try:
            return await build.run(tar_stream(sending.context), await self._params(reference, sending))
        except BuildFailure as failure:
            raise await self._error(failure, build) from failure
        finally:
            await self._leave_nothing_running(build)
            await self._keep_stages(reference, build)

    async def _params(self, reference: str, sending: Sending) -> Mapping[str, str]:
        network = await self._networks.ensure(self._network)
        memory = str(self._settings.build_memory_bytes)
        return {
            "t": reference,
            "dockerfile": sending.name,
            "labels": json.dumps(dict(sending.labels)),
            "buildargs": json.dumps(dict(sending.build_args)),
            "networkmode": network.name,
            "memory": memory,
            "memswap": memory,  # equal to memory: no swap
            "cpuperiod": str(PERIOD_MICROSECONDS),
            "cpuquota": str(round(self._settings.build_cpus * PERIOD_MICROSECONDS)),
            "rm": "1",
            "forcerm": "1",
        }

    async def _error(self, failure: BuildFailure, build: ClassicBuild) -> BuildError:
        killed = failure.exit_code is not None and await self._ran_out_of_memory(build)
        return await build_error(
            self._engine, failure, build, out_of_memory=killed, memory_bytes=self._settings.build_memory_bytes
        )

    async def _ran_out_of_memory(self, build: ClassicBuild) -> bool:
        """Whether the kernel killed anything in the build's containers."""
        filters = json.dumps({"type": ["container"], "event": ["oom"]})
        until = int(time.time()) + 1
        params = {"since": str(int(build.began) - _CLOCK_SECONDS), "until": str(until), "filters": filters}
        async with self._engine.stream("GET", "events", params=params) as response:
            async for event in json_messages(response.content.iter_any()):
                if str(event["Actor"]["ID"])[:12] in build.containers:
                    return True
        return False

    async def _limit_processes(self, container: str) -> None:
        """The build API has no such limit, so it is set on each container just before it starts."""
        try:
            await self._engine.post(f"containers/{container}/update", {"PidsLimit": PIDS})
        except EngineRefusal:
            if await self._is_running(container):  # otherwise the step is over already, or ran nothing
                raise

    async def _is_running(self, container: str) -> bool:
        try:
            async with self._engine.call() as docker:
                return bool((await docker.containers.get(container))["State"]["Running"])
        except EngineRefusal as refusal:
            if refusal.status == _NOT_FOUND:
                return False
            raise

    async def _leave_nothing_running(self, build: ClassicBuild) -> None:
        """The engine ends a build whose client is gone; wait for that, and help where it does not."""
        for identity in build.containers[-1:]:
            try:
                async with self._engine.call(ENDED_SECONDS * 2) as docker:
                    container = await docker.containers.get(identity)
                    if container["HostConfig"]["NetworkMode"] == self._network:  # it is a build's, whatever was printed
                        await _wait_or_remove(container)
            except EngineRefusal as refusal:
                if refusal.status not in (_NOT_FOUND, _CONFLICT):
                    raise

    async def _keep_stages(self, reference: str, build: ClassicBuild) -> None:
        repository, tag = reference.split(":")
        for number, layer in enumerate(build.stages):
            if build.image is not None and build.image.startswith(f"sha256:{layer}"):
                continue
            async with self._engine.call() as docker:
                await docker.images.tag(layer, repository, tag=f"{tag}.stage{number}")


async def _wait_or_remove(container: DockerContainer) -> None:
    try:
        async with asyncio.timeout(ENDED_SECONDS):
            await container.wait(condition="removed")
    except TimeoutError:
        await container.delete(force=True)
