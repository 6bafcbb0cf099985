"""How a source becomes a running website: decided once, by a detector, and carried from there."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

# Begins what a command of ours goes on with when its first part fails (detect/node/install_commands.py).
OR_ELSE = " || { code="


def first_try(command: str) -> str:
    """A command as people want to read it: without what is only tried when it fails."""
    return command.partition(OR_ELSE)[0]


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
    """Three shapes: files as they are (nothing is built), files that a build makes, and a server in a container.

    Commands are people's own text and only ever run inside a build or a container, as one argument of `sh -c`.
    Paths are relative to `root`, the project's folder inside the source, which is /app in the image.

    A generated Dockerfile has up to three stages, each left out where it has nothing to do:

    - *dependencies*, from `builder`: `dependency_files` are copied in and `dependencies` run; they leave what the site
      needs while it runs in `dependency_folders`. Without `dependency_files` the whole source is copied in.
    - *build*, from `builder`: `dependency_files` and `install` (without `install`, it goes on from the first stage),
      then the source and `build`, with `build_env` and the site's own environment set.
    - *site*, from `base`: the dependency folders, and `keep` of the build's files, or the source where nothing is
      built. A plan of static files has none: `output` is taken out of the build.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    framework: str
    summary: str
    serve: Serve = Serve.CONTAINER
    root: str = "."
    whole_source: bool = False  # a subdirectory was named, but it is built from the source's top: a workspace's member

    dockerfile: str = ""  # the project's own, then nothing of a generated one is set
    builder: str = ""  # image with the tools to install and build, as zipp/node:22-build
    base: str = ""  # image that the site's container is made of, as zipp/node:22-slim
    tools: tuple[str, ...] = ()  # commands run as root at the top of the builder stages ("npm install -g pnpm@9.15.0")
    caches: tuple[str, ...] = ()  # download caches kept between builds, by name: npm, pnpm, yarn, bun, pip, uv…
    dependency_files: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    dependency_folders: tuple[str, ...] = ()  # relative, or absolute as /opt/venv
    install: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    build_env: dict[str, str] = Field(default_factory=dict)
    build_caches: tuple[str, ...] = ()  # folders that the build itself keeps for the next time, as .next/cache
    keep: tuple[str, ...] = (".",)

    output: str = ""  # the folder of static files
    find_output: bool = False  # where `output` has no index.html: the shallowest index.html that the build wrote
    in_place: bool = False  # where it wrote none at all: it only adds to the pages that are there, at the root
    fallback: str = ""  # page inside `output` for addresses without a file, as index.html for client-side routing

    before_start: str = ""  # run in each new container before `start`, as database migrations
    start: str = ""
    port: int = Field(default=8080, ge=1, le=65535)
    env: dict[str, str] = Field(default_factory=dict)
    health_path: str = "/"
    read_only_root: bool = True
    limits: WantedLimits = WantedLimits()

    @property
    def is_static(self) -> bool:
        """It ends as a release folder, served by nginx itself or mounted into the static server's container."""
        return not (self.start or self.dockerfile)

    @property
    def is_built(self) -> bool:
        """Something of it runs in a build."""
        return bool(self.dockerfile or self.dependencies or self.install or self.build)
