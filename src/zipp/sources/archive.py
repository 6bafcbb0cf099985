"""A ZIP from a stranger -> a safe tree on the disk.

`node_modules` and `.git` are left out wherever they lie: dependencies are installed again for this machine, and a
history is no part of a site. Every refusal is an InvalidArchive; its codes are in refusals.py.
"""

from __future__ import annotations

import errno
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from zipp.domain.errors import SourceError
from zipp.sources import staging
from zipp.sources.limits import DEFAULT_LIMITS, SourceLimits
from zipp.sources.links import escaping_link
from zipp.sources.refusals import refused
from zipp.sources.threads import in_thread
from zipp.sources.zip_entries import LEFT_OUT, STORED, Entry, Kind, read_contents

_CHUNK = 256 * 1024
_NEVER = threading.Event()


def check(archive: Path, limits: SourceLimits = DEFAULT_LIMITS) -> None:
    """Refuse what its headers alone give away; unpacks nothing. Raises InvalidArchive."""
    with archive.open("rb") as file:
        read_contents(file, limits)


def extract(archive: Path, into: Path, limits: SourceLimits, *, cancelled: threading.Event = _NEVER) -> None:
    """Unpack to `into`, which appears whole (replacing what was there) or, on any error, not at all.

    Blocking: run it in a thread; it gives up soon after `cancelled` is set. Of the modes only the executable bit is
    kept. Raises InvalidArchive, SourceError (disk_full, cancelled).
    """
    try:
        tree = staging.begin(into)
        with archive.open("rb") as file:
            _unpack(file, tree, limits, cancelled)
        staging.finish(tree, into)
    except BaseException as error:
        staging.abandon(into)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full() from error
        raise


async def unpack(archive: Path, into: Path, limits: SourceLimits) -> None:
    """`extract` in a thread; a cancelled task ends only when the thread has stopped, so nothing appears afterwards."""
    cancelled = threading.Event()
    work = partial(extract, archive, into, limits, cancelled=cancelled)
    await in_thread(work, on_cancel=cancelled.set)


def project_root(tree: Path) -> Path:
    """The folder that is the project: `tree`, or its only folder where code hosts and desktops wrap one around it."""
    inside = [entry for entry in os.scandir(tree) if not _is_litter(entry.name)]
    if len(inside) == 1 and inside[0].is_dir(follow_symlinks=False) and not inside[0].name.startswith("."):
        return tree / inside[0].name
    return tree


def _is_litter(name: str) -> bool:
    return name in LEFT_OUT or name.startswith("._")


def _unpack(file: BinaryIO, tree: Path, limits: SourceLimits, cancelled: threading.Event) -> None:
    contents = read_contents(file, limits)
    for folder in contents.folders:
        _make_folder(f"{tree}/{folder}")
    links: dict[str, str] = {}
    for entry in contents.entries:
        chunks = _unpacked(file.fileno(), entry, cancelled)
        if entry.kind is Kind.LINK:
            links[entry.name] = _link_target(entry, b"".join(chunks))
        else:
            _write(f"{tree}/{entry.name}", chunks, entry)
    _make_links(tree, links)


def _make_folder(path: str) -> None:
    with suppress(FileExistsError):  # where the disk ignores case, two spellings are one folder
        os.mkdir(path)
    os.chmod(path, 0o755)  # noqa: S103 - nginx's workers read releases: the umask must not count


def _write(path: str, chunks: Iterator[bytes], entry: Entry) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with open(fd, "wb") as out:
        os.fchmod(fd, 0o755 if entry.executable else 0o644)
        for chunk in chunks:
            out.write(chunk)


def _link_target(entry: Entry, data: bytes) -> str:
    try:
        target = data.decode("utf-8")
    except UnicodeDecodeError:
        target = "\0"
    if "\0" in target:
        raise refused("archive_link_escapes", "is a link without a usable target", entry=entry.name)
    return target


def _make_links(tree: Path, links: dict[str, str]) -> None:
    """Last of all, so that nothing is ever written through one. They must not leave the project's own folder either:
    it is what gets built and served."""
    for path, target in links.items():
        os.symlink(target, f"{tree}/{path}")
    if not links:
        return
    for root in {project_root(tree), tree}:
        escaping = escaping_link(root)
        if escaping is not None:
            raise refused("archive_link_escapes", "is a link that leads out of the project", entry=escaping)


def _unpacked(fd: int, entry: Entry, cancelled: threading.Event) -> Iterator[bytes]:
    """An entry's bytes, of which there must be as many as its header says, with the checksum that it says."""
    stream = _stored(fd, entry) if entry.method == STORED else _inflated(fd, entry)
    produced = checksum = 0
    for chunk in stream:
        if cancelled.is_set():
            raise SourceError("Unpacking was cancelled.", code="cancelled")
        produced += len(chunk)
        if produced > entry.size:
            raise refused("archive_corrupt", "holds more than its header says", entry=entry.name)
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if produced != entry.size or checksum != entry.crc:
        raise refused("archive_corrupt", "is damaged: size or checksum do not match", entry=entry.name)


def _stored(fd: int, entry: Entry) -> Iterator[bytes]:
    done = 0
    while done < entry.packed:
        chunk = os.pread(fd, min(_CHUNK, entry.packed - done), entry.start + done)
        if not chunk:
            return
        done += len(chunk)
        yield chunk


def _inflated(fd: int, entry: Entry) -> Iterator[bytes]:
    """Raw deflate (RFC 1951), never more than a chunk in memory however well it packs."""
    if not entry.packed and not entry.size:  # some tools pack an empty file as nothing at all
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    packed_chunks = _stored(fd, entry)
    try:
        while not inflater.eof:
            packed = inflater.unconsumed_tail or next(packed_chunks, b"")
            chunk = inflater.decompress(packed, _CHUNK)
            if not chunk and not packed:
                raise refused("archive_corrupt", "is cut off", entry=entry.name)
            yield chunk
    except zlib.error as error:
        raise refused("archive_corrupt", "is damaged: it does not unpack", entry=entry.name) from error
    if inflater.unused_data or next(packed_chunks, b""):
        raise refused("archive_corrupt", "has data after its end", entry=entry.name)


def _disk_full() -> SourceError:
    return SourceError(
        "The platform's disk is full.", code="disk_full", hint="Delete old deployments or free disk space, try again."
    )
