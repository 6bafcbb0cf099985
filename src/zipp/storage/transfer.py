"""One file to a bucket or from it: in constant memory, going on where a connection broke, checked to the last byte.

Blocking; Google's errors as they come.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import google_crc32c
import requests
import urllib3
from google.api_core import exceptions as core
from google.cloud.storage.blob import Blob
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY

from zipp.storage.files import PIECE_BYTES

# Of each upload request: in memory once, and sent again when its connection breaks (a multiple of 256 KiB, as Google's
# protocol has it: cloud.google.com/storage/docs/performing-resumable-uploads).
CHUNK_BYTES = 16 * 1024**2
TIMEOUT_SECONDS = (20, 30)  # to connect (and, without TLS, to send a chunk); without an answer
PATIENCE_SECONDS = 60.0  # without a byte: then it is given up
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0

_RESUME_INCOMPLETE, _GONE = 308, 410
_RETRY = DEFAULT_RETRY.with_delay(initial=FIRST_PAUSE_SECONDS, maximum=LONGEST_PAUSE_SECONDS).with_timeout(
    PATIENCE_SECONDS
)
_BROKEN = (
    ConnectionError,
    TimeoutError,
    http.client.HTTPException,
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
    core.ServerError,
    core.TooManyRequests,
)


class Stopped(Exception):
    """The platform is being closed."""


@dataclass(frozen=True, slots=True)
class Digest:
    """`crc32c` as Google writes it: base64 of its four bytes."""

    size: int
    crc32c: str
    sha256: str


def digest(path: Path) -> Digest:
    with path.open("rb") as file:
        summed = _Summed(file, threading.Event())
        while piece := file.read(PIECE_BYTES):
            summed.add(piece)
    return summed.digest()


def send(blob: Blob, path: Path, content: Digest, stopping: threading.Event) -> None:
    """The bucket has it whole or has what it had. Its own digest is compared before it says that it has it."""
    for last_try in (False, True):
        try:
            with path.open("rb") as file:
                blob.upload_from_file(
                    _Stoppable(file, stopping),
                    size=content.size,
                    content_type="application/octet-stream",
                    checksum="crc32c",
                    crc32c_checksum_value=content.crc32c,
                    timeout=TIMEOUT_SECONDS,
                    retry=_RETRY,
                )
        except (DataCorruption, ValueError, core.GoogleAPICallError) as error:
            if last_try or not _is_out_of_step(error):
                raise
        else:
            return


def _is_out_of_step(error: Exception) -> bool:
    """Damaged on its way, or the bucket has another view of what came, or none any more: a new upload may do."""
    return not isinstance(error, core.GoogleAPICallError) or error.code in (_RESUME_INCOMPLETE, _GONE)


def receive(blob: Blob, size: int, path: Path, stopping: threading.Event) -> Digest:
    """All of a generation of a blob, into `path`; what came is told, not judged."""
    with path.open("wb") as file:
        summed = _Summed(file, stopping)
        patience = _Patience()
        while summed.size < size:
            before = summed.size
            try:
                blob.download_to_file(
                    summed,
                    start=before or None,
                    raw_download=True,
                    checksum=None,  # the library checks none after a break; the caller compares the digest
                    timeout=TIMEOUT_SECONDS,
                    retry=None,
                )
            except _BROKEN as error:
                patience.wait(error, has_moved=summed.size > before)
            else:
                if summed.size == before:
                    patience.wait(ConnectionError("nothing came"), has_moved=False)
    return summed.digest()


class _Patience:
    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._until = time.monotonic() + PATIENCE_SECONDS
        self._pause = FIRST_PAUSE_SECONDS

    def wait(self, error: Exception, *, has_moved: bool) -> None:
        """Before the next try; raises when there was none of use for too long."""
        if has_moved:
            self._begin()
        elif time.monotonic() > self._until:
            raise ConnectionError("given up") from error
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)


class _Stoppable:
    """A file to read that ends the transfer when the platform is closed."""

    def __init__(self, file: BinaryIO, stopping: threading.Event) -> None:
        self._file = file
        self._stopping = stopping

    def read(self, size: int = -1) -> bytes:
        if self._stopping.is_set():
            raise Stopped
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class _Summed:
    """A file to write whose content is summed up on the way."""

    def __init__(self, file: BinaryIO, stopping: threading.Event) -> None:
        self._file = file
        self._stopping = stopping
        self._crc32c = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
        self._sha256 = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> int:
        if self._stopping.is_set():
            raise Stopped
        self._file.write(piece)
        self.add(piece)
        return len(piece)

    def add(self, piece: bytes) -> None:
        self._crc32c.update(piece)  # type: ignore[no-untyped-call]
        self._sha256.update(piece)
        self.size += len(piece)

    def digest(self) -> Digest:
        crc32c: bytes = self._crc32c.digest()  # type: ignore[no-untyped-call]
        return Digest(self.size, base64.b64encode(crc32c).decode("ascii"), self._sha256.hexdigest())
