"""What is the bucket's own: copies at hand, one download for many, checksums, and what goes wrong elsewhere."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from buckets import bucket_storage, objects
from cutter import Cutter

from zipp.domain.errors import Unavailable, Unreachable
from zipp.storage import transfer
from zipp.storage.bucket import BucketStorage
from zipp.storage.storage import archive_key, log_key

LOG = log_key("0197aaaa-0000-7000-8000-000000000001")


def archive(folder: Path, content: bytes = b"content") -> tuple[str, Path]:
    file = folder / "upload"
    file.write_bytes(content)
    return archive_key(sha256(content).hexdigest()), file


def copies(folder: Path) -> list[Path]:
    return [path for path in (folder / "copies").rglob("*") if path.is_file()]


@contextmanager
def answering(status: int, body: bytes = b"{}") -> Iterator[str]:
    """A service that answers everything so."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_stored_archive_is_in_the_bucket_and_at_hand(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    key, file = archive(tmp_path)
    await in_bucket.put(key, file)
    assert objects(bucket_emulator, bucket) == [key]
    assert [copy.read_bytes() for copy in copies(tmp_path)] == [b"content"]
    assert in_bucket.is_remote


async def test_fetching_what_is_at_hand_needs_no_bucket(bucket_emulator: str, bucket: str, tmp_path: Path) -> None:
    way = Cutter(bucket_emulator)
    opened = bucket_storage(tmp_path, f"http://{way.address}", bucket)
    await opened.start()
    key, file = archive(tmp_path)
    await opened.put(key, file)
    way.close()
    assert (await opened.fetch(key)).read_bytes() == b"content"
    await opened.close()
    again = bucket_storage(tmp_path, f"http://{way.address}", bucket)
    await again.start()
    assert (await again.fetch(key)).read_bytes() == b"content"
    await again.close()


