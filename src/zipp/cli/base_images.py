"""The base images, made or found, with what is going on shown while it takes minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

from zipp.cli.output import err, log_line, say
from zipp.cli.steps import step
from zipp.domain.errors import Unavailable
from zipp.images.bases import DEFAULT, BaseState
from zipp.settings import Settings
from zipp.wiring import build


async def base_image_states(settings: Settings) -> Sequence[BaseState]:
    """All that there can be. Raises Unavailable engine_unreachable."""
    bases = build(settings).bases
    try:
        return await bases.states()
    finally:
        await bases.close()


async def ensure_base_images(settings: Settings, names: Sequence[str] = DEFAULT) -> None:
    """Quick when they are there. Raises Unavailable: base_failed, base_missing_tools, base_unknown,
    engine_unreachable; BuildError base_missing.
    """
    last: deque[str] = deque(maxlen=40)

    async def write(text: str, stream: Literal["stdout", "stderr", "zipp"]) -> None:
        last.append(text)
        if stream == "zipp":
            say(f"  {text}")

    bases = build(settings).bases
    try:
        with step("Base images"):
            await bases.ensure_all(names, write=write)
    except Unavailable as error:
        if error.code == "base_failed":
            for text in last:
                log_line(text, console=err)
        raise
    finally:
        await bases.close()
