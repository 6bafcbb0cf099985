"""Many calls, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")

AT_ONCE = 8  # a store that is far away answers that many in the time of one


async def together(work: Callable[[A], Awaitable[R]], items: Sequence[A]) -> list[R]:
    """The results, in order. The first error ends the others before it is raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(item: A) -> R:
        async with room:
            return await work(item)

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