async def test_another_machine_downloads_it(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    key, file = archive(tmp_path)
    await in_bucket.put(key, file)
    other = bucket_storage(tmp_path / "other", bucket_emulator, bucket)
    await other.start()
    assert (await other.fetch(key)).read_bytes() == b"content"
    await other.close()


async def test_what_another_machine_replaced_is_fetched_as_it_is_now(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    other = bucket_storage(tmp_path / "other", bucket_emulator, bucket)
    await other.start()
    for content in (b"first", b"other"):
        file = tmp_path / "log"
        file.write_bytes(content)
        await in_bucket.put(LOG, file)
        assert (await other.fetch(LOG)).read_bytes() == content
    await other.close()


async def test_twenty_that_want_one_file_share_one_download(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    content = os.urandom(3_000_000)
    key, file = archive(tmp_path, content)
    await in_bucket.put(key, file)
    way = Cutter(bucket_emulator)
    other = bucket_storage(tmp_path / "other", f"http://{way.address}", bucket)
    await other.start()
    paths = await asyncio.gather(*(other.fetch(key) for _ in range(20)))
    assert len(set(paths)) == 1
    assert paths[0].read_bytes() == content
    assert way.carried["down"] < 1.1 * len(content)
    await other.close()
    way.close()


async def test_one_who_gives_up_takes_the_file_from_nobody(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    key, file = archive(tmp_path)
    await in_bucket.put(key, file)
    other = bucket_storage(tmp_path / "other", bucket_emulator, bucket)
    await other.start()
    impatient = asyncio.create_task(other.fetch(key))
    patient = asyncio.create_task(other.fetch(key))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).read_bytes() == b"content"
    await other.close()


async def test_archive_that_is_not_what_its_key_says_is_neither_stored_nor_handed_out(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path
) -> None:
    key, file = archive(tmp_path)
    file.write_bytes(b"damaged")
    with pytest.raises(Unavailable) as caught:
        await in_bucket.put(key, file)
    assert caught.value.code == "storage_damaged"
    assert objects(bucket_emulator, bucket) == []
    url = f"{bucket_emulator}/upload/storage/v1/b/{bucket}/o"
    httpx.post(url, params={"uploadType": "media", "name": key}, content=b"damaged", trust_env=False)
    with pytest.raises(Unavailable) as caught:
        await in_bucket.fetch(key)
    assert caught.value.code == "storage_damaged"
    assert copies(tmp_path) == []


async def test_repeated_upload_sends_nothing(bucket_emulator: str, bucket: str, tmp_path: Path) -> None:
    way = Cutter(bucket_emulator)
    opened = bucket_storage(tmp_path, f"http://{way.address}", bucket)
    await opened.start()
    content = os.urandom(2_000_000)
    key, file = archive(tmp_path, content)
    await opened.put(key, file)
    sent = way.carried["up"]
    assert sent > len(content)
    await opened.put(*archive(tmp_path, content))
    assert way.carried["up"] - sent < 100_000
    await opened.close()
    way.close()


async def test_upload_that_fails_leaves_the_file_and_no_key(
    bucket_emulator: str, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_RETRY", transfer._RETRY.with_timeout(0.5))
    way = Cutter(bucket_emulator, cut_up=(12_000_000, *range(20_000_000, 400_000_000, 1_000_000)))
    opened = bucket_storage(tmp_path, f"http://{way.address}", bucket)
    await opened.start()
    key, file = archive(tmp_path, os.urandom(40_000_000))
    with pytest.raises(Unreachable) as caught:
        await opened.put(key, file)
    assert caught.value.code == "storage_unreachable"
    assert file.stat().st_size == 40_000_000
    assert objects(bucket_emulator, bucket) == []
    await opened.close()
    way.close()


async def test_full_disk_is_told_and_leaves_nothing_behind(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, file = archive(tmp_path)
    await in_bucket.put(key, file)
    other = bucket_storage(tmp_path / "other", bucket_emulator, bucket)
    await other.start()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfer._Summed, "write", full)
    with pytest.raises(Unavailable) as caught:
        await other.fetch(key)
    assert caught.value.code == "storage_full"
    assert copies(tmp_path / "other") == []
    await other.close()


async def test_missing_bucket_is_told_by_every_call(bucket_emulator: str, tmp_path: Path) -> None:
    opened = bucket_storage(tmp_path, bucket_emulator, "nobody-made-this-one")
    await opened.start()
    key, file = archive(tmp_path)
    calls = (
        opened.ping(), opened.put(key, file), opened.fetch(key), opened.exists(key), opened.list("archives/"),
        opened.link(key, filename="a.zip", seconds=60),
    )  # fmt: skip
    for call in calls:
        with pytest.raises(Unavailable) as caught:
            await call
        assert caught.value.code == "storage_bucket_missing"
        assert "nobody-made-this-one" in caught.value.message
        assert "ZIPP_FIREBASE_BUCKET" in caught.value.hint
    assert file.exists()
    await opened.close()


async def test_refusal_names_the_missing_role(tmp_path: Path) -> None:
    with answering(403, b'{"error": {"code": 403, "message": "no"}}') as address:
        opened = bucket_storage(tmp_path, address, "b")
        await opened.start()
        key, file = archive(tmp_path)
        for call in (opened.ping(), opened.put(key, file), opened.fetch(key), opened.delete(key), opened.list("")):
            with pytest.raises(Unavailable) as caught:
                await call
            assert caught.value.code == "storage_denied"
            assert "roles/storage.objectAdmin" in caught.value.hint
        await opened.close()


async def test_answer_that_nobody_expects_is_an_error_of_ours(tmp_path: Path) -> None:
    with answering(418) as address:
        opened = bucket_storage(tmp_path, address, "b")
        await opened.start()
        with pytest.raises(Unavailable) as caught:
            await opened.ping()
        assert caught.value.code == "storage_failed"
        await opened.close()


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
async def test_bucket_out_of_reach_is_told_in_time(tmp_path: Path, silent: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if not silent:
            listener.close()
        opened = bucket_storage(tmp_path, address, "b")
        await opened.start()
        async with asyncio.timeout(60):
            for call in (opened.ping(), opened.exists(LOG)):
                with pytest.raises(Unreachable) as caught:
                    await call
                assert caught.value.code == "storage_unreachable"
        assert (await opened.free_bytes() or 0) > 0
        await opened.close()


async def test_many_who_ask_whether_it_is_there_ask_once(
    in_bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    ping = BucketStorage._ping

    def counted(self: BucketStorage, seconds: float) -> None:
        asked.append(seconds)
        ping(self, seconds)

    monkeypatch.setattr(BucketStorage, "_ping", counted)
    await asyncio.gather(*(in_bucket.ping() for _ in range(20)))
    assert len(asked) == 1


async def test_closed_storage_says_so(in_bucket: BucketStorage) -> None:
    await in_bucket.ping()
    await in_bucket.close()
    with pytest.raises(Unavailable) as caught:
        await in_bucket.exists(LOG)
    assert caught.value.code == "storage_closed"


async def test_foreign_names_in_the_bucket_are_not_listed(
    in_bucket: BucketStorage, bucket_emulator: str, bucket: str
) -> None:
    url = f"{bucket_emulator}/upload/storage/v1/b/{bucket}/o"
    for name in ("logs/ours", "logs/not ours", "logs/.hidden"):
        httpx.post(url, params={"uploadType": "media", "name": name}, content=b"x", trust_env=False)
    assert list(await in_bucket.list("logs/")) == ["logs/ours"]
