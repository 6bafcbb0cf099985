"""What every Storage promises (src/zipp/storage/storage.py)."""

from __future__ import annotations

import asyncio
import os
from hashlib import sha256
from pathlib import Path

import pytest

from zipp.domain.errors import NotFound
from zipp.storage.storage import Storage, archive_key, log_key

CONTENT = b"content"
KEY = archive_key(sha256(CONTENT).hexdigest())
LOG = log_key("0197aaaa-0000-7000-8000-000000000001")
LARGE = 20_000_000  # sent in more than one piece


def a_file(folder: Path, content: bytes = CONTENT, name: str = "upload") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("key", [KEY, LOG])
async def test_stored_file_comes_back_and_the_given_one_is_gone(storage: Storage, tmp_path: Path, key: str) -> None:
    file = a_file(tmp_path)
    await storage.put(key, file)
    assert (await storage.fetch(key)).read_bytes() == CONTENT
    assert await storage.exists(key)
    assert not file.exists()


@pytest.mark.parametrize("size", [0, 1, LARGE])
async def test_file_of_any_size_comes_back_as_it_was(storage: Storage, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    for key in (archive_key(sha256(content).hexdigest()), LOG):
        await storage.put(key, a_file(tmp_path, content))
        assert (await storage.fetch(key)).read_bytes() == content


@pytest.mark.parametrize("key", [KEY, LOG])
async def test_storing_the_same_again_changes_nothing(storage: Storage, tmp_path: Path, key: str) -> None:
    for _ in range(2):
        file = a_file(tmp_path)
        await storage.put(key, file)
        assert (await storage.fetch(key)).read_bytes() == CONTENT
        assert not file.exists()


async def test_what_is_stored_under_the_key_of_another_content_takes_its_place(
    storage: Storage, tmp_path: Path
) -> None:
    for content in (b"the build", b"the build, and what it printed"):
        await storage.put(LOG, a_file(tmp_path, content))
        assert (await storage.fetch(LOG)).read_bytes() == content


@pytest.mark.parametrize("key", [KEY, LOG])
async def test_put_that_was_cut_off_after_it_was_done_can_be_repeated(
    storage: Storage, tmp_path: Path, key: str
) -> None:
    file = a_file(tmp_path)
    await storage.put(key, file)
    await storage.put(key, file)
    assert (await storage.fetch(key)).read_bytes() == CONTENT


async def test_same_file_stored_by_twenty_at_once_is_whole(storage: Storage, tmp_path: Path) -> None:
    content = b"x" * 1_000_000
    key = archive_key(sha256(content).hexdigest())
    files = [a_file(tmp_path, content, f"upload-{i}") for i in range(20)]
    await asyncio.gather(*(storage.put(key, file) for file in files))
    assert (await storage.fetch(key)).read_bytes() == content
    assert not any(file.exists() for file in files)


@pytest.mark.parametrize("key", [KEY, LOG])
async def test_what_is_not_there_is_not_found(storage: Storage, tmp_path: Path, key: str) -> None:
    assert not await storage.exists(key)
    for attempt in (
        storage.fetch(key),
        storage.put(key, tmp_path / "nowhere"),
        storage.link(key, filename="site.zip", seconds=60),
    ):
        with pytest.raises(NotFound) as caught:
            await attempt
        assert caught.value.code == "file_missing"


@pytest.mark.parametrize("key", [KEY, LOG])
async def test_deleted_file_is_gone_and_deleting_again_is_fine(storage: Storage, tmp_path: Path, key: str) -> None:
    await storage.put(key, a_file(tmp_path))
    await storage.delete(key)
    await storage.delete(key)
    assert not await storage.exists(key)
    with pytest.raises(NotFound):
        await storage.fetch(key)


async def test_fetched_file_stays_readable_for_who_has_it_open_when_it_is_deleted(
    storage: Storage, tmp_path: Path
) -> None:
    await storage.put(KEY, a_file(tmp_path))
    with (await storage.fetch(KEY)).open("rb") as reader:
        await storage.delete(KEY)
        assert reader.read() == CONTENT


async def test_keys_are_listed_by_their_beginning_in_order(storage: Storage, tmp_path: Path) -> None:
    keys = ["archives-old", "backups/2", "backups/10", "backups/10.json", "backups/more/1", "logs/a"]
    for key in keys:
        await storage.put(key, a_file(tmp_path))
    assert list(await storage.list("")) == sorted(keys)
    assert list(await storage.list("backups/")) == ["backups/10", "backups/10.json", "backups/2", "backups/more/1"]
    assert list(await storage.list("backups/1")) == ["backups/10", "backups/10.json"]
    assert list(await storage.list("logs")) == ["logs/a"]
    assert list(await storage.list("nothing/")) == list(await storage.list("../")) == []


async def test_link_is_none_where_nobody_can_sign_it(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, a_file(tmp_path))
    assert await storage.link(KEY, filename="site.zip", seconds=60) is None


async def test_starting_again_keeps_what_is_stored(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, a_file(tmp_path))
    await storage.start()
    assert (await storage.fetch(KEY)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a/.hidden", "a\\b", "a\0b", "a b", "a\n", "ä"]
)
async def test_key_that_is_none_is_refused_by_every_method(storage: Storage, tmp_path: Path, key: str) -> None:
    file = a_file(tmp_path)
    for attempt in (
        storage.put(key, file),
        storage.fetch(key),
        storage.exists(key),
        storage.delete(key),
        storage.link(key, filename="site.zip", seconds=60),
    ):
        with pytest.raises(ValueError, match="not a storage key"):
            await attempt
    assert file.exists()


async def test_storage_answers_and_knows_its_room(storage: Storage) -> None:
    await storage.ping()
    free = await storage.free_bytes()
    assert free is None or free > 0
    assert isinstance(storage.is_remote, bool)
