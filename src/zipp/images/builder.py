"""Images through the engine's classic builder: it holds every build to its own memory and CPU limit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from pathlib import Path

from aiodocker.containers import DockerContainer

from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan
from zipp.engine.client import Engine, EngineRefusal
from zipp.engine.networks import Networks
from zipp.images.bases import Bases
from zipp.images.classic import BuildFailure, ClassicBuild
from zipp.images.context import tar_stream
from zipp.images.dockerfile import bases_of
from zipp.images.failures import build_error
from zipp.images.images import WriteLine
from zipp.images.recipes import STATIC
from zipp.images.sending import DOCKERFILE, Sending, prepare
from zipp.settings import Settings

BUILD_PIDS = 4096  # a fork bomb would otherwise take the host's 32,768 process ids before its memory ends
CPU_PERIOD_MICROSECONDS = 100_000
ENDED_SECONDS = 15.0
_NOT_FOUND, _CONFLICT = 404, 409


class DockerImages:
    """Images are told apart by their tags: <instance>/site-<site>:<deployment id>, and beside it .stage<n> for layers
    that no image holds but the next build may take up again.
    """

    def __init__(self, settings: Settings, bases: Bases | None = None, engine: Engine | None = None) -> None:
        self._settings = settings
        self._engine = engine or Engine(settings.docker_host)
        self._bases = bases or Bases(settings)
        self._networks = Networks(self._engine, settings.instance)
        self._network = f"{settings.instance}-build"
        self._prefix = f"{settings.instance.rstrip('-')}/site-"

    async def close(self) -> None:
        await self._bases.close()
        await self._engine.close()

    async def build(self, *, deployment_id: str, site: str, tree: Path, plan: BuildPlan, write: WriteLine) -> str:
        reference = f"{self._prefix}{site}:{deployment_id}"
        if built := await self._image_id(reference):
            return built
        sending = await asyncio.to_thread(prepare, tree, plan, {"zipp.instance": self._settings.instance})
        await self._provide_bases(sending.dockerfile, write)
        params = await self._params(reference, sending)
        build = ClassicBuild(self._engine, write, on_container=self._limit_processes)
        try:
            async with asyncio.timeout(self._settings.build_timeout_seconds):
                image = await build.run(tar_stream(sending.context), params)
        except TimeoutError as error:
            raise _timeout(self._settings.build_timeout_seconds) from error
        except BuildFailure as failure:
            raise await build_error(
                self._engine, failure, build, memory_bytes=self._settings.build_memory_bytes
            ) from failure
        finally:
            await self._leave_nothing_running(build)
            await self._keep_stages(reference, build)
        return image

    async def static_server(self, *, write: WriteLine) -> str:
        return await self._bases.ensure(STATIC, write)

    async def exists(self, image: str) -> bool:
        return await self._image_id(image) is not None

    async def remove(self, deployment_id: str) -> None:
        for tag, owner in (await self._tags()).items():
            if owner == deployment_id:
                await self._untag(tag)

    async def prune(self, keep: Collection[str]) -> None:
        for tag, owner in (await self._tags()).items():
            if owner not in keep:
                await self._untag(tag)

    async def _params(self, reference: str, sending: Sending) -> Mapping[str, str]:
        network = await self._networks.ensure(self._network)
        memory = str(self._settings.build_memory_bytes)
        return {
            "t": reference,
            "dockerfile": DOCKERFILE,
            "labels": json.dumps(dict(sending.labels)),
            "networkmode": network.name,
            "memory": memory,
            "memswap": memory,  # equal to memory: no swap
            "cpuperiod": str(CPU_PERIOD_MICROSECONDS),
            "cpuquota": str(round(self._settings.build_cpus * CPU_PERIOD_MICROSECONDS)),
            "rm": "1",
            "forcerm": "1",
        }

    async def _provide_bases(self, dockerfile: str, write: WriteLine) -> None:
        """No registry is ever asked for a zipp/ image: whoever holds that name there could be anybody."""
        for name in bases_of(dockerfile):
            if name in await self._bases.known():
                await self._bases.ensure(name, write)
            elif not await self.exists(name):
                raise BuildError(
                    f"The Dockerfile builds on {name}, which does not exist.",
                    code="base_missing",
                    hint=await self._bases.choice(),
                )

    async def _limit_processes(self, container: str) -> None:
        """The build API has no such limit, so it is set on each container just before it starts."""
        try:
            await self._engine.post(f"containers/{container}/update", {"PidsLimit": BUILD_PIDS})
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
        """Name the layers that would be left dangling, so that they are found again when the deployment goes."""
        repository, tag = reference.split(":")
        for number, layer in enumerate(build.stages):
            if build.image is not None and build.image.startswith(f"sha256:{layer}"):
                continue
            async with self._engine.call() as docker:
                await docker.images.tag(layer, repository, tag=f"{tag}.stage{number}")

    async def _tags(self) -> Mapping[str, str]:
        """Every tag of this instance's images, and the deployment that it belongs to."""
        async with self._engine.call() as docker:
            images = await docker.images.list(filters={"reference": [f"{self._prefix}*"]})
        tags = [tag for image in images for tag in image["RepoTags"] or () if tag.startswith(self._prefix)]
        return {tag: tag.partition(":")[2].partition(".")[0] for tag in tags}

    async def _untag(self, tag: str) -> None:
        """The engine removes what no other tag needs; an image that a container still uses stays for the next time."""
        try:
            async with self._engine.call() as docker:
                await docker.images.delete(tag)
        except EngineRefusal as refusal:
            if refusal.status not in (_NOT_FOUND, _CONFLICT):
                raise

    async def _image_id(self, reference: str) -> str | None:
        try:
            async with self._engine.call() as docker:
                return str((await docker.images.inspect(reference))["Id"])
        except EngineRefusal as refusal:
            if refusal.status == _NOT_FOUND:
                return None
            raise


async def _wait_or_remove(container: DockerContainer) -> None:
    try:
        async with asyncio.timeout(ENDED_SECONDS):
            await container.wait(condition="removed")
    except TimeoutError:
        await container.delete(force=True)


def _timeout(seconds: int) -> BuildError:
    return BuildError(
        f"The build took longer than {seconds} seconds.",
        code="build_timeout",
        hint="The last lines of its log say what it was at; an admin can raise ZIPP_BUILD_TIMEOUT_SECONDS.",
    )
