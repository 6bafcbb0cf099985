"""What is refused, with its code, and nothing left behind."""

from __future__ import annotations

import io
import os
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from unit.sources.zips import LINK, deflated, make_zip, overlapping_bomb, raw_zip, refusal, tree_of, unpacked

from zipp.domain.errors import InvalidArchive
from zipp.sources.archive import check
from zipp.sources.limits import RATIO_FLOOR_BYTES, SourceLimits


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../evil", "archive_traversal"),
        ("a/../../evil", "archive_traversal"),
        ("a/..", "archive_traversal"),
        ("..", "archive_traversal"),
        ("/etc/passwd", "archive_traversal"),
        ("//server/share", "archive_traversal"),
        ("C:/windows", "archive_traversal"),
        ("c:evil", "archive_traversal"),
        ("..\\evil", "archive_traversal"),
        ("a\\..\\..\\evil", "archive_traversal"),
        ("\\evil", "archive_traversal"),
        ("node_modules/../../evil", "archive_traversal"),
        (".git/../../evil", "archive_traversal"),
        ("a\\b", "archive_name"),
        ("a\0b", "archive_name"),
        ("a\nb", "archive_name"),
        ("a\x1b[31mb", "archive_name"),
        ("a\x7fb", "archive_name"),
        ("a\u0085b", "archive_name"),
        ("a//b", "archive_name"),
        ("a/./b", "archive_name"),
        (".", "archive_name"),
        ("", "archive_name"),
        ("a/ /../b//", "archive_traversal"),
        ("x" * 256, "archive_name"),
        ("é" * 128, "archive_name"),
        ("/".join(["y" * 200] * 12), "archive_name"),
        ("/".join("d" * 66), "archive_depth"),
    ],
)
def test_a_path_that_is_not_plainly_relative_is_refused(work: Path, name: str, code: str) -> None:
    assert refusal(raw_zip({"name": name, "data": b"x"}), work).code == code
    assert not (work.parent / "evil").exists()


def test_a_path_as_deep_as_allowed_is_accepted(work: Path) -> None:
    assert len(tree_of(unpacked(raw_zip({"name": "/".join("d" * 65), "data": b"x"}), work))) == 65


def test_a_name_that_is_not_the_utf8_it_claims_to_be_is_refused(work: Path) -> None:
    assert refusal(raw_zip({"name": b"\xff\xfe", "flags": 0x800}), work).code == "archive_name"


def test_a_refusal_names_the_entry_shortened_and_printable(work: Path) -> None:
    error = refusal(raw_zip({"name": "\x1b[2J" + "a" * 5000 + "/../x"}), work)

    assert len(error.message) < 200
    assert "\x1b" not in error.message


@pytest.mark.parametrize(
    "target",
    [
        "../outside",
        "/etc/passwd",
        "sub/../../outside",
        "up/../../outside",  # 'up' leads to '.', so this leaves although it seems not to
        "hop/../x",  # 'hop' leads out by itself
        "self",
        "a\0b",
        "\udcff",
        "",
        "x/" * 800,
    ],
)
def test_a_link_that_leaves_the_tree_is_refused(work: Path, target: str) -> None:
    data = raw_zip(
        {"name": "sub/file", "data": b"x"},
        {"name": "up", "data": b".", "mode": LINK},
        {"name": "self", "data": target.encode("utf-8", "surrogateescape"), "mode": LINK},
        *([{"name": "hop", "data": b"..", "mode": LINK}] if target.startswith("hop") else []),
    )

    assert refusal(data, work).code == "archive_link_escapes"


def test_a_link_may_not_leave_the_project_inside_a_wrapping_folder(work: Path) -> None:
    data = make_zip(("site/index.html", b"x"), ("site/link", b"../elsewhere", LINK))

    assert refusal(data, work).code == "archive_link_escapes"


def test_links_that_lead_to_links_are_followed_but_not_for_ever(work: Path) -> None:
    fine = [(f"l{n}", f"l{n + 1}".encode(), LINK) for n in range(30)]
    assert tree_of(unpacked(make_zip(*fine, ("l30", b"end")), work))["l0"] == "l1"

    endless = [(f"l{n}", f"l{(n + 1) % 5}".encode(), LINK) for n in range(5)]
    (work / "tree").rename(work.parent / "earlier")
    assert refusal(make_zip(*endless), work).code == "archive_link_escapes"


