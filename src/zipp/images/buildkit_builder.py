"""Builds by BuildKit, each step held to the limits that the classic builder would hold it to."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import structlog

from zipp.domain.errors import BuildError, Unavailable
from zipp.engine.client import Engine
from zipp.engine.networks import Networks
from zipp.images import build_limits
from zipp.images.build_limits import Groups, StepLimits
from zipp.images.build_watch import StepWatch
from zipp.images.buildkit import BuildkitBuild
from zipp.images.classic import BuildFailure
from zipp.images.context import tar_stream
from zipp.images.failures import build_error
from zipp.images.filesync import FileSync
from zipp.images.images import WriteLine
from zipp.images.listing import entries, files
from zipp.images.sending import Sending
from zipp.images.session import SessionRefused, open_session
from zipp.images.step_names import texts_of
from zipp.settings import Settings

logger = structlog.get_logger()

PRUNE_SECONDS = 3600.0
_KILL_NEWS_SECONDS = 0.1
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S+)")


async def groups_of(engine: Engine) -> tuple[Groups | None, str]:
    """Where the kernel can be told what BuildKit's steps may use; or None, and why not as the end of a sentence."""
    if not engine.is_local:
        return None, "the engine is not on this machine"
    if os.geteuid() != 0:
        return None, "only root can limit its steps"
    async with engine.call() as docker:
        version, info = await docker.version(), await docker.system.info()
    if info.get("OSType") != "linux" or not any(part.get("Name") == "Engine" for part in version.get("Components", ())):
        return None, "the engine is not Docker's"
    groups = build_limits.find(str(info.get("CgroupDriver")), str(info.get("CgroupVersion", "1")))
    return groups, "" if groups else "the control groups of its steps are not where they are looked for"


class BuildkitBuilder:
    def __init__(self, settings: Settings, engine: Engine, networks: Networks) -> None:
        self._settings = settings
        self._engine = engine
        self._networks = networks
        self._limits = StepLimits(settings.build_memory_bytes, settings.build_cpus)
        self._watch: StepWatch | None = None
        self._unusable = ""
        self._has_sessions = True
        self._groups: Groups | None = None
        self._pruned = time.monotonic()
        self._pruning: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._pruning is not None:
            self._pruning.cancel()
            await asyncio.wait([self._pruning])
        await self._networks.release_default()

    async def why_not(self) -> str:
        """Why its steps can't be held to limits, as the end of a sentence; empty when they can."""
        if self._unusable:
            return self._unusable
        if self._groups is None:
            self._groups, self._unusable = await groups_of(self._engine)
        if self._groups is not None:
            try:
                self._groups.prepare(self._limits.times(self._settings.build_concurrency))
            except OSError as error:
                self._unusable = f"its control group can't be set: {error.strerror}"
            else:
                self._watch = self._watch or StepWatch(self._groups, self._limits)
        return self._unusable

    async def build(self, sending: Sending, reference: str, write: WriteLine) -> str:
        """The image's id. What it keeps for the next build lies in its own cache, see `prune`."""
        await self._networks.protect_default()
        if _syntax_of(sending).startswith("zipp/"):  # nobody is ever asked for one
            sending = _without_syntax(sending)
        try:
            return await self._run(sending, reference, write)
        except _SyntaxMissing:
            await write("The Dockerfile's `syntax` image can't be fetched: the engine's own is used", "zipp")
            return await self._run(_without_syntax(sending), reference, write)
        finally:
            self._prune_soon()

    async def _run(self, sending: Sending, reference: str, write: WriteLine) -> str:
        build = BuildkitBuild(self._engine, write, texts_of(sending.dockerfile), sending.build_args)
        try:
            if self._watch is None:
                return await self._send(build, sending, _params(reference, sending))
            async with self._watch.on():
                try:
                    return await self._send(build, sending, _params(reference, sending))
                finally:  # the engine answers a cancelled build before its processes have ended
                    await self._watch.end_of(build.running_since)
        except BuildFailure as failure:
            if build.lacks_syntax and _syntax_of(sending):
                raise _SyntaxMissing from failure
            raise await self._error(failure, build) from failure
        finally:
            self._see_whether_it_was_held(build)

    async def _send(self, build: BuildkitBuild, sending: Sending, params: Mapping[str, str]) -> str:
        """Over a session; as an archive where the engine has none, which it is asked once."""
        if self._has_sessions:
            try:
                async with open_session(self._engine, sending.scope, _offered(sending)) as session:
                    return await session.during(build.run(None, {**params, **session.params}))
            except SessionRefused as refusal:
                self._has_sessions = False
                logger.info("buildkit_without_session", reason=str(refusal))
        return await build.run(tar_stream(sending.context), params)

    async def _error(self, failure: BuildFailure, build: BuildkitBuild) -> BuildError:
        killed = False
        if failure.exit_code is not None and self._watch is not None:
            await asyncio.sleep(_KILL_NEWS_SECONDS)
            killed = self._watch.killed_between(build.began, build.ended)
        return await build_error(
            self._engine, failure, build, out_of_memory=killed, memory_bytes=self._settings.build_memory_bytes
        )

    def _see_whether_it_was_held(self, build: BuildkitBuild) -> None:
        """An engine with a cgroup-parent of its own, for example, has its steps elsewhere."""
        if build.ran and self._watch is not None and not self._watch.has_held:
            self._unusable = "the control groups of its steps are not where they are looked for"
            self._watch = None
            logger.warning("buildkit_not_limited", reason=self._unusable)

    def _prune_soon(self) -> None:
        """Its cache has no end that could be relied on; but to measure it costs the engine seconds."""
        if time.monotonic() - self._pruned > PRUNE_SECONDS:
            self._pruned = time.monotonic()
            self._pruning = asyncio.create_task(self.prune())

    async def prune(self) -> None:
        """What was used last stays."""
        params = {"keep-storage": str(self._settings.build_cache_max_bytes), "all": "1"}
        with suppress(Unavailable):
            async with self._engine.stream("POST", "build/prune", params=params) as response:
                await response.read()


