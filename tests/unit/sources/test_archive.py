"""What is unpacked, and how: whole, again, cancelled."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import threading
import zipfile
from pathlib import Path

import pytest
from unit.sources.zips import LINK, make_zip, raw_zip, tree_of, unpacked

from zipp.domain.errors import SourceError
from zipp.sources.archive import check, extract, project_root, unpack
from zipp.sources.limits import DEFAULT_LIMITS, SourceLimits


def test_files_and_folders_come_out_as_they_went_in(work: Path) -> None:
    data = make_zip(("index.html", b"<h1>hello"), ("empty", b""), ("a/b/c.txt", b"x" * 300_000), ("folder/", b""))

    tree = unpacked(data, work)

    assert tree_of(tree) == {
        "index.html": b"<h1>hello",
        "empty": b"",
        "a": "/",
        "a/b": "/",
        "a/b/c.txt": b"x" * 300_000,
        "folder": "/",
    }
    assert list(work.iterdir()) == [tree]


def test_check_accepts_what_extract_accepts(work: Path) -> None:
    archive = work / "good.zip"
    archive.write_bytes(make_zip(("index.html", b"hello")))

    check(archive)

    assert list(work.iterdir()) == [archive]


def test_stored_entries_are_accepted(work: Path) -> None:
    data = make_zip(("a", b"one" * 200_000), ("b", b""), method=zipfile.ZIP_STORED)

    assert tree_of(unpacked(data, work)) == {"a": b"one" * 200_000, "b": b""}


def test_a_streamed_archive_with_data_descriptors_is_accepted(work: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, chunk: bytes) -> int:  # type: ignore[override]
            self.data += bytes(chunk)
            return len(chunk)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        archive.writestr("a.txt", b"streamed" * 1000)
        archive.writestr("b.txt", b"twice")
    assert b"PK\x07\x08" in pipe.data

    assert tree_of(unpacked(bytes(pipe.data), work)) == {"a.txt": b"streamed" * 1000, "b.txt": b"twice"}


def test_zip64_is_accepted(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    data = make_zip(("a.txt", b"x" * 5000), ("b.txt", b"y" * 5000))
    assert b"PK\x06\x06" in data

    assert tree_of(unpacked(data, work)) == {"a.txt": b"x" * 5000, "b.txt": b"y" * 5000}


def test_an_archive_behind_a_program_and_with_a_comment_is_accepted(work: Path) -> None:
    data = raw_zip({"name": "a.txt", "data": b"self-extracting"}, prefix=b"#!/bin/sh\nexit\n", comment=b"made by hand")

    assert tree_of(unpacked(data, work)) == {"a.txt": b"self-extracting"}


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        ("größe/日本.html".encode(), 0x800, "größe/日本.html"),
        ("größe.html".encode(), 0, "größe.html"),  # UTF-8 that nobody marked: macOS, Linux
        (b"gr\x94sse.html", 0, "grösse.html"),  # code page 437: Windows
    ],
)
def test_names_in_any_of_the_usual_encodings_are_read(work: Path, raw: bytes, flags: int, name: str) -> None:
    tree = unpacked(raw_zip({"name": raw, "flags": flags, "data": b"x"}), work)

    assert [path for path, data in tree_of(tree).items() if data == b"x"] == [name]


def test_only_the_executable_bit_of_a_mode_is_kept(work: Path) -> None:
    old = os.umask(0o077)
    try:
        tree = unpacked(
            make_zip(
                ("run.sh", b"#!", stat.S_IFREG | 0o6777),
                ("plain", b"", stat.S_IFREG | 0o4600),
                ("dos", b"", 0),
                ("d/", b"", stat.S_IFDIR | 0o1777),
            ),
            work,
        )
    finally:
        os.umask(old)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tree, *tree.iterdir())}
    assert modes == {"tree": 0o755, "run.sh": 0o755, "plain": 0o644, "dos": 0o644, "d": 0o755}


def test_what_desktops_and_package_managers_strew_about_is_left_out(work: Path) -> None:
    data = make_zip(
        ("site/index.html", b"hello"),
        ("site/.git/config", b"[core]"),
        ("site/node_modules/left-pad/index.js", b"pad"),
        ("site/.DS_Store", b"x"),
        ("site/pics/Thumbs.db", b"x"),
        ("__MACOSX/site/._index.html", b"x"),
        ("site/.gitignore", b"dist"),
    )

    assert set(tree_of(unpacked(data, work))) == {"site", "site/index.html", "site/.gitignore"}


def test_node_modules_do_not_count_as_files(work: Path) -> None:
    packages = [(f"node_modules/p{number}/index.js", b"") for number in range(40)]

    tree = unpacked(make_zip(("index.html", b"x"), *packages), work, SourceLimits(max_files=5))

    assert set(tree_of(tree)) == {"index.html"}


def test_extracting_again_replaces_what_was_there(work: Path) -> None:
    unpacked(make_zip(("old", b"1")), work)
    (work / "tree.partial").mkdir()
    (work / "tree.partial" / "of-a-crash").write_text("x")

    tree = unpacked(make_zip(("new", b"2")), work)

    assert tree_of(tree) == {"new": b"2"}
    assert list(work.iterdir()) == [tree]


def test_folders_that_differ_only_in_case_may_stand_side_by_side(work: Path) -> None:
    tree = unpacked(make_zip(("Images/a.png", b"1"), ("images/b.png", b"2")), work)

    assert {data for data in tree_of(tree).values() if data != "/"} == {b"1", b"2"}


@pytest.mark.parametrize("target", ["index.html", "./sub/../index.html", "sub", "not-yet-built"])
def test_links_that_stay_inside_are_kept(work: Path, target: str) -> None:
    data = make_zip(("link", target.encode(), LINK), ("index.html", b"x"), ("sub/page", b"y"))

    assert tree_of(unpacked(data, work))["link"] == target


def test_cancelling_stops_and_leaves_nothing(work: Path) -> None:
    archive = work.parent / "upload.zip"
    archive.write_bytes(make_zip(("a", b"x" * 1000)))
    cancelled = threading.Event()
    cancelled.set()

    with pytest.raises(SourceError) as caught:
        extract(archive, work / "tree", DEFAULT_LIMITS, cancelled=cancelled)

    assert caught.value.code == "cancelled"
    assert list(work.iterdir()) == []


async def test_a_cancelled_task_leaves_nothing_that_appears_later(work: Path) -> None:
    archive = work.parent / "upload.zip"
    archive.write_bytes(make_zip(*((f"f{number}", os.urandom(50_000)) for number in range(400))))
    task = asyncio.create_task(unpack(archive, work / "tree", DEFAULT_LIMITS))
    while not (work / "tree.partial").exists():
        await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task

    assert list(work.iterdir()) == []


@pytest.mark.parametrize(
    ("paths", "root"),
    [
        (["index.html"], "."),
        (["site/index.html"], "site"),
        (["site/index.html", "__MACOSX/x", ".DS_Store", "._site"], "site"),
        (["site/index.html", "README.md"], "."),
        (["site/index.html", ".env"], "."),
        (["a/x", "b/y"], "."),
        (["a/b/index.html"], "a"),
        ([".output/index.html"], "."),
    ],
)
def test_one_wrapping_folder_is_looked_through(tmp_path: Path, paths: list[str], root: str) -> None:
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")

    assert project_root(tmp_path) == tmp_path / root


def test_a_link_is_no_wrapping_folder(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "site").symlink_to("/etc")

    assert project_root(tmp_path / "tree") == tmp_path / "tree"