@pytest.mark.parametrize("link_first", [True, False])
def test_nothing_is_written_through_a_link(work: Path, tmp_path: Path, link_first: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    entries = [("out", str(outside).encode(), LINK), ("out/evil", b"x")]

    error = refusal(make_zip(*(entries if link_first else entries[::-1])), work)

    assert error.code == "archive_duplicate"
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_special_files_are_refused(work: Path, kind: int) -> None:
    assert refusal(make_zip(("odd", b"", kind | 0o644)), work).code == "archive_special_file"


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x2000])
def test_encrypted_entries_are_refused(work: Path, flags: int) -> None:
    assert refusal(raw_zip({"name": "a", "data": b"x", "flags": flags}), work).code == "archive_encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_costly_methods_are_refused(work: Path, method: int) -> None:
    assert refusal(make_zip(("a", b"x" * 1000), method=method), work).code == "archive_method"


@pytest.mark.parametrize("method", [1, 6, 9, 93, 95, 98, 99])
def test_rare_methods_are_refused(work: Path, method: int) -> None:
    assert refusal(raw_zip({"name": "a", "data": b"x", "method": method}), work).code == "archive_method"


@pytest.mark.parametrize(
    "names",
    [
        ("a", "a"),
        ("a", "./a"),
        ("a/b", "a"),
        ("a", "a/b"),
        ("A", "a/b"),
        ("a/b/c", "a/B"),
        ("index.html", "INDEX.html"),
        ("caf\u00e9", "cafe\u0301"),
        ("straße", "STRASSE"),
    ],
)
def test_two_entries_of_one_name_are_refused(work: Path, names: tuple[str, str]) -> None:
    data = raw_zip(*({"name": name, "data": b"x"} for name in names))

    assert refusal(data, work).code == "archive_duplicate"


def test_an_overlapping_bomb_is_refused(work: Path) -> None:
    """Headers and checksums are all true, yet 30 files share one kernel: 42 KB promise 60 MB (bamsoftware.com)."""
    bomb = overlapping_bomb(files=30, kernel=b"\0" * 2_000_000)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        assert len(archive.infolist()) == 30
        assert sum(info.file_size for info in archive.infolist()) > 60_000_000

    assert refusal(bomb, work, SourceLimits(max_ratio=1_000_000)).code == "archive_overlap"


def test_a_quoted_overlap_is_refused(work: Path) -> None:
    """A stored entry whose data is the next entry's header and data: both headers are true."""
    inner = raw_zip({"name": "b", "data": b"inner"})
    inner_local = inner[: inner.index(b"PK\x01\x02")]
    outer_header = 30 + len("a")
    data = raw_zip(
        {"name": "a", "data": inner_local, "method": 0},
        {"name": "b", "data": b"inner", "at": outer_header},
    )

    assert refusal(data, work).code == "archive_overlap"


def test_an_entry_that_reaches_into_the_directory_is_refused(work: Path) -> None:
    data = raw_zip({"name": "a", "data": b"x" * 10, "method": 0, "packed": 60, "size": 60})

    assert refusal(data, work).code == "archive_overlap"


def test_too_many_files_are_refused(work: Path) -> None:
    data = make_zip(*((f"f{number}", b"") for number in range(11)))

    assert refusal(data, work, SourceLimits(max_files=10)).code == "archive_too_many_files"
    assert len(tree_of(unpacked(data, work, SourceLimits(max_files=11)))) == 11


def test_folders_that_only_paths_imply_count_as_well(work: Path) -> None:
    data = make_zip(("a/b/c/d/e/f", b""), ("a/x/y/z/f", b""))

    assert refusal(data, work, SourceLimits(max_files=8)).code == "archive_too_many_files"


def test_a_directory_of_left_out_entries_is_not_read_for_ever(work: Path) -> None:
    data = make_zip(*((f"node_modules/{number}", b"") for number in range(31)))

    assert refusal(data, work, SourceLimits(max_files=3)).code == "archive_too_many_files"


def test_a_total_above_the_limit_is_refused(work: Path) -> None:
    data = make_zip(("a", os.urandom(600)), ("b", os.urandom(600)))

    assert refusal(data, work, SourceLimits(max_bytes=1199)).code == "archive_too_large"
    assert len(tree_of(unpacked(data, work, SourceLimits(max_bytes=1200)))) == 2


