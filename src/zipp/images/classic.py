"""One run of the engine's classic builder: send a context, follow what it says, end with an image or a BuildFailure."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from zipp.engine.client import Engine, EngineRefusal
from zipp.images.images import WriteLine
from zipp.images.instructions import readable
from zipp.images.lines import LINE_MAX

OnContainer = Callable[[str], Awaitable[None]]

_STEP = re.compile(r"(Step \d+/\d+ : )(.*)")
_CONTAINER = re.compile(r" ---> Running in ([0-9a-f]{12})")
_LAYER = re.compile(r" ---> ([0-9a-f]{12})")
_NOISE = re.compile(
    r" ---> (Running in )?[0-9a-f]{12}|Removing intermediate container .*|Successfully (built|tagged) .*|"
)
_STDERR_ON, _STDERR_OFF = "\x1b[91m", "\x1b[0m"  # how the classic builder marks standard error


class BuildFailure(Exception):
    """`exit_code` is that of the failed RUN; None when an instruction failed without running anything."""

    def __init__(self, reason: str, exit_code: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exit_code = exit_code


@dataclass
class ClassicBuild:
    """`stages` are the last layers of the build stages so far; the last of them may be the image itself.

    `containers` are the short ids of those that ran an instruction; `on_container` hears of each before it starts.
    """

    engine: Engine
    write: WriteLine
    on_container: OnContainer | None = None
    instruction: str = ""
    last_error: str = ""  # the last line that the instruction printed to standard error
    began: float = field(default_factory=time.time)
    containers: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    image: str | None = None
    _partial: str = ""
    _stream: Literal["stdout", "stderr"] = "stdout"
    _new_stage: bool = False

    async def run(self, context: AsyncIterator[bytes], params: Mapping[str, str]) -> str:
        """The image's id. Closing the connection, by cancelling for example, ends the build in the engine."""
        headers = {"Content-Type": "application/x-tar"}
        answered = False
        try:
            async with self.engine.stream("POST", "build", params=params, data=context, headers=headers) as response:
                answered = True
                async for message in json_messages(response.content.iter_any()):
                    await self.hear(message)
        except EngineRefusal as refusal:
            if answered:
                raise
            # before anything ran: the Dockerfile can't be read, for example
            raise BuildFailure(refusal.reason, None) from refusal
        await self.flush()
        if self.image is None:
            raise BuildFailure("the engine named no image", None)
        return self.image

    async def hear(self, message: Mapping[str, Any]) -> None:
        if "error" in message:
            await self.flush()
            detail = message.get("errorDetail") or {}
            raise BuildFailure(str(detail.get("message") or message["error"]), detail.get("code"))
        if "aux" in message and "ID" in message["aux"]:
            self.image = str(message["aux"]["ID"])
        text = message.get("stream", "")
        if text.startswith(_STDERR_ON):
            self._stream = "stderr"
        self._partial += text.replace(_STDERR_ON, "").replace(_STDERR_OFF, "")
        while "\n" in self._partial or len(self._partial) > LINE_MAX:
            line, rest = _first_line(self._partial)
            self._partial = rest
            await self._line(line)
        if text.endswith(_STDERR_OFF):
            await self.flush()
            self._stream = "stdout"

    async def flush(self) -> None:
        if self._partial:
            line, self._partial = self._partial, ""
            await self._line(line)

    async def _line(self, line: str) -> None:
        line = line.rstrip("\r").rpartition("\r")[2]  # of a progress bar's states the last one
        await self._note(line)
        if step := _STEP.fullmatch(line):
            line = f"{step[1]}{readable(step[2])}"
        if self._stream == "stderr":
            self.last_error = line or self.last_error
        if not _NOISE.fullmatch(line):
            await self.write(line, self._stream)

    async def _note(self, line: str) -> None:
        if step := _STEP.fullmatch(line):
            self.instruction = readable(step[2])
            self.last_error = ""
            self._new_stage |= self.instruction.upper().startswith("FROM ")
        elif container := _CONTAINER.fullmatch(line):
            self.containers.append(container[1])
            if self.on_container is not None:
                await self.on_container(container[1])
        elif layer := _LAYER.fullmatch(line):
            if self._new_stage or not self.stages:
                self.stages.append(layer[1])
                self._new_stage = False
            self.stages[-1] = layer[1]


def _first_line(text: str) -> tuple[str, str]:
    end = text.find("\n", 0, LINE_MAX)
    return (text[:end], text[end + 1 :]) if end >= 0 else (text[:LINE_MAX], text[LINE_MAX:])


async def json_messages(chunks: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """The objects of a JSON-lines stream, however it is cut and however long a line is."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield json.loads(line)
    if rest.strip():
        yield json.loads(rest)
