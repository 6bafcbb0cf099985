"""A folder as a tar stream for the engine: the same content always gives the same bytes, so that layers are reused."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import stat
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 256 * 1024

Excluded = Callable[[str, bool], bool]  # (path relative to the folder, is it a folder) -> leave it out


@dataclass(frozen=True, slots=True)
class Context:
    """`folder`'s files but for those that are `excluded`, and `extra` ones in place of or beside them.

    `looks_inside_excluded`: a folder that is left out may hold files that are not. `below` is where the folder lies in
    the archive, "" for its top; the names in `extra` count from the top.
    """

    folder: Path
    excluded: Excluded
    extra: Mapping[str, bytes]
    looks_inside_excluded: bool = False
    below: str = ""


async def tar_stream(context: Context) -> AsyncIterator[bytes]:
    """The context as a tar archive, written by a thread into a socket: never more than a few chunks in memory."""
    reading, writing = socket.socketpair()  # no pipe: uvloop closes the descriptor of one twice
    writer = asyncio.get_running_loop().run_in_executor(None, _write_tar, writing.detach(), context)
    reader, connection = await asyncio.open_connection(sock=reading, limit=CHUNK_BYTES)
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            yield chunk
        await writer
    finally:
        connection.close()  # a writer that is still busy ends with a broken pipe
        await asyncio.wait([writer])
        if not writer.cancelled():
            writer.exception()


def _write_tar(write_end: int, context: Context) -> None:
    with (
        os.fdopen(write_end, "wb") as pipe,
        tarfile.open(fileobj=pipe, mode="w|", format=tarfile.PAX_FORMAT, bufsize=CHUNK_BYTES) as tar,
    ):
        if context.below:
            tar.addfile(_info(context.below, tarfile.DIRTYPE, 0o755, 0))
        above = f"{context.below}/" if context.below else ""
        for path, relative in _entries(context, str(context.folder), ""):
            if above + relative not in context.extra:
                _add(tar, path, above + relative)
        for name, content in context.extra.items():
            tar.addfile(_info(name, tarfile.REGTYPE, 0o644, len(content)), io.BytesIO(content))


def _entries(context: Context, folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Everything below in a fixed order: where it lies, and its name in the archive."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        relative = prefix + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        left_out = context.excluded(relative, is_folder)
        if not left_out:
            yield entry.path, relative
        if is_folder and (context.looks_inside_excluded or not left_out):
            yield from _entries(context, entry.path, f"{relative}/")


def _add(tar: tarfile.TarFile, path: str, relative: str) -> None:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        link = _info(relative, tarfile.SYMTYPE, 0o777, 0)
        link.linkname = os.readlink(path)
        tar.addfile(link)
    elif stat.S_ISDIR(status.st_mode):
        tar.addfile(_info(relative, tarfile.DIRTYPE, 0o755, 0))
    elif stat.S_ISREG(status.st_mode):
        mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
        with open(path, "rb") as file:
            tar.addfile(_info(relative, tarfile.REGTYPE, mode, status.st_size), file)


def _info(name: str, kind: bytes, mode: int, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)  # owner 0:0 and time 0 by default
    info.type, info.mode, info.size = kind, mode, size
    return info
