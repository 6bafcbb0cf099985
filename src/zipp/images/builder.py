"""Images, and the files of built pages, through whichever of the engine's builders can be held to limits."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from zipp.domain.errors import BuildError
from zipp.engine.client import Engine, EngineRefusal
from zipp.engine.networks import Networks
from zipp.images.bases import Bases
from zipp.images.buildkit_builder import BuildkitBuilder
from zipp.images.classic_builder import ClassicBuilder
from zipp.images.dockerfile_words import bases_of
from zipp.images.export import OutputLimits, take_out
from zipp.images.failures import timed_out
from zipp.images.images import BuildRequest, WriteLine
from zipp.images.recipes import STATIC
from zipp.images.sending import Sending, prepare
from zipp.settings import Settings

REMEMBERED = 200  # images
_NOT_FOUND, _CONFLICT = 404, 409


class Builder(Protocol):
    async def build(self, sending: Sending, reference: str, write: WriteLine) -> str:
        """The id of the image, which is tagged `reference`. Raises BuildError; cancelling it leaves nothing running."""


class DockerImages:
    """Images are told apart by their tags: <instance>/site-<site>:<deployment id>; beside it .files for one that only
    carries a page's files until they are taken out, and .stage<n> for layers that no image holds but the classic
    builder may take up again.
    """

    def __init__(self, settings: Settings, bases: Bases | None = None, engine: Engine | None = None) -> None:
        self._settings = settings
        self._engine = engine or Engine(settings.docker_host)
        self._bases = bases or Bases(settings)
        networks = Networks(self._engine, settings.instance)
        self._classic = ClassicBuilder(settings, self._engine, networks)
        self._buildkit = BuildkitBuilder(settings, self._engine, networks)
        self._limits = OutputLimits(settings.source_max_bytes, settings.source_max_files)
        self._prefix = f"{settings.instance.rstrip('-')}/site-"
        self._built: dict[str, str] = {}  # ids by what they were made from; another version of Zipp may do it better

    async def close(self) -> None:
        await self._buildkit.close()
        await self._bases.close()
        await self._engine.close()

    async def build(self, request: BuildRequest, write: WriteLine) -> str:
        reference = self._reference(request)
        return await self._image_id(reference) or await self._build(request, reference, write)

    async def build_files(self, request: BuildRequest, into: Path, write: WriteLine) -> None:
        reference = f"{self._reference(request)}.files"
        try:
            image = await self._build(request, reference, write)
            async with self._engine.stream("GET", f"images/{image}/get", params={}) as saved:
                await take_out(saved.content.iter_any(), into, self._limits)
        finally:
            await self._untag(reference)

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

    def _reference(self, request: BuildRequest) -> str:
        return f"{self._prefix}{request.site}:{request.deployment_id}"

    async def _build(self, request: BuildRequest, reference: str, write: WriteLine) -> str:
        builder = await self._builder()
        labels = {"zipp.instance": self._settings.instance}
        sending = await asyncio.to_thread(prepare, request, labels, buildkit=builder is self._buildkit)
        bases = await self._provide_bases(sending.dockerfile, write)
        ingredients = _ingredients(request, sending.dockerfile, bases)
        if image := await self._again(ingredients, reference):
            await write("Nothing has changed since the last build: its image is used again", "zipp")
            return image
        try:
            async with asyncio.timeout(self._settings.build_timeout_seconds):
                image = await builder.build(sending, reference, write)
        except TimeoutError as error:
            raise timed_out(self._settings.build_timeout_seconds) from error
        if ingredients:
            self._built[ingredients] = image
            if len(self._built) > REMEMBERED:
                del self._built[next(iter(self._built))]
        return image

    async def _again(self, ingredients: str, reference: str) -> str | None:
        """The image that was made from these ingredients, tagged `reference`; None where there is none any more."""
        image = self._built.get(ingredients)
        if image is None:
            return None
        repository, _, tag = reference.partition(":")
        try:
            async with self._engine.call() as docker:
                await docker.images.tag(image, repository, tag=tag)
        except EngineRefusal as refusal:
            if refusal.status != _NOT_FOUND:
                raise
            del self._built[ingredients]
            return None
        return image

    async def _builder(self) -> Builder:
        wanted = self._settings.builder
        if wanted == "classic" or (await self._buildkit.why_not() and wanted == "auto"):
            return self._classic
        return self._buildkit

    async def _provide_bases(self, dockerfile: str, write: WriteLine) -> Sequence[str]:
        """Their ids. No registry is ever asked for a zipp/ image: whoever holds that name there could be anybody."""
        ids: list[str] = []
        for name in bases_of(dockerfile):
            if name in await self._bases.known():
                ids.append(await self._bases.ensure(name, write))
            elif image := await self._image_id(name):
                ids.append(image)
            else:
                raise BuildError(
                    f"The Dockerfile builds on {name}, which does not exist.",
                    code="base_missing",
                    hint=await self._bases.choice(),
                )
        return ids

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


def _ingredients(request: BuildRequest, dockerfile: str, bases: Sequence[str]) -> str:
    """Equal where a build would give the same; empty where that can't be told. A hash: it holds the site's secrets."""
    if not request.source or request.plan.dockerfile:
        return ""
    site = request.owner, request.site
    everything = [site, request.source, request.plan.model_dump_json(), dockerfile, sorted(request.environment.items())]
    return hashlib.sha256(json.dumps([*everything, bases]).encode()).hexdigest()
