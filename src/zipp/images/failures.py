"""Why a build failed, in a plain sentence: by exit codes and by looking, never by what the engine's text says."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time

from zipp.domain.errors import BuildError
from zipp.engine.client import Engine, EngineRefusal
from zipp.images.classic import BuildFailure, ClassicBuild, json_messages

DISK_FULL_BYTES = 64 * 1024**2
KILLED = 137  # 128 + SIGKILL
_CLOCK_SECONDS = 5  # the engine's clock may differ a little
_NOT_FOUND = 404
_HOST_PATH = re.compile(r"/\S*/(?:docker|containerd)/\S+")


async def build_error(engine: Engine, failure: BuildFailure, build: ClassicBuild, *, memory_bytes: int) -> BuildError:
    if await _is_disk_full(engine):
        return BuildError(
            "The server's disk is full.",
            code="build_no_space",
            hint="Delete old deployments, or give the server more disk; `zipp doctor` shows what is used.",
        )
    step = f"The build step `{build.instruction[:200]}`"
    if failure.exit_code is not None:
        if failure.exit_code == KILLED or await _ran_out_of_memory(engine, build):
            return BuildError(
                f"{step} needed more than the {memory_bytes // 1024**2} MB of memory that a build may use.",
                code="build_out_of_memory",
                hint="Let it use less (fewer parallel jobs, no source maps), or raise ZIPP_BUILD_MEMORY_BYTES.",
            )
        return BuildError(
            f"{step} ended with exit code {failure.exit_code}.", hint="The last lines of the build log say why."
        )
    if (base := _base_of(build.instruction)) and not await _exists(engine, base):
        return BuildError(
            f"The base image {base[:200]} could not be fetched.",
            code="base_missing",
            hint="Check its name, and whether this server reaches the registry; images named zipp/... need none.",
        )
    reason = _HOST_PATH.sub("…", failure.reason)[:500]
    return BuildError(
        f"{step} failed: {reason}" if build.instruction else f"The Dockerfile can't be used: {reason}",
        hint="Correct the Dockerfile and deploy again.",
    )


async def _ran_out_of_memory(engine: Engine, build: ClassicBuild) -> bool:
    """Whether the kernel killed anything in the build's containers: the program that lost it may exit with any code."""
    filters = json.dumps({"type": ["container"], "event": ["oom"]})
    until = int(time.time()) + 1
    params = {"since": str(int(build.began) - _CLOCK_SECONDS), "until": str(until), "filters": filters}
    async with engine.stream("GET", "events", params=params) as response:
        async for event in json_messages(response.content.iter_any()):
            if str(event["Actor"]["ID"])[:12] in build.containers:
                return True
    return False


async def _is_disk_full(engine: Engine) -> bool:
    if not engine.is_local:
        return False
    async with engine.call() as docker:
        root = (await docker.system.info())["DockerRootDir"]
    try:
        return (await asyncio.to_thread(shutil.disk_usage, root)).free < DISK_FULL_BYTES
    except OSError:  # not this account's to see
        return False


def _base_of(instruction: str) -> str:
    words = [word for word in instruction.split() if not word.startswith("--")]
    return words[1] if len(words) > 1 and words[0].upper() == "FROM" else ""


async def _exists(engine: Engine, image: str) -> bool:
    try:
        async with engine.call() as docker:
            await docker.images.inspect(image)
    except EngineRefusal as refusal:
        if refusal.status == _NOT_FOUND:
            return False
        raise
    return True
