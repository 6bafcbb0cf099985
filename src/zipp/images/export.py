"""The files of a built page, out of its image: unpacked as carefully as a stranger's upload, for that is what they are.

The image's one layer is read from what `docker save` gives out: no container is made, which would cost a hundred
milliseconds and put the engine's own files beside them.
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil
import socket
import tarfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from zipp.domain.errors import BuildError
from zipp.images.failures import disk_full

CHUNK_BYTES = 256 * 1024
MAX_DEPTH = 64
_MAGIC = slice(257, 262)  # of a tar archive's first entry (POSIX.1-1988)


@dataclass(frozen=True, slots=True)
class OutputLimits:
    max_bytes: int
    max_files: int  # folders and links included


async def take_out(saved: AsyncIterator[bytes], into: Path, limits: OutputLimits) -> None:
    """What the image holds, at `into`: whole or not at all. Raises BuildError output_unsafe, build_no_space."""
    reading, writing = socket.socketpair()
    unpacking = asyncio.get_running_loop().run_in_executor(None, unpack, reading.detach(), into, limits)
    try:
        await _pour(saved, writing)
    except BaseException:
        # the thread has seen the end of an archive that is not whole, and left nothing
        await asyncio.wait([unpacking])
        unpacking.exception()
        raise
    await unpacking


async def _pour(saved: AsyncIterator[bytes], into: socket.socket) -> None:
    """Whoever reads may have had enough before the end: what it raises says why.

    A socket and no pipe: uvloop closes a pipe's descriptor twice, and by then it may be a file that the thread opened.
    """
    _, writer = await asyncio.open_connection(sock=into)
    try:
        async for chunk in saved:
            writer.write(chunk)
            await writer.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        writer.close()


def unpack(read_end: int, into: Path, limits: OutputLimits) -> None:
    """Blocking. Closes `read_end`. The folder that is worked in has a name that no link could have been made for."""
    place = into.with_name(f"{into.name}.partial")
    shutil.rmtree(place, ignore_errors=True)
    tree = place / uuid.uuid4().hex
    try:
        with os.fdopen(read_end, "rb") as archive:
            tree.mkdir(parents=True)
            tree.chmod(0o755)
            _Unpacking(tree, limits).run(archive)
        tree.rename(into)
    except (tarfile.TarError, EOFError) as error:
        raise _unsafe("it can't be read") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full() from error
        raise _unsafe(f"it can't be written: {error.strerror}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


@dataclass
class _Unpacking:
    tree: Path
    limits: OutputLimits
    bytes: int = 0
    files: int = 0
    links: dict[str, str] = field(default_factory=dict)
    layers: int = 0

    def run(self, archive: BinaryIO) -> None:
        with tarfile.open(fileobj=archive, mode="r|", bufsize=CHUNK_BYTES) as saved:
            for layer in _layers(saved):
                self.layers += 1
                with tarfile.open(fileobj=layer, mode="r|*", bufsize=CHUNK_BYTES) as entries:
                    for entry in entries:
                        self._add(entries, entry)
        while archive.read(CHUNK_BYTES):  # so that whoever writes is not cut off
            pass
        if self.layers != 1:
            raise _unsafe(f"its image has {self.layers} layers")
        self._make_links()

    def _add(self, entries: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        parts = _parts(entry.name)
        if not parts:
            return
        self._count(entry)
        path = self._below(parts)
        if entry.isdir():
            self._folder(path)
        elif entry.issym():
            self.links["/".join(parts)] = entry.linkname
        elif entry.islnk():
            self._copy(self._below(_parts(entry.linkname)), path)
        elif entry.isreg():
            source = entries.extractfile(entry)
            assert source is not None  # noqa: S101 - it is a regular file
            with source, self._create(path, executable=bool(entry.mode & 0o100)) as out:
                shutil.copyfileobj(source, out, CHUNK_BYTES)
        else:
            raise _unsafe(f"{_shown(entry.name)} is no file, folder or link")

    def _count(self, entry: tarfile.TarInfo) -> None:
        self.files += 1
        self.bytes += entry.size if entry.isreg() else 0
        if self.files > self.limits.max_files:
            raise _unsafe(f"it has more than {self.limits.max_files} files and folders (ZIPP_SOURCE_MAX_FILES)")
        self._hold_bytes()

    def _hold_bytes(self) -> None:
        if self.bytes > self.limits.max_bytes:
            raise _unsafe(f"it has more than {self.limits.max_bytes // 1024**2} MB (ZIPP_SOURCE_MAX_BYTES)")

    def _below(self, parts: list[str]) -> str:
        """Links are made last, so that no path leads through one."""
        for depth in range(1, len(parts)):
            self._folder("/".join([str(self.tree), *parts[:depth]]))
        return "/".join([str(self.tree), *parts])

    def _folder(self, path: str) -> None:
        if not os.path.isdir(path):
            os.mkdir(path)
            os.chmod(path, 0o755)  # noqa: S103 - nginx's workers read releases

    def _create(self, path: str, *, executable: bool) -> BinaryIO:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        os.fchmod(fd, 0o755 if executable else 0o644)
        return os.fdopen(fd, "wb")

    def _copy(self, source: str, target: str) -> None:
        """A hard link as a file of its own: two names for one file would have one modification time."""
        self.bytes += os.lstat(source).st_size
        self._hold_bytes()
        with open(source, "rb") as read, self._create(target, executable=os.access(source, os.X_OK)) as out:
            shutil.copyfileobj(read, out, CHUNK_BYTES)

    def _make_links(self) -> None:
        for path, target in self.links.items():
            os.symlink(target, self.tree / path)
        inside = f"{self.tree}/"
        for path, target in self.links.items():
            place = os.path.normpath(f"{os.path.dirname(path)}/{target}" if os.path.dirname(path) else target)
            leads_to = os.path.realpath(self.tree / path)
            if target.startswith("/") or place.startswith("..") or not f"{leads_to}/".startswith(inside):
                raise _unsafe(f"the link {_shown(path)} leads out of it")


def _layers(saved: tarfile.TarFile) -> Iterator[IO[bytes]]:
    """A saved image has its layers as archives among descriptions in JSON, whatever the engine calls them."""
    for member in saved:
        content = saved.extractfile(member) if member.isreg() and member.size >= tarfile.BLOCKSIZE else None
        if isinstance(content, io.BufferedReader) and content.peek(tarfile.BLOCKSIZE)[_MAGIC] == b"ustar":
            yield content


def _parts(name: str) -> list[str]:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or len(parts) > MAX_DEPTH:
        raise _unsafe(f"{_shown(name)} lies outside of it, or too deep")
    return parts


def _shown(path: str) -> str:
    return repr(path if len(path) <= 80 else f"{path[:79]}…")


def _unsafe(why: str) -> BuildError:
    return BuildError(
        f"What the build made can't be published: {why}.",
        code="output_unsafe",
        hint="Let the build write ordinary files and folders only, and set `output` in zipp.toml to their folder.",
    )
