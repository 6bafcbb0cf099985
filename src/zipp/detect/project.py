"""A source as detectors see it: files that somebody else wrote, read within bounds and never through a way out."""

from __future__ import annotations

import heapq
import json
import os
import stat
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

from zipp.domain.errors import DetectionError

MAX_FILE_BYTES = 256 * 1024
MAX_ENTRIES = 2_000  # of one folder, in the order of their names
MAX_DOTS_PER_LINE = 200  # tomllib takes time quadratic in the parts of a dotted key


class Project:
    """Reads the tree at `root`. Names are relative POSIX paths; links that lead out of `root` count as absent."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve(strict=True)
        self._cache: dict[str, bytes | None] = {}

    def has(self, name: str) -> bool:
        """Whether `name` is a regular file."""
        path = self._inside(name)
        return path is not None and path.is_file()

    def has_folder(self, name: str) -> bool:
        path = self._inside(name)
        return path is not None and path.is_dir()

    def files(self, folder: str = ".") -> tuple[str, ...]:
        """The names of the files in `folder`, sorted; links left out."""
        return self._names(folder, folders=False)

    def folders(self, folder: str = ".") -> tuple[str, ...]:
        """The names of the folders in `folder`, sorted; links and hidden ones left out."""
        return tuple(name for name in self._names(folder, folders=True) if not name.startswith("."))

    def text(self, name: str, *, limit: int = MAX_FILE_BYTES) -> str | None:
        """The file's text, None when there is none. Raises DetectionError: file_too_large, file_not_utf8."""
        content = self.read(name, limit=limit)
        if content is None:
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise DetectionError(
                f"{name} is not UTF-8 text (line {line}).",
                code="file_not_utf8",
                hint=f"Save {name} again with the encoding UTF-8.",
            ) from None

    def json(self, name: str, *, limit: int = MAX_FILE_BYTES) -> dict[str, Any] | None:
        """The JSON object in the file. Raises DetectionError, file_invalid too."""
        text = self.text(name, limit=limit)
        if text is None:
            return None
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise invalid(name, f"{error.msg} (line {error.lineno}, column {error.colno})") from None
        except (RecursionError, ValueError):  # ValueError: a number of more than 4,300 digits
            raise invalid(name, "it is nested too deeply, or has a number that is too long") from None
        if not isinstance(value, dict):
            raise invalid(name, "it must be an object: {...}")
        return value

    def toml(self, name: str) -> dict[str, Any] | None:
        """The TOML table in the file. Raises DetectionError, file_invalid too."""
        text = self.text(name)
        if text is None:
            return None
        for number, line in enumerate(text.split("\n"), start=1):
            if line.count(".") > MAX_DOTS_PER_LINE:
                raise invalid(name, f"line {number} has more than {MAX_DOTS_PER_LINE} dots")
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise invalid(name, str(error)) from None
        except (RecursionError, ValueError):
            raise invalid(name, "it is nested too deeply, or has a value that is out of range") from None

    def read(self, name: str, *, limit: int = MAX_FILE_BYTES) -> bytes | None:
        """The file's bytes, None when it is no regular file. Raises DetectionError `file_too_large`."""
        if name not in self._cache:
            self._cache[name] = self._read(name, limit)
        return self._cache[name]

    def _read(self, name: str, limit: int) -> bytes | None:
        path = self._inside(name)
        if path is None:
            return None
        try:
            # Not blocking, so that a FIFO can't hold us up; it is then refused for not being regular.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        with open(descriptor, "rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise DetectionError(
                f"{name} is larger than {limit // 1024} KB.",
                code="file_too_large",
                hint=f"Zipp reads {name} to find out how to build the site: make it smaller.",
            )
        return content

    def _inside(self, name: str) -> Path | None:
        """Where `name` really lies, None when that is outside or nowhere."""
        try:
            path = (self.root / name).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):  # absent, a circle of links, a NUL
            return None
        return path if path.is_relative_to(self.root) else None

    def _names(self, folder: str, *, folders: bool) -> tuple[str, ...]:
        path = self._inside(folder)
        if path is None or not path.is_dir():
            return ()
        try:
            with os.scandir(path) as entries:
                wanted = (
                    entry.name
                    for entry in entries
                    if (entry.is_dir(follow_symlinks=False) if folders else entry.is_file(follow_symlinks=False))
                )
                return tuple(heapq.nsmallest(MAX_ENTRIES, wanted))
        except OSError:
            return ()


def relative(path: str) -> str | None:
    """`path` as a plain relative POSIX path ('./a/' -> 'a'); None when it is absolute, leads up or is no path."""
    parts = PurePosixPath(path).parts
    if path.startswith("/") or "\\" in path or "\0" in path or ".." in parts or len(path) > 500:
        return None
    return str(PurePosixPath(*parts))


def invalid(name: str, reason: str) -> DetectionError:
    return DetectionError(
        f"{name} can't be read: {reason}.", code="file_invalid", hint=f"Correct {name} and deploy again."
    )
