"""A folder appears whole or not at all: it is made beside its place, then renamed into it.

The name beside it is always the same, so that a second run after a crash finds and removes what the first one left.
"""

from __future__ import annotations

import shutil
from pathlib import Path


def partial(into: Path) -> Path:
    return into.with_name(f"{into.name}.partial")


def begin(into: Path) -> Path:
    """An empty folder to work in, readable by nginx's workers whatever the umask."""
    folder = partial(into)
    _remove(folder)
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    return folder


def finish(tree: Path, into: Path) -> None:
    """Put `tree`, somewhere in the partial folder or that folder itself, in the place of `into`."""
    _remove(into)
    tree.rename(into)
    _remove(partial(into))


def abandon(into: Path) -> None:
    """Leave nothing: neither `into` nor what lies beside it."""
    _remove(into)
    _remove(partial(into))


def _remove(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
