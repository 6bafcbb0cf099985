"""Files of a bucket that are at hand: a folder on the local disk with a bound, so that a redeploy downloads nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zipp.storage.files import PARTIAL, disk_errors, full, prepare, take_over

MAX_BYTES = 4 * 1024**3
SPARE_BYTES = 512 * 1024**2  # never taken from the disk: a platform that fills it takes the live sites with it
IN_USE_SECONDS = 60.0  # from being handed out to being opened; who has it open keeps it, whatever becomes of its name


class Copies:
    """Each name stands for one content for ever. What was used last stays longest, also across restarts: the time of
    the last use is the file's own. Blocking, for several threads at once."""

    def __init__(self, root: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._evicting = threading.Lock()

    def start(self) -> None:
        with disk_errors():
            prepare(self._root)
            self._make_room(0)

    def find(self, name: str) -> Path | None:
        path = self._root / name
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    @contextmanager
    def receiving(self, size: int) -> Iterator[Path]:
        """An empty file for that many bytes, to be taken as a copy; gone afterwards. Raises `storage_full`."""
        with disk_errors():
            self._make_room(size)
            if shutil.disk_usage(self._root).free < size + SPARE_BYTES:
                raise full()
            number, name = tempfile.mkstemp(dir=self._root / PARTIAL)
            os.close(number)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def take(self, name: str, file: Path) -> Path:
        """`file` becomes the copy of that name."""
        path = self._root / name
        with disk_errors():
            os.utime(file)
            take_over(file, path, root=self._root)
            self._make_room(0)
        return path

    def forget(self, name: str) -> None:
        with disk_errors():
            (self._root / name).unlink(missing_ok=True)

    def free_bytes(self) -> int:
        with disk_errors():
            return shutil.disk_usage(self._root).free

    def _make_room(self, size: int) -> None:
        """Keep to the bound with `size` more bytes; less where the disk itself is short."""
        with self._evicting:
            found = sorted(self._found(), key=lambda copy: copy[1])
            used = sum(bytes_ for _, _, bytes_ in found)
            allowed = min(self._max_bytes, used + shutil.disk_usage(self._root).free - SPARE_BYTES) - size
            now = time.time()
            for path, used_at, bytes_ in found:
                if used <= allowed:
                    return
                if 0 <= now - used_at < IN_USE_SECONDS:
                    continue
                path.unlink(missing_ok=True)
                used -= bytes_

    def _found(self) -> Iterator[tuple[Path, float, int]]:
        """Path, time of last use, size."""
        for entry in os.scandir(self._root):
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    state = entry.stat(follow_symlinks=False)
                    yield Path(entry.path), state.st_mtime, state.st_size
