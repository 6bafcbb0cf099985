"""What is the local disk's own: modes, another file system, memory, a crash half way, no room."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zipp.domain.errors import Unavailable
from zipp.storage.local import LocalStorage
from zipp.storage.storage import archive_key

KEY = archive_key("ab" * 32)
SIZE = 200 * 1024**2

# Prints by how many bytes the peak of its memory grew while a file was taken over from another file system.
PUT = """
import asyncio, re, sys
from pathlib import Path
from zipp.storage.local import LocalStorage

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

async def main(root, key, file, small):
    storage = LocalStorage(Path(root))
    await storage.start()
    await storage.put("warm-up", Path(small))
    before = peak()
    await storage.put(key, Path(file))
    print(peak() - before)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than tmp_path."""
    with TemporaryDirectory(dir="/dev/shm") as folder:
        assert os.stat(folder).st_dev != os.stat(tmp_path).st_dev
        yield Path(folder)


@pytest.fixture
async def storage(tmp_path: Path) -> LocalStorage:
    opened = LocalStorage(tmp_path / "storage")
    await opened.start()
    return opened


def test_large_file_is_taken_over_without_being_held_in_memory(tmp_path: Path, elsewhere: Path) -> None:
    large, small = elsewhere / "large", elsewhere / "small"
    small.write_bytes(b"x" * 3_000_000)
    with large.open("wb") as file:
        file.truncate(SIZE)
    command = [sys.executable, "-c", PUT, str(tmp_path / "storage"), KEY, str(large), str(small)]
    grown = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert grown < 10 * 1024**2
    assert (tmp_path / "storage" / KEY).stat().st_size == SIZE
    assert not large.exists()


async def test_file_from_another_file_system_arrives_whole(storage: LocalStorage, elsewhere: Path) -> None:
    file = elsewhere / "upload"
    file.write_bytes(os.urandom(2_500_000))
    content = file.read_bytes()
    await storage.put(KEY, file)
    assert (await storage.fetch(KEY)).read_bytes() == content
    assert not file.exists()


async def test_copy_that_fails_leaves_nothing_behind_and_the_given_file_in_place(
    storage: LocalStorage, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = elsewhere / "upload"
    file.write_bytes(b"content")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(Unavailable) as caught:
        await storage.put(KEY, file)
    assert caught.value.code == "storage_full"
    assert file.read_bytes() == b"content"
    assert [path for path in (tmp_path / "storage").rglob("*") if path.is_file()] == []


async def test_what_a_crash_left_half_copied_goes_at_the_next_start(storage: LocalStorage, tmp_path: Path) -> None:
    left = tmp_path / "storage" / ".partial" / "half"
    left.write_bytes(b"half")
    await storage.start()
    assert not left.exists()


@pytest.mark.parametrize("same_file_system", [True, False])
async def test_only_the_owner_may_look(
    storage: LocalStorage, tmp_path: Path, elsewhere: Path, same_file_system: bool
) -> None:
    file = (tmp_path if same_file_system else elsewhere) / "upload"
    file.write_bytes(b"content")
    file.chmod(0o666)
    await storage.put(KEY, file)
    root = tmp_path / "storage"
    modes = {str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}
    assert modes == {".": 0o700, ".partial": 0o700, "archives": 0o700, KEY: 0o600}


async def test_storage_that_went_away_is_told_as_unavailable(storage: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "storage").rename(tmp_path / "moved")
    file = tmp_path / "upload"
    file.write_bytes(b"content")
    for attempt in (storage.ping(), storage.free_bytes(), storage.put(KEY, file)):
        with pytest.raises(Unavailable) as caught:
            await attempt
        assert caught.value.code == "storage_unavailable"
        assert caught.value.hint
    assert file.exists()


async def test_root_that_cannot_be_made_is_told_as_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        await LocalStorage(tmp_path / "file" / "storage").start()
