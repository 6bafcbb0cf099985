"""Where copies lie while something is being moved or backed up: one at a time in a data folder."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from zipp.domain.errors import Conflict, Unavailable


@contextmanager
def work_folder(data_dir: Path) -> Iterator[Path]:
    """An empty folder, gone afterwards; what a kill -9 left in it is gone with the next one.

    Raises Conflict `moving_already`, Unavailable `data_dir_unwritable`.
    """
    folder = data_dir / "moving"
    with _lock(data_dir / "moving.lock"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _lock(file: Path) -> IO[str]:
    """Held until it is closed, or its process ends."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = file.open("w")
    except OSError as error:
        raise Unavailable(
            f"The data folder {file.parent} can't be written.",
            code="data_dir_unwritable",
            hint="Set ZIPP_DATA_DIR to a folder of yours.",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Conflict(
            "Another `zipp migrate` or `zipp backup` is under way on this data folder.",
            code="moving_already",
            hint="Wait until it is done, and try again.",
        ) from error
    return lock
