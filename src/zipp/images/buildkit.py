"""One run of BuildKit through the engine's own API: follow its steps, end with an image or a failure.

No command line tool. The engine fetches the context over a session (see session.py), or it goes along as a tar
archive, as the classic builder's does.
"""

from __future__ import annotations

import base64
import re
import tarfile
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine, EngineRefusal
from zipp.images import trace
from zipp.images.classic import BuildFailure, json_messages
from zipp.images.images import WriteLine
from zipp.images.instructions import readable
from zipp.images.lines import Lines

VERSION = "2"  # of the build API's two builders
SLOW_SECONDS = 1.0
SEEN_SECONDS = 0.25
HIDDEN_MIN = 4  # shorter values are no secrets, and would be found everywhere
_STEP = re.compile(r"\[(?!internal\])([^\]]+)\] (.*)", re.DOTALL)
_BASE = re.compile(r"\[internal\] load metadata for (\S+)")
_SYNTAX_IMAGE = "resolve image config for"
_OFFICIAL = re.compile(r"\bdocker\.io/(?:library/)?")
_PREFIXES = re.compile(r"(?:failed to (?:solve|create LLB)[^:]*: )+")
_EXIT_CODE = re.compile(r"exit code: (\d{1,3})\Z")  # it comes as no field of its own


@dataclass
class _Step:
    """`label` is its place, as build 3/5; empty for what BuildKit does for itself."""

    label: str
    instruction: str
    vertex: trace.Vertex
    announced: bool = False
    last_error: str = ""
    lines: dict[str, Lines] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"[{self.label}] {self.instruction}"


