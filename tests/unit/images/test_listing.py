from __future__ import annotations

import io
import os
import posixpath
import tarfile
from collections.abc import Collection
from functools import cmp_to_key
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.images.context import Context, tar_stream
from zipp.images.dockerignore import DockerIgnore
from zipp.images.left_out import excluded
from zipp.images.listing import Entry, entries, files


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def ignoring(folder: Path, text: str, **extra: bytes) -> Context:
    ignore = DockerIgnore(text)
    return Context(folder, ignore.excluded, extra, ignore.brings_back)


def names(context: Context, follow: Collection[str] = ()) -> list[str]:
    return [entry.name for entry in entries(context, follow)]


def compare(left: bytes, right: bytes) -> int:
    """fsutil's ComparePath, word for word: the separator comes before every other byte."""
    for one, other in zip(left, right, strict=False):
        if one == other:
            continue
        return -1 if (other != ord("/") and one < other) or one == ord("/") else 1
    return len(left) - len(right)


def is_in_order(told: list[str]) -> bool:
    return told == [os.fsdecode(name) for name in sorted(map(os.fsencode, told), key=cmp_to_key(compare))]


def have_folders(told: list[str]) -> bool:
    return all(posixpath.dirname(name) in ("", *told[:number]) for number, name in enumerate(told))


NAMES = st.lists(st.text("a-/.é\udcff0", min_size=1, max_size=8), max_size=12)


@given(NAMES)
def test_every_entry_comes_after_its_folder_in_the_order_of_bytes(raw: list[str]) -> None:
    """The engine refuses any other."""
    given_names = {posixpath.normpath(f"/{name}").strip("/") for name in raw} - {""}
    told = [entry.name for entry in files(dict.fromkeys(given_names, b""))]
    assert is_in_order(told)
    assert have_folders(told)


def test_a_folder_is_told_in_order(tmp_path: Path) -> None:
    fill(tmp_path, "a/b", "a-b", "a.txt", "a/b-c/d", "A", "é", "z/y/x", os.fsdecode(b"\xff"))
    told = names(Context(tmp_path, excluded, {"a/c": b"", "b/new": b"", "0": b""}))
    assert is_in_order(told)
    assert have_folders(told)
    assert told == [*("0", "A", "a", "a/b", "a/b-c", "a/b-c/d", "a/c", "a-b", "a.txt", "b", "b/new"), *told[11:]]


async def test_it_is_what_the_archive_holds(tmp_path: Path) -> None:
    fill(tmp_path, "run", "sub/page", "gone/x", "gone/kept/y", "Dockerfile")
    (tmp_path / "run").chmod(0o700)
    (tmp_path / "outside").symlink_to("/etc")
    (tmp_path / "sub/up").symlink_to("../..")
    (tmp_path / "hollow").mkdir()
    os.mkfifo(tmp_path / "pipe")
    context = ignoring(tmp_path, "gone\n!gone/kept", Dockerfile=b"FROM")
    data = b"".join([chunk async for chunk in tar_stream(context)])
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        archived = {
            member.name: (
                member.isdir(),
                member.mode,
                member.linkname,
                member.isreg() and tar.extractfile(member).read(),
            )  # type: ignore[union-attr]
            for member in tar
        }
    told = {
        entry.name: (entry.kind == "folder", entry.mode, entry.target, content(entry)) for entry in entries(context)
    }
    assert told.pop("gone") == (True, 0o755, "", False)  # the engine makes it by itself when it unpacks
    assert told == archived
    assert set(told) >= {"outside", "sub/up", "hollow", "gone/kept/y"}


def content(entry: Entry) -> bytes | bool:
    if entry.kind != "file":
        return False
    return entry.content if entry.content is not None else Path(entry.path).read_bytes()


def test_source_may_lie_below(tmp_path: Path) -> None:
    fill(tmp_path, "page", "node_modules/x")
    context = Context(tmp_path, excluded, {".zipp.Dockerfile": b"FROM"}, below="source")
    assert names(context) == [".zipp.Dockerfile", "source", "source/page"]
    assert names(context, ["/source"]) == ["source", "source/page"]
    assert names(context, ["source/page"]) == ["source", "source/page"]
    assert names(context, [".dockerignore"]) == []
    (tmp_path / "page").unlink()
    assert names(context, ["source"]) == ["source"]


def test_nothing_lies_below_a_link(tmp_path: Path) -> None:
    """As a Dockerfile does that is reached through one."""
    fill(tmp_path, "real/Dockerfile")
    (tmp_path / "docker").symlink_to("real")
    context = Context(tmp_path, excluded, {"docker/Dockerfile": b""})
    assert names(context) == ["docker", "real", "real/Dockerfile"]


@pytest.mark.parametrize(
    ("follow", "told"),
    [
        (["a"], ["a", "a/b", "a/c", "a/c/d"]),
        (["/a/c/"], ["a", "a/c", "a/c/d"]),
        (["a/../ab", "x"], ["ab", "x"]),
        (["../../ab"], ["ab"]),
        (["missing", "a/missing"], ["a"]),
        ([""], None),
        (["x", "/"], None),
        (["a*"], None),
        (["[a]"], None),
        (["link"], None),
        (["link/b"], None),
    ],
)
def test_what_is_asked_for_is_sent_or_all_where_that_is_not_sure(
    tmp_path: Path, follow: list[str], told: list[str] | None
) -> None:
    fill(tmp_path, "a/b", "a/c/d", "ab", "x")
    (tmp_path / "link").symlink_to("a")
    context = Context(tmp_path, excluded, {})
    assert names(context, follow) == (told if told is not None else names(context))


def test_what_is_asked_for_is_found_in_an_ignored_folder(tmp_path: Path) -> None:
    fill(tmp_path, "a/b/c", "a/b/d", "a/e")
    assert names(ignoring(tmp_path, "a\n!a/b/c"), ["a/b"]) == ["a", "a/b", "a/b/c"]
    assert names(ignoring(tmp_path, "a"), ["a/b"]) == []
