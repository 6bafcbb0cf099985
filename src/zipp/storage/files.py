"""What all that keep files on the local disk share: which keys there are, safe writes, the disk's errors as ours."""

from __future__ import annotations

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
PARTIAL = ".partial"  # a folder for files under way; no key can name it
PIECE_BYTES = 1024**2


def is_key(text: str) -> bool:
    return _KEY.match(text) is not None


def checked(key: str) -> str:
    if not is_key(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def prepare(root: Path) -> None:
    """A folder for nobody else's eyes, without what a crash left half-written."""
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    shutil.rmtree(root / PARTIAL, ignore_errors=True)
    (root / PARTIAL).mkdir(mode=0o700)


def take_over(file: Path, path: Path, *, root: Path) -> None:
    """Move `file` to `path` below `root`: there it is whole and safe from a power cut, or it is not there."""
    sync(file)
    try:
        file.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(file, path, root / PARTIAL)
    path.chmod(0o600)
    sync(path.parent)


def _copy(file: Path, path: Path, partial: Path) -> None:
    """From another file system: whole and on the disk first, then under its name."""
    number, name = tempfile.mkstemp(dir=partial)
    copy = Path(name)
    try:
        with file.open("rb") as source, os.fdopen(number, "wb") as target:
            shutil.copyfileobj(source, target, PIECE_BYTES)
        sync(copy)
        copy.replace(path)
    finally:
        copy.unlink(missing_ok=True)
    file.unlink()


def sync(path: Path) -> None:
    """A record may name the file as soon as it has its key, so it must outlive a power cut as the record does."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raises Unavailable `storage_full`, `storage_unavailable`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full() from error
        raise Unavailable(
            "Files can't be written to the platform's storage.",
            code="storage_unavailable",
            hint="Check the disk, and that the storage folder belongs to Zipp's account.",
        ) from error


def full() -> Unavailable:
    return Unavailable(
        "There is no room left for files.",
        code="storage_full",
        hint="Free some disk space, or delete deployments that are no longer needed.",
    )


def missing() -> NotFound:
    return NotFound(
        "The file is no longer stored.",
        code="file_missing",
        hint="Upload the source again: a new deployment stores it.",
    )
