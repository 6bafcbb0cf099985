"""A folder or a ZIP as the tree that the platform would see once it was deployed."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zipp.cli.exits import UsageMistake
from zipp.cli.packing import Entry, listed
from zipp.domain.errors import InvalidInput

_COPIED_MAX_BYTES = 32 * 1024**2  # what is larger nobody reads to find out what it belongs to; its name and size do


@contextmanager
def source_tree(path: Path) -> Iterator[Path]:
    """A copy that ends with the context. Raises InvalidInput, as deploying does; InvalidArchive."""
    if not path.exists():
        raise UsageMistake(f"There is no folder or file {path}.", hint="Name a folder or a ZIP file.")
    with tempfile.TemporaryDirectory(prefix="zipp-") as scratch:
        tree = Path(scratch) / "source"
        yield _folder(path.resolve(), tree) if path.is_dir() else _unpacked(path, tree)


def _folder(folder: Path, tree: Path) -> Path:
    """Without what .gitignore and .zippignore leave out."""
    tree.mkdir()
    for entry in listed(folder).entries:
        (tree / entry.path).parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(entry, folder, tree)
        except OSError as error:
            raise InvalidInput(f"{entry.path} can't be read: {error.strerror}.", code="folder_unreadable") from error
    return tree


def _copy(entry: Entry, folder: Path, tree: Path) -> None:
    source, target = folder / entry.path, tree / entry.path
    if entry.kind == "link":
        target.symlink_to(entry.target)
    elif (size := source.stat().st_size) > _COPIED_MAX_BYTES:
        target.touch()
        os.truncate(target, size)
    else:
        shutil.copyfile(source, target)


def _unpacked(archive: Path, tree: Path) -> Path:
    from zipp.sources.archive import extract, project_root
    from zipp.sources.limits import DEFAULT_LIMITS

    if not zipfile.is_zipfile(archive):
        raise UsageMistake(f"{archive} is no ZIP file.", hint="Name a folder or a ZIP file.")
    extract(archive, tree, DEFAULT_LIMITS)
    return project_root(tree)
