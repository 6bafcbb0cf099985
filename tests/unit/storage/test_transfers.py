"""Large files to the bucket and back: in constant memory, and going on where a connection broke."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from buckets import bucket_storage
from cutter import Cutter

from zipp.domain.errors import Unavailable
from zipp.storage.storage import archive_key
from zipp.storage.transfer import CHUNK_BYTES

SIZE = 500 * 1024**2
GROWTH = 64 * 1024**2

# Prints by how many bytes the peak of its memory grew while a large file went to the bucket and came back.
TRANSFER = """
import asyncio, json, re, shutil, sys
from hashlib import file_digest
from pathlib import Path
from buckets import bucket_storage
from zipp.storage.storage import archive_key

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

async def there_and_back(storage, folder, file):
    with file.open("rb") as content:
        key = archive_key(file_digest(content, "sha256").hexdigest())
    size = file.stat().st_size
    await storage.put(key, file)
    uploaded = peak()
    for copy in (folder / "copies").glob("*.zip"):
        copy.unlink()
    assert (await storage.fetch(key)).stat().st_size == size
    return uploaded, peak()

async def main(folder, emulator, bucket, size):
    folder = Path(folder)
    storage = bucket_storage(folder, emulator, bucket)
    await storage.start()
    file = folder / "upload"
    file.write_bytes(b"x" * 1_000_000)
    await there_and_back(storage, folder, file)
    before = peak()
    with file.open("wb") as large:
        large.truncate(int(size))
    uploaded, downloaded = await there_and_back(storage, folder, file)
    print(json.dumps([uploaded - before, downloaded - before]))
    await storage.close()

asyncio.run(main(*sys.argv[1:]))
"""


def test_half_a_gigabyte_goes_there_and_back_in_constant_memory(
    bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", TRANSFER, str(tmp_path), bucket_emulator, bucket, str(SIZE)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=env, timeout=240).stdout
    uploading, downloading = json.loads(printed)
    assert uploading < GROWTH
    assert downloading < GROWTH


async def test_upload_goes_on_where_its_connection_broke(bucket_emulator: str, bucket: str, tmp_path: Path) -> None:
    content = os.urandom(5 * CHUNK_BYTES)
    file = tmp_path / "upload"
    file.write_bytes(content)
    key = archive_key(sha256(content).hexdigest())
    way = Cutter(bucket_emulator, cut_up=(2 * CHUNK_BYTES + CHUNK_BYTES // 2, 4 * CHUNK_BYTES))
    opened = bucket_storage(tmp_path, f"http://{way.address}", bucket)
    await opened.start()
    await opened.put(key, file)
    assert way.cuts_left == 0
    assert len(content) < way.carried["up"] < len(content) + 2.5 * CHUNK_BYTES
    await opened.close()
    way.close()
    other = bucket_storage(tmp_path / "other", bucket_emulator, bucket)
    await other.start()
    assert (await other.fetch(key)).read_bytes() == content
    await other.close()


async def test_download_goes_on_where_its_connection_broke(bucket_emulator: str, bucket: str, tmp_path: Path) -> None:
    content = os.urandom(30_000_000)
    file = tmp_path / "upload"
    file.write_bytes(content)
    key = archive_key(sha256(content).hexdigest())
    first = bucket_storage(tmp_path, bucket_emulator, bucket)
    await first.start()
    await first.put(key, file)
    await first.close()
    way = Cutter(bucket_emulator, cut_down=(10_000_000, 11_000_000, 25_000_000))
    opened = bucket_storage(tmp_path / "other", f"http://{way.address}", bucket)
    await opened.start()
    assert (await opened.fetch(key)).read_bytes() == content
    assert way.cuts_left == 0
    assert len(content) < way.carried["down"] < 1.5 * len(content)
    await opened.close()
    way.close()


class OutOfStep(ThreadingHTTPServer):
    """A bucket that answers the pieces of an upload, one after another, as it is told to."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.begun = 0
        super().__init__(("127.0.0.1", 0), _Sessions)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Sessions(BaseHTTPRequestHandler):
    server: OutOfStep

    def do_GET(self) -> None:
        self._answer(404)

    def do_DELETE(self) -> None:
        self._answer(204)

    def do_POST(self) -> None:
        self.server.begun += 1
        self._answer(200, Location=f"{self.server.address}/session")

    def do_PUT(self) -> None:
        status, body = self.server.answers.pop(0)
        self._answer(status, body)

    def _answer(self, status: int, body: str = "{}", **headers: str) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        for name, value in {"Content-Length": "0" if status == 204 else str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if status == 204 else body.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def archive(tmp_path: Path) -> tuple[str, Path]:
    content = os.urandom(9_000_000)
    file = tmp_path / "upload"
    file.write_bytes(content)
    return archive_key(sha256(content).hexdigest()), file


@contextmanager
def serving(server: OutOfStep) -> Iterator[OutOfStep]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "answers",
    [[(308, "{}")] * 2, [(410, "{}")] * 2, [(200, '{"size": "9000000", "crc32c": "AAAAAA=="}')] * 2],
    ids=["nothing came", "no such upload", "damaged"],
)
async def test_upload_that_the_bucket_sees_otherwise_begins_anew_once(
    tmp_path: Path, archive: tuple[str, Path], answers: list[tuple[int, str]]
) -> None:
    with serving(OutOfStep(*answers)) as server:
        opened = bucket_storage(tmp_path, server.address, "b")
        await opened.start()
        with pytest.raises(Unavailable) as caught:
            await opened.put(*archive)
        assert caught.value.code in ("storage_failed", "storage_damaged")
        assert server.begun == 2
        assert archive[1].exists()
        await opened.close()
