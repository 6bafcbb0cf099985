"""One base image through the engine's classic builder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine, EngineRefusal
from zipp.images.classic import BuildFailure, ClassicBuild
from zipp.images.context import Context, tar_stream
from zipp.images.images import WriteLine

_NOT_FOUND, _CONFLICT = 404, 409


async def base_build(
    engine: Engine,
    name: str,
    dockerfile: str,
    files: Mapping[str, bytes],
    labels: Mapping[str, str],
    folder: Path,
    write: WriteLine,
) -> None:
    """`folder` holds further files of the context. Raises Unavailable base_failed."""
    extra = {**files, "Dockerfile": dockerfile.encode()}
    # Not cached: a base that is made anew is meant to be up to date.
    params = {"t": name, "labels": json.dumps(dict(labels)), "rm": "1", "forcerm": "1", "nocache": "1"}
    build = ClassicBuild(engine, write)
    try:
        await build.run(tar_stream(Context(folder, _is_folder, extra)), params)
    except BuildFailure as failure:
        raise failed(name, failure.reason) from failure
    for stage in build.stages[:-1]:
        await drop(engine, stage)


async def drop(engine: Engine, image: str) -> None:
    """Remove an image that a newer one replaced, unless something still builds on it or runs it."""
    try:
        async with engine.call() as docker:
            await docker.images.delete(image)
    except EngineRefusal as refusal:
        if refusal.status not in (_NOT_FOUND, _CONFLICT):
            raise


def failed(name: str, reason: str) -> Unavailable:
    return Unavailable(
        f"The base image {name} could not be made: {reason}",
        code="base_failed",
        hint="The lines above say why; most often a package archive can't be reached.",
    )


def _is_folder(path: str, is_folder: bool) -> bool:
    return is_folder
