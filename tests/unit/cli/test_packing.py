from __future__ import annotations

import os
import socket
import stat
import zipfile
from pathlib import Path

import pytest

from zipp.cli.packing import listed, pack
from zipp.domain.errors import InvalidInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "site"
    (top / "assets").mkdir(parents=True)
    (top / "index.html").write_text("<h1>hello</h1>")
    (top / "assets" / "style.css").write_text("h1 {}")
    (top / "run.sh").write_text("#!/bin/sh\n")
    (top / "run.sh").chmod(0o700)
    return top


def test_the_same_files_give_the_same_bytes_whenever_and_whoever_packs_them(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "one.zip")
    for file in (folder / "index.html", folder / "assets"):
        os.utime(file, (1, 1))
    (folder / "index.html").chmod(0o600)
    pack(folder, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_other_content_gives_other_bytes(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "one.zip")
    (folder / "index.html").write_text("<h1>Hello</h1>")
    pack(folder, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() != (tmp_path / "two.zip").read_bytes()


def test_files_keep_their_content_and_whether_they_can_be_run(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "site.zip")

    with zipfile.ZipFile(tmp_path / "site.zip") as archive:
        assert archive.testzip() is None
        modes = {info.filename: stat.S_IMODE(info.external_attr >> 16) for info in archive.infolist()}
        assert modes == {"assets/style.css": 0o644, "index.html": 0o644, "run.sh": 0o755}
        assert archive.read("index.html") == b"<h1>hello</h1>"


@pytest.mark.parametrize("absolute", [False, True])
def test_a_link_inside_the_folder_is_kept_as_a_relative_link(folder: Path, tmp_path: Path, absolute: bool) -> None:
    target = str(folder / "index.html") if absolute else "../index.html"
    (folder / "assets" / "home.html").symlink_to(target)

    pack(folder, tmp_path / "site.zip")

    with zipfile.ZipFile(tmp_path / "site.zip") as archive:
        assert stat.S_ISLNK(archive.getinfo("assets/home.html").external_attr >> 16)
        assert archive.read("assets/home.html") == b"../index.html"


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside.txt", "../../..", "assets/../../outside.txt", "circle"])
def test_a_link_that_leaves_the_folder_is_refused_by_name(folder: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    (folder / "circle").symlink_to(target)

    with pytest.raises(InvalidInput, match="circle is a link to") as refused:
        pack(folder, tmp_path / "site.zip")

    assert refused.value.code == "link_leaves_folder"


def test_a_link_that_leaves_but_is_ignored_is_no_matter(folder: Path, tmp_path: Path) -> None:
    (folder / "outside").symlink_to("/etc")
    (folder / ".zippignore").write_text("/outside\n")

    assert "outside" not in {entry.path for entry in pack(folder, tmp_path / "site.zip").entries}


def test_sockets_and_pipes_are_left_out_and_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("dev.sock")
        os.mkfifo("pipe")

        contents = listed(folder)

    assert contents.skipped == ("dev.sock", "pipe")
    assert {"dev.sock", "pipe"}.isdisjoint(entry.path for entry in contents.entries)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty" / "inner").mkdir(parents=True)

    with pytest.raises(InvalidInput) as refused:
        pack(tmp_path / "empty", tmp_path / "site.zip")

    assert refused.value.code == "folder_empty"


def test_a_file_name_that_is_not_utf8_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.html")).write_text("x")

    with pytest.raises(InvalidInput) as refused:
        pack(folder, tmp_path / "site.zip")

    assert refused.value.code == "file_name_invalid"


def test_names_in_any_script_survive(folder: Path, tmp_path: Path) -> None:
    (folder / "größe-東京.html").write_text("x")

    pack(folder, tmp_path / "site.zip")

    assert "größe-東京.html" in zipfile.ZipFile(tmp_path / "site.zip").namelist()
