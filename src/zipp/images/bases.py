"""The images that sites are built on: made on this machine, at set-up or at first need, and shared by its platforms."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine, EngineRefusal
from zipp.images import bootstrap
from zipp.images.base_build import base_build, drop
from zipp.images.images import WriteLine
from zipp.images.recipes import DEBIAN, STATIC, Recipe, recipes
from zipp.images.roots import Roots
from zipp.settings import Settings

# What most sites need, and people's first Dockerfiles; the others are made when a site asks for them.
DEFAULT = (
    *(DEBIAN, STATIC),
    *("zipp/node:22-slim", "zipp/node:22", "zipp/node:22-build"),
    *("zipp/python:3.11-slim", "zipp/python:3.11", "zipp/python:3.11-build"),
)
LABEL, DIGEST_LABEL = "zipp.base", "zipp.base.digest"
_MACHINES = {"amd64": "x64", "x86_64": "x64", "arm64": "arm64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class BaseState:
    name: str
    state: Literal["ready", "out of date", "not made", "needs a registry"]
    size_bytes: int = 0


class Bases:
    """A changed recipe, or a changed certificate bundle or mirror, makes an image anew at its next use."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine | None = None,
        recipes: Callable[[str], Mapping[str, Recipe]] = recipes,
    ) -> None:
        self._settings = settings
        self._engine = engine or Engine(settings.docker_host)
        self._roots = Roots(settings, self._engine)
        self._recipes_for = recipes
        self._recipes: Mapping[str, Recipe] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._staying: dict[str, str] = {}  # out of date, and the digest that could not be made
        self._making = asyncio.Lock()  # two at once would only take each other's disk and network

    async def close(self) -> None:
        await self._engine.close()

    async def known(self) -> Sequence[str]:
        """The names that can be made here, those included that take a registry."""
        if not self._recipes:
            async with self._engine.call() as docker:
                version = await docker.version()
            self._recipes = self._recipes_for(_MACHINES.get(str(version["Arch"]), str(version["Arch"])))
        return tuple(self._recipes)

    async def states(self) -> Sequence[BaseState]:
        """What is there of every known one, roots first."""
        names = await self.known()
        async with self._engine.call() as docker:
            images = await docker.images.list()
        found = {tag: image for image in images for tag in image["RepoTags"] or ()}
        beneath = self._roots.beneath()
        return [self._state(name, found.get(name), self._digest(name, beneath)) for name in names]

    async def ensure_all(self, names: Sequence[str] = DEFAULT, *, write: WriteLine) -> None:
        for name in names:
            await self.ensure(name, write)

    async def ensure(self, name: str, write: WriteLine) -> str:
        """The id of the base image `name`, made first where it is missing or out of date.

        Whoever asks for one that is being made waits for it. One that is out of date stays where none can be made.
        Raises Unavailable: base_unknown, base_missing_tools, base_failed; BuildError base_missing for one that only a
        registry could give.
        """
        if name not in await self.known():
            raise Unavailable(f"There is no base image {name}.", code="base_unknown", hint=await self.choice())
        async with self._locks[name]:
            digest = self._digest(name, self._roots.beneath())
            found, found_digest = await self._find(name)
            if found is not None and digest in (found_digest, self._staying.get(name)):
                return found
            try:
                for parent in self._recipes[name].parents:
                    await self.ensure(parent, write)
                async with self._making:
                    return await self._make(self._recipes[name], digest, found, write)
            except Unavailable as error:
                if found is None or error.code not in ("base_missing_tools", "base_failed"):
                    raise
                self._staying[name] = digest
                await write(f"{name} is out of date, but stays: {error.message}", "zipp")
                return found

    async def choice(self) -> str:
        """What can be made without a registry, in a sentence."""
        return f"There are {_listed(name for name in await self.known() if not self._needs_registry(name))}."

    def _instead_of(self, wanted: str) -> str:
        """Other versions of the same language, for the same use."""
        like = _language_and_use(wanted)
        here = (name for name in self._recipes if not self._needs_registry(name))
        return _listed(name for name in here if _language_and_use(name) == like)

    def _needs_registry(self, name: str) -> bool:
        recipe = self._recipes[name]
        return recipe.needs_registry or any(self._needs_registry(parent) for parent in recipe.parents)

    def _digest(self, name: str, beneath: str) -> str:
        recipe = self._recipes[name]
        parents = [self._digest(parent, beneath) for parent in recipe.parents]
        return recipe.digest(*parents or [beneath])

    def _state(self, name: str, image: Mapping[str, Any] | None, digest: str) -> BaseState:
        if image is None:
            return BaseState(name, "needs a registry" if self._needs_registry(name) else "not made")
        is_current = (image["Labels"] or {}).get(DIGEST_LABEL) == digest
        return BaseState(name, "ready" if is_current else "out of date", int(image["Size"]))

    async def _find(self, name: str) -> tuple[str | None, str]:
        try:
            async with self._engine.call() as docker:
                image = await docker.images.inspect(name)
        except EngineRefusal as refusal:
            if refusal.status == 404:
                return None, ""
            raise
        return str(image["Id"]), str((image["Config"].get("Labels") or {}).get(DIGEST_LABEL, ""))

    async def _make(self, recipe: Recipe, digest: str, replaced: str | None, write: WriteLine) -> str:
        await write(f"Making the base image {recipe.name}: once, it stays on this machine", "zipp")
        began = time.monotonic()
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="base-", dir=self._settings.data_dir))
        labels = {LABEL: "1", DIGEST_LABEL: digest}
        try:
            if recipe.parents:
                await self._build(recipe, labels, folder, write)
            else:
                await self._roots.make(recipe, labels, folder, write, instead=self._instead_of(recipe.name))
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        image, _ = await self._find(recipe.name)
        if replaced is not None and replaced != image:
            await drop(self._engine, replaced)
        await write(f"The base image {recipe.name} is ready, after {time.monotonic() - began:.0f} s", "zipp")
        return image or ""

    async def _build(self, recipe: Recipe, labels: Mapping[str, str], folder: Path, write: WriteLine) -> None:
        for name, specification in recipe.npm.items():
            (folder / name).mkdir()
            archive = await bootstrap.npm_package(specification, folder / name, self._settings.npm_registry, write)
            archive.rename(folder / f"{name}.tgz")
        files = {name: text.encode() for name, text in recipe.files.items()}
        await base_build(self._engine, recipe.name, recipe.dockerfile, files, labels, folder, write)


def _language_and_use(name: str) -> tuple[str, str]:
    """zipp/node:22-slim is node's, and slim."""
    language, _, tag = name.partition(":")
    return language, tag.partition("-")[2]


def _listed(names: Iterable[str]) -> str:
    """zipp/node:20, 20-build; zipp/python:3.11"""
    versions: dict[str, list[str]] = {}
    for name in names:
        language, _, version = name.partition(":")
        versions.setdefault(language, []).append(version)
    return "; ".join(f"{language}:{', '.join(tags)}" for language, tags in versions.items())
