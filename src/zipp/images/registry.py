"""Official images from a registry, for as long as one answers: where none does, no build waits for it twice."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from zipp.engine.client import Engine, EngineRefusal
from zipp.images.classic import json_messages
from zipp.images.images import WriteLine

NEVER = "none"
ANSWER_SECONDS = 10.0  # until the registry says anything
QUIET_SECONDS = 60.0  # between two words of it
RETRY_SECONDS = 600.0
_NOT_FOUND = 404


class _NotPulled(Exception):
    """`everything`: the registry itself did not serve, not only this image."""

    def __init__(self, why: str, *, everything: bool) -> None:
        super().__init__(why)
        self.why = why
        self.everything = everything


class Registry:
    """`registry` is what stands before an official image's name; empty: the engine's own default.

    Failures are remembered in the file `failures`, since a platform and its command line are two processes.
    """

    def __init__(self, engine: Engine, registry: str, failures: Path) -> None:
        self._engine = engine
        self._registry = registry
        self._failures = failures

    async def provide(self, official: str, write: WriteLine) -> str | None:
        """The name under which the engine has the image: newly pulled, or loaded there by whoever; None without it."""
        reference = self._reference(official)
        if self._may_ask(reference):
            try:
                await self._pull(reference, write)
                return reference
            except _NotPulled as failure:
                self._remember("" if failure.everything else reference)
                await write(f"{reference} can't be pulled: {failure.why}", "zipp")
        return reference if await self._is_here(reference) else None

    def _reference(self, official: str) -> str:
        return official if self._registry in ("", NEVER) else f"{self._registry.rstrip('/')}/{official}"

    async def _pull(self, reference: str, write: WriteLine) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as limit:
                await self._follow_pull(reference, limit, write)
        except TimeoutError as error:
            raise _NotPulled("the registry does not answer", everything=True) from error
        except EngineRefusal as refusal:
            raise _NotPulled(refusal.reason, everything=refusal.status != _NOT_FOUND) from refusal

    async def _follow_pull(self, reference: str, limit: asyncio.Timeout, write: WriteLine) -> None:
        params = {"fromImage": reference}
        async with self._engine.stream("POST", "images/create", params=params) as response:
            async for message in json_messages(response.content.iter_any()):
                limit.reschedule(asyncio.get_running_loop().time() + QUIET_SECONDS)
                if "error" in message:
                    raise _NotPulled(str(message["error"]), everything=True)
                if not message.get("progressDetail"):
                    await write(f"{message.get('id', '')} {message.get('status', '')}".strip(), "stdout")

    async def _is_here(self, reference: str) -> bool:
        try:
            async with self._engine.call() as docker:
                await docker.images.inspect(reference)
        except EngineRefusal as refusal:
            if refusal.status == _NOT_FOUND:
                return False
            raise
        return True

    def _may_ask(self, reference: str) -> bool:
        if self._registry == NEVER:
            return False
        failed = self._read()
        return not any(f"{self._registry} {what}" in failed for what in ("", reference))

    def _remember(self, what: str) -> None:
        failed = {**self._read(), f"{self._registry} {what}": time.time()}
        self._failures.parent.mkdir(parents=True, exist_ok=True)
        self._failures.write_text(json.dumps(failed))

    def _read(self) -> dict[str, float]:
        """Failures that are recent; a file that can't be read tells of none."""
        try:
            noted = json.loads(self._failures.read_text())
            return {what: at for what, at in noted.items() if abs(time.time() - at) < RETRY_SECONDS}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
