"""A folder becomes an archive: the same files always give the same bytes, whoever packs them and when."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from zipp.cli.ignoring import Rules
from zipp.domain.errors import InvalidInput

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name
_LEVEL = 6
_UNIX = 3  # "made by", so that modes are honoured


@dataclass(frozen=True, slots=True)
class Entry:
    """`path` is relative, with '/'; `target` a link's, relative to the link's folder."""

    path: str
    kind: Literal["file", "link"]
    executable: bool = False
    target: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """`skipped` are sockets, pipes and devices: nothing that a website could be made of."""

    entries: tuple[Entry, ...]
    skipped: tuple[str, ...]


def pack(folder: Path, into: Path, *, on_file: Callable[[str], object] = lambda _: None) -> Contents:
    """Write the archive of `folder` to `into`.

    Raises InvalidInput: folder_empty, folder_unreadable, link_leaves_folder, file_name_invalid.
    """
    contents = listed(folder)
    if not contents.entries:
        raise InvalidInput(
            f"There is nothing to deploy in {folder}.",
            code="folder_empty",
            hint="It is empty, or .gitignore and .zippignore leave everything out.",
        )
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for entry in contents.entries:
            on_file(entry.path)
            try:
                _add(archive, folder, entry)
            except OSError as error:
                raise _unreadable(entry.path, error) from error
    return contents


def listed(folder: Path) -> Contents:
    """What would be packed, in the archive's order."""
    walk = _Walk(folder.resolve())
    return Contents(tuple(walk.entries("", Rules())), tuple(walk.skipped))


@dataclass(slots=True)
class _Walk:
    top: Path
    skipped: list[str] = field(default_factory=list)

    def entries(self, path: str, rules: Rules) -> Iterator[Entry]:
        try:
            rules = rules.entering(self.top, path)
            with os.scandir(self.top / path) as found:
                members = sorted(found, key=lambda member: member.name)
        except OSError as error:
            raise _unreadable(path, error) from error
        for member in members:
            inner = f"{path}/{member.name}" if path else member.name
            is_folder = member.is_dir(follow_symlinks=False)
            if rules.leave_out(inner, is_folder=is_folder):
                continue
            if is_folder:
                yield from self.entries(inner, rules)
            else:
                yield from self._entry(member, _checked_name(inner))

    def _entry(self, member: os.DirEntry[str], path: str) -> Iterator[Entry]:
        if member.is_symlink():
            yield Entry(path, "link", target=self._target(path))
        elif member.is_file(follow_symlinks=False):
            yield Entry(path, "file", executable=bool(member.stat(follow_symlinks=False).st_mode & stat.S_IXUSR))
        else:
            self.skipped.append(path)

    def _target(self, path: str) -> str:
        """Where the link leads, as seen from its own folder. A link out of the folder would take along what nobody
        meant to publish, or lead nowhere."""
        link = self.top / path
        text = os.readlink(link)
        try:
            inside = link.resolve().is_relative_to(self.top)
        except (OSError, RuntimeError):  # in circles
            inside = False
        if not inside:
            raise InvalidInput(
                f"{path} is a link to {text}, which is not in the folder.",
                code="link_leaves_folder",
                hint="Replace it by what it leads to, or leave it out with a line in .zippignore.",
            )
        return os.path.relpath(link.resolve(), link.parent) if os.path.isabs(text) else text


def _add(archive: zipfile.ZipFile, folder: Path, entry: Entry) -> None:
    info = zipfile.ZipInfo(entry.path, _EPOCH)
    info.create_system = _UNIX
    info.compress_type = zipfile.ZIP_DEFLATED
    if entry.kind == "link":
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, entry.target)
        return
    file = folder / entry.path
    info.external_attr = (stat.S_IFREG | (0o755 if entry.executable else 0o644)) << 16
    info.file_size = file.stat().st_size
    with file.open("rb") as content, archive.open(info, "w") as packed:
        shutil.copyfileobj(content, packed, 1024 * 1024)


def _checked_name(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "replace").decode()
        raise InvalidInput(
            f"The file name {shown!r} is not UTF-8.", code="file_name_invalid", hint="Rename the file."
        ) from None
    return path


def _unreadable(path: str, error: OSError) -> InvalidInput:
    return InvalidInput(
        f"{path or 'The folder'} can't be read: {error.strerror}.",
        code="folder_unreadable",
        hint="Mend its permissions, or leave it out with a line in .zippignore.",
    )