def test_a_bomb_is_refused_by_its_ratio(work: Path) -> None:
    data = make_zip(("zeros", b"\0" * (RATIO_FLOOR_BYTES + 1)))
    assert refusal(data, work).code == "archive_ratio"

    many = make_zip(*((f"z{number}", b"\0" * (RATIO_FLOOR_BYTES // 4)) for number in range(5)))
    assert refusal(many, work).code == "archive_ratio"


def test_a_small_file_of_blanks_is_no_bomb(work: Path) -> None:
    assert len(tree_of(unpacked(make_zip(("blank.bmp", b"\0" * 1_000_000)), work))) == 1


def test_an_entry_that_yields_more_than_its_header_says_is_refused(work: Path) -> None:
    data = b"\0" * 50_000_000
    lie = raw_zip({"name": "a", "data": b"\0" * 100, "packed_data": deflated(data)})

    error = refusal(lie, work)

    assert error.code == "archive_corrupt"
    assert "more than its header says" in error.message  # found at once, not after 50 MB


def test_a_true_checksum_of_a_prefix_does_not_hide_the_rest(work: Path) -> None:
    lie = raw_zip({"name": "a", "data": b"nice", "packed_data": deflated(b"nice and evil")})

    assert refusal(lie, work).code == "archive_corrupt"


@pytest.mark.parametrize(
    "fields",
    [
        {"crc": 1},
        {"size": 3},
        {"size": 9},
        {"packed_data": b"\xff\xff\xff"},
        {"packed_data": b""},
        {"packed_data": deflated(b"data")[:-2]},
        {"packed_data": deflated(b"data") + b"tail"},
        {"local_name": b"b"},
        {"local_method": 0},
        {"at": 1},
        {"at": 0xFFFFFFF0},
        {"at": 0xFFFFFFFF},
        {"packed": 0xFFFFFFFF},
        {"size": 0xFFFFFFF0, "method": 0},
        {"name": "a/", "mode": LINK},
        {"name": "a/"},
    ],
)
def test_headers_that_are_not_true_are_refused(work: Path, fields: dict[str, object]) -> None:
    error = refusal(raw_zip({"name": "a", "data": b"data", **fields}), work)

    assert error.code in {"archive_corrupt", "archive_overlap", "archive_too_large"}


def test_huge_numbers_in_zip64_fields_are_refused(work: Path) -> None:
    extra = struct.pack("<HHQQQ", 1, 24, 2**64 - 1, 2**64 - 1, 2**64 - 1)
    data = raw_zip({"name": "a", "size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "at": 0xFFFFFFFF})
    at = data.index(b"PK\x01\x02")
    central = bytearray(data[at : data.index(b"PK\x05\x06")])
    central[30:32] = struct.pack("<H", len(extra))
    end = (0, 0, 1, 1, len(central) + len(extra), at, 0)
    data = data[:at] + bytes(central) + extra + struct.pack("<4s4H2LH", b"PK\x05\x06", *end)

    assert refusal(data, work).code == "archive_too_large"
    assert refusal(data, work, SourceLimits(max_bytes=2**70, max_ratio=2**70)).code == "archive_corrupt"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "archive_not_zip"),
        (b"PK", "archive_not_zip"),
        (b"<html>" * 1000, "archive_not_zip"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "archive_not_zip"),
        (b"PK\x05\x06", "archive_not_zip"),
        (make_zip(), "archive_empty"),
        (make_zip(("only/", b"")), "archive_empty"),
        (make_zip(("__MACOSX/._x", b"x")), "archive_empty"),
        (make_zip(("a", b"x" * 100_000))[:-30], "archive_corrupt"),
        (b"PK\x05\x06" + b"\xff" * 18, "archive_corrupt"),
        (b"PK\x05\x06\0\0\0\0" + b"\xff" * 4 + b"\xff\0\0\0" + b"\0" * 6, "archive_corrupt"),
    ],
)
def test_what_is_no_archive_is_refused_at_first_sight(work: Path, data: bytes, code: str) -> None:
    assert refusal(data, work).code == code
    archive = work.parent / "upload.zip"
    with pytest.raises(InvalidArchive) as caught:
        check(archive)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (raw_zip({"name": "a", "flags": 1}), "archive_encrypted"),
        (raw_zip({"name": "../a"}), "archive_traversal"),
        (raw_zip({"name": "a", "method": 12}), "archive_method"),
        (raw_zip({"name": "a", "data": b"", "size": 0xFFFFFFF0}), "archive_too_large"),
    ],
)
def test_check_finds_what_headers_give_away(work: Path, data: bytes, code: str) -> None:
    archive = work / "upload.zip"
    archive.write_bytes(data)

    with pytest.raises(InvalidArchive) as caught:
        check(archive)

    assert caught.value.code == code


def test_memory_stays_small_whatever_the_headers_promise(work: Path) -> None:
    """500,000 headers in 25 MB: refused after 30, in next to no memory."""
    archive = work / "upload.zip"
    archive.write_bytes(raw_zip({"name": "a"}))
    header = raw_zip({"name": "a"})[31 + 2 : -22]
    count = 500_000
    with archive.open("wb") as out:
        out.write(header * count)
        end = (0, 0, 0xFFFF, 0xFFFF, len(header) * count, 0, 0)
        out.write(struct.pack("<4s4H2LH", b"PK\x05\x06", *end))
    tracemalloc.start()
    with pytest.raises(InvalidArchive):
        check(archive, SourceLimits(max_files=3))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000
