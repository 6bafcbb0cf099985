"""What every Storage promises (src/zipp/storage/storage.py)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from zipp.domain.errors import NotFound
from zipp.storage.storage import Storage, archive_key

KEY = archive_key("ab" * 32)


def a_file(folder: Path, content: bytes = b"content", name: str = "upload") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


async def test_stored_file_comes_back_and_the_given_one_is_gone(storage: Storage, tmp_path: Path) -> None:
    file = a_file(tmp_path)
    await storage.put(KEY, file)
    assert (await storage.fetch(KEY)).read_bytes() == b"content"
    assert await storage.exists(KEY)
    assert not file.exists()


async def test_storing_the_same_again_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    for _ in range(2):
        file = a_file(tmp_path)
        await storage.put(KEY, file)
        assert (await storage.fetch(KEY)).read_bytes() == b"content"
        assert not file.exists()


async def test_put_that_was_cut_off_after_it_was_done_can_be_repeated(storage: Storage, tmp_path: Path) -> None:
    file = a_file(tmp_path)
    await storage.put(KEY, file)
    await storage.put(KEY, file)
    assert (await storage.fetch(KEY)).read_bytes() == b"content"


async def test_same_file_stored_by_twenty_at_once_is_whole(storage: Storage, tmp_path: Path) -> None:
    content = b"x" * 1_000_000
    files = [a_file(tmp_path, content, f"upload-{i}") for i in range(20)]
    await asyncio.gather(*(storage.put(KEY, file) for file in files))
    assert (await storage.fetch(KEY)).read_bytes() == content


async def test_what_is_not_there_is_not_found(storage: Storage, tmp_path: Path) -> None:
    assert not await storage.exists(KEY)
    for attempt in (storage.fetch(KEY), storage.put(KEY, tmp_path / "nowhere")):
        with pytest.raises(NotFound) as caught:
            await attempt
        assert caught.value.code == "file_missing"


async def test_deleted_file_is_gone_and_deleting_again_is_fine(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, a_file(tmp_path))
    await storage.delete(KEY)
    await storage.delete(KEY)
    assert not await storage.exists(KEY)


async def test_starting_again_keeps_what_is_stored(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, a_file(tmp_path))
    await storage.start()
    assert (await storage.fetch(KEY)).read_bytes() == b"content"


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a/.hidden", "a\\b", "a\0b", "a b", "a\n", "ä"]
)
async def test_key_that_is_none_is_refused_by_every_method(storage: Storage, tmp_path: Path, key: str) -> None:
    file = a_file(tmp_path)
    for attempt in (storage.put(key, file), storage.fetch(key), storage.exists(key), storage.delete(key)):
        with pytest.raises(ValueError, match="not a storage key"):
            await attempt
    assert file.exists()


async def test_storage_answers_and_knows_its_room(storage: Storage) -> None:
    await storage.ping()
    free = await storage.free_bytes()
    assert free is None or free > 0
