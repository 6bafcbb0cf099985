"""The images that sites are built on: made on this machine, at set-up or at first need, and shared by its platforms."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine, EngineRefusal
from zipp.images import bootstrap
from zipp.images.classic import BuildFailure, ClassicBuild, json_messages
from zipp.images.context import Context, tar_stream
from zipp.images.images import WriteLine
from zipp.images.recipes import CA_BUNDLE, CA_ENV, DEBIAN, STATIC, Recipe, recipes
from zipp.settings import Settings

DEFAULT = (DEBIAN, "zipp/python:3.11", "zipp/node:22", STATIC)
LABEL, DIGEST_LABEL = "zipp.base", "zipp.base.digest"
_MACHINES = {"amd64": "x64", "x86_64": "x64", "arm64": "arm64", "aarch64": "arm64"}


class Bases:
    """A changed recipe, or a changed certificate bundle, makes an image anew at its next use."""

    def __init__(self, settings: Settings, engine: Engine | None = None) -> None:
        self._settings = settings
        self._engine = engine or Engine(settings.docker_host)
        self._recipes: dict[str, Recipe] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def close(self) -> None:
        await self._engine.close()

    async def known(self) -> Sequence[str]:
        """The names that can be made here."""
        if not self._recipes:
            async with self._engine.call() as docker:
                version = await docker.version()
            machine = _MACHINES.get(str(version["Arch"]), str(version["Arch"]))
            self._recipes = dict(recipes(machine))
        return tuple(self._recipes)

    async def ensure_all(self, names: Sequence[str] = DEFAULT, *, write: WriteLine) -> None:
        for name in names:
            await self.ensure(name, write)

    async def ensure(self, name: str, write: WriteLine) -> str:
        """The id of the base image `name`, made first where it is missing or out of date.

        Whoever asks for one that is being made waits for it. Raises Unavailable: base_unknown, base_missing_tools,
        base_failed.
        """
        if name not in await self.known():
            raise Unavailable(f"There is no base image {name}.", code="base_unknown", hint=await self.choice())
        async with self._locks[name]:
            recipe = self._recipes[name]
            digest = self._digest(recipe)
            found, found_digest = await self._find(name)
            if found is not None and found_digest == digest:
                return found
            try:
                return await self._make(recipe, digest, found, write)
            except Unavailable as error:
                if found is None or error.code != "base_missing_tools":
                    raise
                await write(f"{name} is out of date, but stays: {error.message}", "zipp")
                return found

    async def choice(self) -> str:
        return f"There are {', '.join(sorted(await self.known()))}."

    def _digest(self, recipe: Recipe) -> str:
        if recipe.parent is not None:
            return recipe.digest(self._digest(self._recipes[recipe.parent]))
        bundle = self._ca_bundle()
        return recipe.digest(hashlib.sha256(bundle.read_bytes()).hexdigest() if bundle else "")

    def _ca_bundle(self) -> Path | None:
        if self._settings.build_ca_bundle is not None:
            return self._settings.build_ca_bundle
        return Path(CA_BUNDLE) if Path(CA_BUNDLE).is_file() else None

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
        if recipe.parent is not None:
            await self.ensure(recipe.parent, write)
        await write(f"Making the base image {recipe.name}: once, it stays on this machine", "zipp")
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="base-", dir=self._settings.data_dir))
        try:
            if recipe.parent is None:
                image = await self._bootstrap(recipe, digest, folder, write)
            else:
                image = await self._build(recipe, digest, folder, write)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if replaced is not None and replaced != image:
            await self._drop(replaced)
        await write(f"The base image {recipe.name} is ready", "zipp")
        return image

    async def _bootstrap(self, recipe: Recipe, digest: str, folder: Path, write: WriteLine) -> str:
        await bootstrap.debian(folder, self._ca_bundle(), write)
        environment = " ".join(f"{key}={value}" for key, value in CA_ENV.items())
        changes = f'ENV {environment}\nLABEL {LABEL}=1 {DIGEST_LABEL}={digest}\nCMD ["/bin/bash"]'
        repository, tag = recipe.name.split(":")
        params = {"fromSrc": "-", "repo": repository, "tag": tag, "changes": changes}
        await self._import(params, bootstrap.tar_of(folder))
        image, _ = await self._find(recipe.name)
        return image or ""

    async def _import(self, params: dict[str, str], tar: AsyncIterator[bytes]) -> None:
        headers = {"Content-Type": "application/x-tar"}
        async with self._engine.stream("POST", "images/create", params=params, data=tar, headers=headers) as response:
            async for message in json_messages(response.content.iter_any()):
                if "error" in message:
                    raise _failed(params["repo"], str(message["error"]))

    async def _build(self, recipe: Recipe, digest: str, folder: Path, write: WriteLine) -> str:
        for name, specification in recipe.npm.items():
            (folder / name).mkdir()
            archive = await bootstrap.npm_package(specification, folder / name, write)
            archive.rename(folder / f"{name}.tgz")
        extra = {name: text.encode() for name, text in {**recipe.files, "Dockerfile": recipe.dockerfile}.items()}
        labels = json.dumps({LABEL: "1", DIGEST_LABEL: digest})
        # Not cached: a base that is made anew is meant to be up to date.
        params = {"t": recipe.name, "labels": labels, "rm": "1", "forcerm": "1", "nocache": "1"}
        build = ClassicBuild(self._engine, write)
        try:
            image = await build.run(tar_stream(Context(folder, _is_folder, extra)), params)
        except BuildFailure as failure:
            raise _failed(recipe.name, failure.reason) from failure
        for stage in build.stages[:-1]:
            await self._drop(stage)
        return image

    async def _drop(self, image: str) -> None:
        """Remove an image that a newer one replaced, unless something still builds on it or runs it."""
        try:
            async with self._engine.call() as docker:
                await docker.images.delete(image)
        except EngineRefusal as refusal:
            if refusal.status not in (404, 409):
                raise


def _is_folder(path: str, is_folder: bool) -> bool:
    return is_folder


def _failed(name: str, reason: str) -> Unavailable:
    return Unavailable(
        f"The base image {name} could not be made: {reason}",
        code="base_failed",
        hint="The lines above say why; most often a package archive can't be reached.",
    )
