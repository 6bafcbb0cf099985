"""How a source becomes a running website: decided once, by a detector, and carried from there."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Serve(StrEnum):
    NGINX = "nginx"  # nginx serves a release folder itself: no container
    CONTAINER = "container"


class Limits(BaseModel):
    """What one container may use. Sizes in bytes; `cpus` in cores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_bytes: int = Field(default=512 * 1024**2, ge=16 * 1024**2, le=1024**4)
    cpus: float = Field(default=1.0, ge=0.05, le=256)
    pids: int = Field(default=256, ge=8, le=65536)


class WantedLimits(BaseModel):
    """What a project asks for itself: it may take less than its site's limits, never more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_bytes: int | None = Field(default=None, ge=16 * 1024**2)
    cpus: float | None = Field(default=None, ge=0.05)
    pids: int | None = Field(default=None, ge=8)

    def within(self, most: Limits) -> Limits:
        wanted = self.model_dump(exclude_none=True)
        return most.model_copy(update={name: min(value, getattr(most, name)) for name, value in wanted.items()})


class BuildPlan(BaseModel):
    """Shell commands (`install`, `build`, `start`) are people's own text and only ever run inside a build or a
    container, as one argument of `sh -c`.

    `root` is the project's folder inside the source; `output` the folder of static files inside `root`;
    `base` the image that a generated Dockerfile builds on; `dockerfile` the path of the project's own Dockerfile
    inside `root` (then `base`, `install`, `build` are empty).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    framework: str
    summary: str
    serve: Serve = Serve.CONTAINER
    root: str = "."
    base: str = ""
    dependency_files: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    start: str = ""
    output: str = ""
    dockerfile: str = ""
    port: int = Field(default=8080, ge=1, le=65535)
    env: dict[str, str] = Field(default_factory=dict)
    health_path: str = "/"
    read_only_root: bool = True
    limits: WantedLimits = WantedLimits()