class _SyntaxMissing(Exception):
    pass


def _offered(sending: Sending) -> FileSync:
    """By the names that BuildKit's frontend knows them by. What .dockerignore names is left out already, so that the
    frontend is given a list of its own, which it prefers, that names nothing.
    """
    dockerfile = {sending.name: sending.context.extra[sending.name], f"{sending.name}.dockerignore": b"#\n"}
    return FileSync(
        {"context": lambda follow: entries(sending.context, follow), "dockerfile": lambda _: files(dockerfile)}
    )


def _params(reference: str, sending: Sending) -> Mapping[str, str]:
    return {
        "t": reference,
        "dockerfile": sending.name,
        "labels": json.dumps(dict(sending.labels)),
        "buildargs": json.dumps(dict(sending.build_args)),
        "rm": "1",
    }


def _without_syntax(sending: Sending) -> Sending:
    """Most Dockerfiles that name one need nothing of it."""
    lines = sending.dockerfile.splitlines(keepends=True)
    number, _ = next(_syntax_lines(sending))
    lines[number] = "# (no syntax line)\n"
    text = "".join(lines)
    extra = {**sending.context.extra, sending.name: text.encode(errors="surrogateescape")}
    return replace(sending, dockerfile=text, context=replace(sending.context, extra=extra))


def _syntax_of(sending: Sending) -> str:
    """The image of the frontend that the Dockerfile asks for."""
    return next((image for _, image in _syntax_lines(sending)), "")


def _syntax_lines(sending: Sending) -> Iterator[tuple[int, str]]:
    """Directives are comments at the very top."""
    for number, line in enumerate(sending.dockerfile.splitlines()):
        directive = _DIRECTIVE.match(line)
        if directive is None:
            return
        if directive[1].lower() == "syntax":
            yield number, directive[2]