@dataclass
class BuildkitBuild:
    """`texts` are the instructions by their places, `hidden` the build arguments that BuildKit fills into them.

    Once it failed, `instruction` says where, `began` and `ended` when, `last_error` what was printed last.
    """

    engine: Engine
    write: WriteLine
    texts: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    identity: str = field(default_factory=lambda: f"zipp-{uuid.uuid4().hex}")
    image: str | None = None
    instruction: str = ""
    last_error: str = ""
    began: float = 0.0
    ended: float = 0.0
    ran: bool = False  # a RUN went on for long enough to be seen from outside
    lacks_syntax: bool = False  # the image of the Dockerfile's `syntax` line could not be fetched
    _steps: dict[str, _Step] = field(default_factory=dict)
    _speaker: str = ""

    async def run(self, context: AsyncIterator[bytes] | None, params: Mapping[str, str]) -> str:
        """The image's id; no context where `params` name a session. Cancelling it ends the build in the engine."""
        params = {**params, "version": VERSION, "buildid": self.identity}
        over = False
        try:
            await self._follow(context, params)
            over = True
        except BuildFailure:
            over = True
            raise
        finally:
            if not over:
                await self._cancel()
        if self.image is None:
            raise BuildFailure("the engine named no image", None)
        return self.image

    @property
    def running_since(self) -> list[float]:
        """When the commands began whose end was not heard of: in seconds since 1970."""
        running = [step.vertex for step in self._steps.values() if step.instruction.startswith("RUN")]
        return [vertex.started for vertex in running if vertex.started is not None and vertex.completed is None]

    async def _follow(self, context: AsyncIterator[bytes] | None, params: Mapping[str, str]) -> None:
        headers = {"Content-Type": "application/x-tar"}
        answered = False
        data = _recognisable(context) if context is not None else None
        try:
            async with self.engine.stream("POST", "build", params=params, data=data, headers=headers) as response:
                answered = True
                async for message in json_messages(response.content.iter_any()):
                    await self.hear(message)
        except EngineRefusal as refusal:
            if answered:
                raise
            raise BuildFailure(refusal.reason, None) from refusal

    async def _cancel(self) -> None:
        """Idempotent; the closed connection alone would do where the engine notices it."""
        with suppress(Unavailable):
            async with self.engine.stream("POST", "build/cancel", params={"id": self.identity}):
                pass

    async def hear(self, message: Mapping[str, Any]) -> None:
        if "error" in message:
            detail = message.get("errorDetail") or {}
            raise await self._failure(str(detail.get("message") or message["error"]))
        aux = message.get("aux")
        if message.get("id") == "moby.buildkit.trace":
            for said in trace.read(base64.b64decode(str(aux))):
                await (self._print(said) if isinstance(said, trace.Output) else self._see(said))
        elif isinstance(aux, dict) and "ID" in aux:
            self.image = str(aux["ID"])

    async def _see(self, vertex: trace.Vertex) -> None:
        step = self._steps.get(vertex.digest) or self._new(vertex)
        step.vertex = vertex
        if not step.label or vertex.started is None:
            return
        if not step.announced:
            step.announced = True
            self._speaker = vertex.digest
            await self.write(f"{step.title} (cached)" if vertex.cached else step.title, "stdout")
        if vertex.completed is not None:
            await self._complete(step, vertex.completed - vertex.started)

    def _new(self, vertex: trace.Vertex) -> _Step:
        found = _STEP.match(vertex.name)
        label, text = (" ".join(found[1].split()), found[2]) if found else ("", "")
        written = self.texts.get(label, "")
        if written.partition(" ")[0] == text.partition(" ")[0]:  # else it was counted otherwise
            text = written
        elif text.startswith("FROM "):
            text = _OFFICIAL.sub("", text)
        step = _Step(label, self._masked(readable(text)), vertex)
        self._steps[vertex.digest] = step
        return step

    async def _complete(self, step: _Step, seconds: float) -> None:
        for stream in ("stdout", "stderr"):
            for line in step.lines.get(stream, Lines()).end():
                await self._line(step, line, stream)
        if step.instruction.startswith("RUN") and seconds > SEEN_SECONDS:
            self.ran = True
        if seconds >= SLOW_SECONDS and not step.vertex.error:
            await self.write(f"[{step.label}] took {seconds:.1f} s", "stdout")

    async def _print(self, output: trace.Output) -> None:
        step = self._steps.get(output.digest)
        if step is None or not step.label:
            return
        for line in step.lines.setdefault(output.stream, Lines()).feed(output.data):
            await self._line(step, line, output.stream)

    async def _line(self, step: _Step, line: str, stream: str) -> None:
        """Steps run at the same time: say whose line it is, whenever that changes."""
        if self._speaker != step.vertex.digest:
            self._speaker = step.vertex.digest
            await self.write(step.title, "stdout")
        if stream == "stderr":
            step.last_error = line or step.last_error
            await self.write(line, "stderr")
        else:
            await self.write(line, "stdout")

    async def _failure(self, reason: str) -> BuildFailure:
        step = self._failed(reason)
        if step is not None:
            base = _BASE.fullmatch(step.vertex.name)
            self.instruction = f"FROM {_OFFICIAL.sub('', base[1])}" if base else step.instruction
            self.last_error = step.last_error
            self.lacks_syntax = step.vertex.name.startswith(_SYNTAX_IMAGE)
            self.began, self.ended = step.vertex.started or 0.0, step.vertex.completed or 0.0
        code = _EXIT_CODE.search(reason)
        return BuildFailure(self._masked(_PREFIXES.sub("", reason)), int(code[1]) if code and step else None)

    def _failed(self, reason: str) -> _Step | None:
        """The one that the engine names: its siblings are cancelled, and so fail as well."""
        failed = [step for step in self._steps.values() if step.vertex.error]
        return next((step for step in failed if reason.endswith(step.vertex.error)), failed[0] if failed else None)

    def _masked(self, text: str) -> str:
        for name, value in sorted(self.hidden.items(), key=lambda pair: -len(pair[1])):
            if len(value) >= HIDDEN_MIN:
                text = text.replace(value, f"${name}")
        return text


async def _recognisable(context: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The engine takes what does not begin with a plain entry, of a short ASCII name, for a Dockerfile."""
    top = tarfile.TarInfo("./")
    top.type, top.mode = tarfile.DIRTYPE, 0o755
    yield top.tobuf()
    async for chunk in context:
        yield chunk
