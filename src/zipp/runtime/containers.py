"""The instance's containers as the engine knows them: found by label, looked at, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Literal

from aiodocker import DockerError
from aiodocker.containers import DockerContainer

from zipp.engine.client import Engine
from zipp.runtime.isolation import nano_cpus
from zipp.runtime.runtime import Container

State = Literal["created", "running", "restarting", "exited", "paused", "dead"]

GONE_SECONDS = 60.0  # the engine kills and removes within seconds, unless its disk is very busy
NOT_FOUND, CONFLICT = 404, 409


class Containers:
    def __init__(self, engine: Engine, instance: str) -> None:
        self._engine = engine
        self._instance = instance

    async def list(self, deployment_id: str | None = None) -> Sequence[Container]:
        return [container_of(details) for details in await self.inspect(deployment_id)]

    async def inspect(self, deployment_id: str | None = None) -> Sequence[Mapping[str, Any]]:
        """The engine's own description (ContainerInspect) of each, or of the deployment's; newest first."""
        async with self._engine.call() as docker:
            found = await docker.containers.list(all=True, filters=self._filters(deployment_id))
            details = await asyncio.gather(*(_unless_gone(container.show()) for container in found))
        return [each for each in details if each is not None]

    async def remove(self, deployment_id: str | None = None, *, grace_seconds: int) -> None:
        """SIGTERM, `grace_seconds`, SIGKILL, and gone; with its anonymous volumes. Idempotent."""
        async with self._engine.call(GONE_SECONDS + grace_seconds) as docker:
            found = await docker.containers.list(all=True, filters=self._filters(deployment_id))
            await asyncio.gather(*(_remove(container, grace_seconds) for container in found))

    async def stop(self, *, grace_seconds: int) -> None:
        async with self._engine.call(GONE_SECONDS + grace_seconds) as docker:
            found = await docker.containers.list(all=True, filters=self._filters())
            await asyncio.gather(*(_unless_gone(container.stop(t=grace_seconds)) for container in found))

    async def read_file(self, container_id: str, *paths: str) -> str | None:
        """What `cat` prints inside the container; None when it has no `cat` or does not run."""
        async with self._engine.call() as docker:
            try:
                execution = await docker.containers.container(container_id).exec(["cat", *paths], stderr=False)
                async with execution.start(detach=False) as stream:
                    chunks = []
                    while message := await stream.read_out():
                        chunks.append(message.data)
                code = (await execution.inspect())["ExitCode"]
            except DockerError as error:
                if error.status in (NOT_FOUND, CONFLICT):
                    return None
                raise
        return b"".join(chunks).decode(errors="replace") if code == 0 else None

    def _filters(self, deployment_id: str | None = None) -> dict[str, Sequence[str]]:
        deployment = "zipp.deployment" if deployment_id is None else f"zipp.deployment={deployment_id}"
        return {"label": [f"zipp.instance={self._instance}", deployment]}


def container_of(details: Mapping[str, Any]) -> Container:
    state, labels = details["State"], details["Config"]["Labels"]
    networks = (details["NetworkSettings"]["Networks"] or {}).values()
    status: State = "dead" if state["Status"] == "removing" else state["Status"]
    never_ran = status == "created" and state["ExitCode"] == 0
    return Container(
        id=details["Id"],
        deployment_id=labels["zipp.deployment"],
        site=labels["zipp.site"],
        state=status,
        address=next((network["IPAddress"] for network in networks if network.get("IPAddress")), ""),
        listen_port=int(labels["zipp.listen_port"]),
        host_port=int(labels["zipp.host_port"]),
        exit_code=None if status in ("running", "paused") or never_ran else state["ExitCode"],
        oom_killed=state["OOMKilled"],
        restarts=details["RestartCount"],
        image=details["Image"],
        settles_to=_settles_to(labels, details["HostConfig"]),
    )


def _settles_to(labels: Mapping[str, str], host_config: Mapping[str, Any]) -> float | None:
    cpus = float(labels.get("zipp.cpus", 0))  # containers of older versions lack it
    return cpus if cpus and host_config["NanoCpus"] != nano_cpus(cpus) else None


async def _remove(container: DockerContainer, grace_seconds: int) -> None:
    if grace_seconds:
        await _unless_gone(container.stop(t=grace_seconds))
    try:
        await _unless_gone(container.delete(force=True, v=True))
    except DockerError as error:
        if error.status != CONFLICT:  # somebody else is removing it just now
            raise
        await _unless_gone(container.wait(condition="removed"))


async def _unless_gone(call: Awaitable[Any]) -> Any:
    """The call's result; None when the container was removed since it was listed."""
    try:
        return await call
    except DockerError as error:
        if error.status == NOT_FOUND:
            return None
        raise
