"""The base images, made or found, with what is going on shown while it takes minutes."""

from __future__ import annotations

from collections import deque
from typing import Literal

from zipp.cli.output import err, log_line, say
from zipp.cli.steps import step
from zipp.domain.errors import Unavailable
from zipp.settings import Settings
from zipp.wiring import build


async def ensure_base_images(settings: Settings) -> None:
    """Quick when they are there. Raises Unavailable: base_failed, base_missing_tools, engine_unreachable."""
    last: deque[str] = deque(maxlen=40)

    async def write(text: str, stream: Literal["stdout", "stderr", "zipp"]) -> None:
        last.append(text)
        if stream == "zipp":
            say(f"  {text}")

    bases = build(settings).bases
    try:
        with step("Base images"):
            await bases.ensure_all(write=write)
    except Unavailable as error:
        if error.code == "base_failed":
            for text in last:
                log_line(text, console=err)
        raise
    finally:
        await bases.close()
