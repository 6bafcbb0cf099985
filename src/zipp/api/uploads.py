"""An archive on its way in: from the socket straight into a file, hashed and counted as it passes.

It is never held in memory, and whatever goes wrong (also the client leaving) the file is removed.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException

from zipp.api.forms import Form
from zipp.domain.errors import InvalidInput, TooLarge, Unavailable
from zipp.domain.ids import new_id
from zipp.pipeline.operations import Upload

RAW_TYPES = frozenset({"application/zip", "application/x-zip-compressed"})
FORM_TYPE = "multipart/form-data"
FORM_OVERHEAD_BYTES = 2 * 1024**2  # what a form may have beside its file
WRITE_BYTES = 1024**2
IDLE_SECONDS = 60
DEFAULT_NAME = "upload.zip"


class Incoming:
    """The file that is being received. Disk and hash work is done in a thread, a megabyte at a time."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self.size = 0
        self._max_bytes = max_bytes
        self._sha256 = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._file: BinaryIO | None = None

    def take(self, data: bytes) -> None:
        """Raises TooLarge."""
        self.size += len(data)
        if self.size > self._max_bytes:
            raise _too_large(self._max_bytes)
        self._waiting.append(data)
        self._waiting_bytes += len(data)

    async def drain(self, *, to_the_end: bool = False) -> None:
        if self._waiting_bytes >= WRITE_BYTES or to_the_end:
            pieces, self._waiting, self._waiting_bytes = self._waiting, [], 0
            await asyncio.to_thread(self._write, pieces)

    async def open(self) -> None:
        self._file = await asyncio.to_thread(_open_new, self.path)

    async def close(self) -> None:
        if self._file is not None:
            await asyncio.to_thread(self._file.close)

    def upload(self, filename: str) -> Upload:
        if not self.size:
            raise InvalidInput(
                "The archive is empty.",
                code="upload_empty",
                hint="Send a ZIP with your project's files.",
                pointer="/file",
            )
        return Upload(file=self.path, filename=clean_name(filename), size=self.size, sha256=self._sha256.hexdigest())

    def _write(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._sha256.update(piece)
            if self._file is not None:
                self._file.write(piece)


@asynccontextmanager
async def received(
    request: Request, *, folder: Path, max_bytes: int, filename: str | None
) -> AsyncIterator[tuple[Upload, Form | None]]:
    """The uploaded archive, with the form's other fields when it came in a form.

    Raises InvalidInput, TooLarge, Unavailable `disk_full`, HTTPException 408 and 415. The file is removed at the end
    unless somebody has taken it over.
    """
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    kind = media_type.decode("latin-1")
    if kind not in RAW_TYPES and kind != FORM_TYPE:
        raise HTTPException(415, "Send the archive as application/zip, or as `file` in multipart/form-data.")
    _check_announced_size(request, max_bytes + (FORM_OVERHEAD_BYTES if kind == FORM_TYPE else 0), max_bytes)
    incoming = Incoming(folder / f"{new_id()}.zip", max_bytes)
    form = Form(options.get(b"boundary", b""), incoming.take) if kind == FORM_TYPE else None
    try:
        await incoming.open()
        try:
            await _receive(request, incoming, form)
        finally:
            await incoming.close()
        yield incoming.upload((form.filename if form else filename) or DEFAULT_NAME), form
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable("The platform's disk is full.", code="disk_full", hint="Free disk space.") from error
        raise
    finally:
        with suppress(FileNotFoundError):
            incoming.path.unlink()


async def _receive(request: Request, incoming: Incoming, form: Form | None) -> None:
    async for chunk in _chunks(request):
        if form is not None:
            form.feed(chunk)
        else:
            incoming.take(chunk)
        await incoming.drain()
    await incoming.drain(to_the_end=True)
    if form is not None:
        form.finish()


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise HTTPException(408, f"Nothing came for {IDLE_SECONDS} seconds.", {"Connection": "close"}) from None
        yield chunk


def clean_name(filename: str) -> str:
    """The last part of a file name, without control characters, of at most 255 characters."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in name if character.isprintable()).strip()[-255:] or DEFAULT_NAME


def _check_announced_size(request: Request, limit: int, max_bytes: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The archive is larger than {max_bytes} bytes.",
        code="upload_too_large",
        hint="Leave out what can be installed or built (node_modules, .git), or raise ZIPP_UPLOAD_MAX_BYTES.",
        pointer="/file",
    )


def _open_new(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
