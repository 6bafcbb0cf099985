"""Blocking work in a thread that is never left behind: what it makes or removes is settled when the await ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], *, on_cancel: Callable[[], object] = lambda: None) -> T:
    """Like asyncio.to_thread, but a cancelled task calls `on_cancel`, then ends only after the thread has."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        on_cancel()
        await asyncio.wait([running])
        running.exception()  # seen, and of no interest any more
        raise
