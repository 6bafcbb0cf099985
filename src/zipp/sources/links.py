"""Symbolic links of a tree: each must lead to a place inside of it, whatever other links it passes through.

Call `escaping_link` again wherever a part of a tree is given a new place (a release folder): a link that stays inside
the whole may leave the part.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

_MAX_HOPS = 40  # Linux's own limit (path_resolution(7))
_MAX_STEPS = 512


def escaping_link(tree: Path) -> str | None:
    """The path of a link that leads out of `tree` or in circles; None when there is none. Follows no link."""
    links = dict(_links(tree))
    return next((path for path, target in links.items() if not _stays_inside(path, target, links)), None)


def _links(tree: Path) -> Iterator[tuple[str, str]]:
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(tree / folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    yield path, os.readlink(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(path)


def _stays_inside(path: str, target: str, links: Mapping[str, str]) -> bool:
    """Resolve as the kernel would, but on paper: '..' behind a link is taken from where that link leads."""
    if target.startswith("/"):
        return False
    here = path.split("/")[:-1]
    ahead = deque(target.split("/"))
    hops = steps = 0
    while ahead:
        steps += 1
        part = ahead.popleft()
        if part in ("", "."):
            continue
        if part == "..":
            if not here:
                return False
            here.pop()
            continue
        here.append(part)
        onward = links.get("/".join(here))
        if onward is not None:
            hops += 1
            here.pop()
            ahead.extendleft(reversed(onward.split("/")))
            if onward.startswith("/") or hops > _MAX_HOPS:
                return False
        if steps > _MAX_STEPS:
            return False
    return True
