"""A move as a process of its own that kills itself (SIGKILL) at its Nth write.

python killedmove.py FROM TO N before|after
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from filled import local_home

from zipp.moving.folder import work_folder
from zipp.moving.move import Move
from zipp.moving.origin import Home

_WRITES = ("create_", "add_", "allocate_", "save", "put", "erase")


class Mortal:
    """Writes are counted over all that share `lives`."""

    def __init__(self, inner: object, lives: list[int], *, before: bool) -> None:
        self._inner, self._lives, self._before = inner, lives, before

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._deadly(found) if name.startswith(_WRITES) else found

    def _deadly(self, call: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def deadly(*arguments: object, **named: object) -> object:
            self._lives[0] -= 1
            last = self._lives[0] == 0
            if last and self._before:
                os.kill(os.getpid(), signal.SIGKILL)
            result = await call(*arguments, **named)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return deadly


def arm(*classes: type, lives: int) -> None:
    """From now on the process dies at that write, to whichever of them, once it is done."""
    left = [lives]
    for each in classes:
        for name in dir(each):
            if name.startswith(_WRITES):
                setattr(each, name, _last_of(left, getattr(each, name)))


def _last_of(left: list[int], call: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def counted(*arguments: object, **named: object) -> object:
        left[0] -= 1
        last = left[0] == 0
        result = await call(*arguments, **named)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return counted


async def move(source: Path, target: Path, lives: int, *, before: bool) -> bool:
    origin, home = await local_home(source), await local_home(target)
    counted = [lives]
    mortal: Any = Home(Mortal(home.records, counted, before=before), Mortal(home.storage, counted, before=before))  # type: ignore[arg-type]
    with work_folder(target) as folder:
        found = await Move(origin, mortal, folder=folder, tell=lambda _: None).run()
    await origin.records.close()
    await home.records.close()
    return all(each.is_equal for each in found)


if __name__ == "__main__":
    source, target, lives, when = sys.argv[1:]
    sys.exit(0 if asyncio.run(move(Path(source), Path(target), int(lives), before=when == "before")) else 1)
