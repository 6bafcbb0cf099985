"""Files by key on the local disk."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zipp.domain.errors import NotFound, Unavailable

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\Z")  # so no part begins with a dot
_PARTIAL = ".partial"  # copies under way; no key can name it
_CHUNK_BYTES = 1024**2


class LocalStorage:
    """Everything under `root`: folders 0700, files 0600. A file is on the disk before it has its key."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def start(self) -> None:
        await asyncio.to_thread(self._start)

    async def ping(self) -> None:
        await asyncio.to_thread(self._ping)

    async def put(self, key: str, file: Path) -> None:
        await asyncio.to_thread(self._put, self._path(key), file)

    async def fetch(self, key: str) -> Path:
        path = self._path(key)
        if not await asyncio.to_thread(path.is_file):
            raise _missing()
        return path

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(self._path(key).is_file)

    async def delete(self, key: str) -> None:
        with _translated():
            await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def free_bytes(self) -> int | None:
        with _translated():
            return (await asyncio.to_thread(shutil.disk_usage, self._root)).free

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self._root / key

    def _start(self) -> None:
        with _translated():
            self._root.mkdir(parents=True, exist_ok=True)
            self._root.chmod(0o700)
            shutil.rmtree(self._root / _PARTIAL, ignore_errors=True)  # what a crash left behind
            (self._root / _PARTIAL).mkdir(mode=0o700)

    def _ping(self) -> None:
        with _translated(), tempfile.TemporaryFile(dir=self._root / _PARTIAL) as probe:
            probe.write(b"zipp")
            probe.flush()

    def _put(self, path: Path, file: Path) -> None:
        with _translated():
            if not file.exists():
                if path.is_file():  # taken over before, in a life that ended before it could say so
                    return
                raise _missing()
            for folder in reversed(path.relative_to(self._root).parents[:-1]):
                (self._root / folder).mkdir(mode=0o700, exist_ok=True)
            _sync(file)
            try:
                file.replace(path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._copy(file, path)
            path.chmod(0o600)
            _sync(path.parent)

    def _copy(self, file: Path, path: Path) -> None:
        """From another file system: whole and on the disk first, then under its name."""
        number, name = tempfile.mkstemp(dir=self._root / _PARTIAL)
        copy = Path(name)
        try:
            with file.open("rb") as source, os.fdopen(number, "wb") as target:
                shutil.copyfileobj(source, target, _CHUNK_BYTES)
            _sync(copy)
            copy.replace(path)
        finally:
            copy.unlink(missing_ok=True)
        file.unlink()


def _sync(path: Path) -> None:
    """A record may name the file as soon as it has its key, so it must outlive a power cut as the record does."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(
                "There is no room left for files.",
                code="storage_full",
                hint="Free some disk space, or delete deployments that are no longer needed.",
            ) from error
        raise Unavailable(
            "Files can't be written to the platform's storage.",
            code="storage_unavailable",
            hint="Check the disk, and that the storage folder belongs to Zipp's account.",
        ) from error


def _missing() -> NotFound:
    return NotFound(
        "The file is no longer stored.",
        code="file_missing",
        hint="Upload the source again: a new deployment stores it.",
    )
