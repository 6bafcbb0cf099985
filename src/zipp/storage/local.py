"""Files by key on the local disk."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from zipp.storage.files import PARTIAL, checked, disk_errors, is_key, missing, prepare, take_over


class LocalStorage:
    """Everything under `root`: folders 0700, files 0600. A file is on the disk before it has its key."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def is_remote(self) -> bool:
        return False

    async def start(self) -> None:
        with disk_errors():
            await asyncio.to_thread(prepare, self._root)

    async def close(self) -> None:
        """Nothing is held open."""

    async def ping(self) -> None:
        await asyncio.to_thread(self._ping)

    async def put(self, key: str, file: Path) -> None:
        await asyncio.to_thread(self._put, self._path(key), file)

    async def fetch(self, key: str) -> Path:
        path = self._path(key)
        if not await asyncio.to_thread(path.is_file):
            raise missing()
        return path

    async def link(self, key: str, *, filename: str, seconds: int) -> str | None:
        await self.fetch(key)
        return None

    async def list(self, prefix: str) -> Sequence[str]:
        with disk_errors():
            return await asyncio.to_thread(self._list, prefix)

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(self._path(key).is_file)

    async def delete(self, key: str) -> None:
        with disk_errors():
            await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def free_bytes(self) -> int | None:
        with disk_errors():
            return (await asyncio.to_thread(shutil.disk_usage, self._root)).free

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def _ping(self) -> None:
        with disk_errors(), tempfile.TemporaryFile(dir=self._root / PARTIAL) as probe:
            probe.write(b"zipp")
            probe.flush()

    def _put(self, path: Path, file: Path) -> None:
        with disk_errors():
            if not file.exists():
                if path.is_file():  # taken over before, in a life that ended before it could say so
                    return
                raise missing()
            for folder in reversed(path.relative_to(self._root).parents[:-1]):
                (self._root / folder).mkdir(mode=0o700, exist_ok=True)
            take_over(file, path, root=self._root)

    def _list(self, prefix: str) -> Sequence[str]:
        files = (path for path in self._root.rglob("*") if path.is_file())
        keys = (path.relative_to(self._root).as_posix() for path in files)
        return sorted(key for key in keys if key.startswith(prefix) and is_key(key))
