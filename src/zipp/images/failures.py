"""Why a build failed, in a plain sentence: by exit codes and by looking, never by what the engine's text says."""

from __future__ import annotations

import asyncio
import re
import shutil
from typing import Protocol

from zipp.domain.errors import BuildError
from zipp.engine.client import Engine, EngineRefusal
from zipp.images.build_scripts import NOTHING_BUILT, NOTHING_BUILT_MARK
from zipp.images.classic import BuildFailure

DISK_FULL_BYTES = 64 * 1024**2
KILLED = 137  # 128 + SIGKILL
_NOT_FOUND = 404
_HOST_PATH = re.compile(r"/\S*/(?:docker|containerd)/\S+")


class FailedBuild(Protocol):
    @property
    def instruction(self) -> str:
        """The one that failed; empty when it was none."""

    @property
    def last_error(self) -> str:
        """The last line that it printed to standard error."""


async def build_error(
    engine: Engine, failure: BuildFailure, build: FailedBuild, *, out_of_memory: bool, memory_bytes: int
) -> BuildError:
    """`out_of_memory`: the kernel killed something in the build; what lost it may exit with any code."""
    if await is_disk_full(engine):
        return disk_full()
    step = f"The build step `{build.instruction[:200]}`"
    if failure.exit_code is not None:
        if failure.exit_code == KILLED or out_of_memory:
            return BuildError(
                f"{step} needed more than the {memory_bytes // 1024**2} MB of memory that a build may use.",
                code="build_out_of_memory",
                hint="Let it use less (fewer parallel jobs, no source maps), or raise ZIPP_BUILD_MEMORY_BYTES.",
            )
        if failure.exit_code == NOTHING_BUILT and build.last_error.startswith(NOTHING_BUILT_MARK):
            return _output_missing(build.last_error.removeprefix(NOTHING_BUILT_MARK))
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


def disk_full() -> BuildError:
    return BuildError(
        "The server's disk is full.",
        code="build_no_space",
        hint="Delete old deployments, or give the server more disk; `zipp doctor` shows what is used.",
    )


def timed_out(seconds: int) -> BuildError:
    return BuildError(
        f"The build took longer than {seconds} seconds.",
        code="build_timeout",
        hint="The last lines of its log say what it was at; an admin can raise ZIPP_BUILD_TIMEOUT_SECONDS.",
    )


async def is_disk_full(engine: Engine) -> bool:
    if not engine.is_local:
        return False
    async with engine.call() as docker:
        root = (await docker.system.info())["DockerRootDir"]
    try:
        return (await asyncio.to_thread(shutil.disk_usage, root)).free < DISK_FULL_BYTES
    except OSError:  # not this account's to see
        return False


def _output_missing(what: str) -> BuildError:
    return BuildError(
        f"The build ran, but {what[:300]}.",
        code="output_missing",
        hint="Set `output` in zipp.toml to the folder that the build writes its pages to.",
    )


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
