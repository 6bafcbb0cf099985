"""The copies at hand: bounded, the least used go first, and nobody loses what they are reading."""

from __future__ import annotations

import os
import shutil
import time
from collections import namedtuple
from pathlib import Path

import pytest

from zipp.domain.errors import Unavailable
from zipp.storage import copies as copies_module
from zipp.storage.copies import Copies

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    made = Copies(tmp_path / "copies", max_bytes=300)
    made.start()
    return made


def taken(copies: Copies, folder: Path, name: str, *, size: int = 100, used_ago: float = 0) -> Path:
    file = folder / "file"
    file.write_bytes(b"x" * size)
    path = copies.take(name, file)
    at = time.time() - used_ago
    os.utime(path, (at, at))
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "copies").iterdir() if path.is_file()}


def test_what_was_used_longest_ago_goes_first(copies: Copies, tmp_path: Path) -> None:
    for age, name in ((300, "a"), (500, "b"), (400, "c")):
        taken(copies, tmp_path, name, used_ago=age)
    assert names(tmp_path) == {"a", "b", "c"}
    taken(copies, tmp_path, "d")
    assert names(tmp_path) == {"a", "c", "d"}


def test_being_found_is_a_use(copies: Copies, tmp_path: Path) -> None:
    for age, name in ((500, "a"), (400, "b"), (300, "c")):
        taken(copies, tmp_path, name, used_ago=age)
    assert copies.find("a") == tmp_path / "copies" / "a"
    taken(copies, tmp_path, "d")
    assert names(tmp_path) == {"a", "c", "d"}
    assert copies.find("b") is None


def test_last_uses_survive_a_restart_and_so_does_the_bound(copies: Copies, tmp_path: Path) -> None:
    for age, name in ((500, "a"), (300, "b"), (400, "c")):
        taken(copies, tmp_path, name, used_ago=age)
    Copies(tmp_path / "copies", max_bytes=200).start()
    assert names(tmp_path) == {"b", "c"}


def test_what_was_just_handed_out_stays_although_the_bound_is_passed(copies: Copies, tmp_path: Path) -> None:
    for name in "abcd":
        taken(copies, tmp_path, name)
    assert names(tmp_path) == set("abcd")


def test_open_reader_keeps_what_goes(copies: Copies, tmp_path: Path) -> None:
    path = taken(copies, tmp_path, "a", used_ago=500)
    with path.open("rb") as reader:
        taken(copies, tmp_path, "b", size=300)
        assert not path.exists()
        assert reader.read() == b"x" * 100


def test_what_a_crash_left_half_received_goes_at_the_next_start(copies: Copies, tmp_path: Path) -> None:
    with copies.receiving(10) as file:
        left = file.with_name("left")
        left.write_bytes(b"half")
    assert not file.exists()
    copies.start()
    assert not left.exists()


def test_copies_make_way_where_the_disk_is_short(
    copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, name in ((300, "a"), (400, "b")):
        taken(copies, tmp_path, name, used_ago=age)
    free = copies_module.SPARE_BYTES - 50
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - free, free))
    copies.start()
    assert names(tmp_path) == {"a"}


def test_nothing_is_received_into_the_room_that_live_sites_need(
    copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = copies_module.SPARE_BYTES + 100
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - free, free))
    with copies.receiving(100):
        pass
    with pytest.raises(Unavailable) as caught, copies.receiving(101):
        pass
    assert caught.value.code == "storage_full"
    assert list((tmp_path / "copies" / ".partial").iterdir()) == []


def test_folder_and_files_are_for_nobody_else(copies: Copies, tmp_path: Path) -> None:
    path = taken(copies, tmp_path, "a")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
