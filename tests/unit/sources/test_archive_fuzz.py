"""Any bytes at all: unpacked or refused, nothing else."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.sources.zips import LINK, make_zip, tree_of

from zipp.domain.errors import InvalidArchive
from zipp.sources.archive import extract
from zipp.sources.limits import DEFAULT_LIMITS, SourceLimits
from zipp.sources.refusals import HINTS

GOOD = make_zip(
    ("site/index.html", b"<h1>hello</h1>" * 20),
    ("site/app.js", bytes(range(256))),
    ("site/link", b"index.html", LINK),
    ("site/empty/", b"", stat.S_IFDIR | 0o755),
)
edits = st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=edits, keep=st.integers(0, len(GOOD)), whole=st.booleans())
def test_a_damaged_archive_is_extracted_or_refused_and_nothing_else(
    tmp_path: Path, edits: list[tuple[int, bytes]], keep: int, whole: bool
) -> None:
    data = bytearray(GOOD)
    for at, piece in edits:
        data[at : at + len(piece)] = piece
    archive, into = tmp_path / "fuzz.zip", tmp_path / "out" / "tree"
    into.parent.mkdir(exist_ok=True)
    archive.write_bytes(bytes(data if whole else data[:keep]))

    refused = None
    try:
        extract(archive, into, SourceLimits(max_bytes=1_000_000))
    except InvalidArchive as error:
        refused = error

    assert refused is None or refused.code in HINTS
    assert list(into.parent.iterdir()) == ([into] if refused is None else [])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.text("abcXYZ", min_size=1, max_size=6).map(lambda name: name.lower()), st.binary(max_size=400), min_size=1
    ),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_whatever_the_standard_library_packs_comes_out_the_same(
    tmp_path: Path, files: dict[str, bytes], method: int
) -> None:
    archive = tmp_path / "made.zip"
    archive.write_bytes(make_zip(*files.items(), method=method))

    extract(archive, tmp_path / "tree", DEFAULT_LIMITS)

    assert tree_of(tmp_path / "tree") == files
