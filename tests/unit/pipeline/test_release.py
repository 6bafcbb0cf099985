"""Static files become a release: whole, with times of its own, and with the page for client-side routes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zipp.domain.errors import BuildError
from zipp.pipeline.release import FALLBACK, publish


def files_in(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in ({"index.html": "home"} | texts).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return tmp_path / "sites" / "shop" / "releases" / "one"


def test_files_are_moved_and_not_copied(tmp_path: Path, release: Path) -> None:
    files = files_in(tmp_path / "work" / "dist")
    inode = (files / "index.html").stat().st_ino

    publish(files, release)

    assert not files.exists()
    assert (release / "index.html").stat().st_ino == inode
    assert not (release / FALLBACK).exists()


def test_a_release_that_is_there_is_left_as_it_is(tmp_path: Path, release: Path) -> None:
    publish(files_in(tmp_path / "first"), release)

    publish(files_in(tmp_path / "second", **{"index.html": "other"}), release)

    assert (release / "index.html").read_text() == "home"


def test_two_releases_within_a_second_differ_in_their_times(tmp_path: Path, release: Path) -> None:
    """nginx's ETag is made of the size and the second."""
    later = release.with_name("two")
    publish(files_in(tmp_path / "first"), release, fallback="index.html")
    publish(files_in(tmp_path / "second"), later, fallback="index.html")

    for name in ("index.html", FALLBACK):
        assert int((later / name).stat().st_mtime) > int((release / name).stat().st_mtime)


def test_the_page_for_client_side_routes_is_in_the_release_by_its_one_name(tmp_path: Path, release: Path) -> None:
    publish(files_in(tmp_path / "dist", **{"200.html": "routes"}), release, fallback="200.html")

    assert (release / FALLBACK).read_text() == "routes"
    assert (release / "200.html").read_text() == "routes"


def test_a_project_that_brings_that_page_itself_keeps_its_own(tmp_path: Path, release: Path) -> None:
    publish(files_in(tmp_path / "dist", **{FALLBACK: "its own"}), release, fallback="index.html")

    assert (release / FALLBACK).read_text() == "its own"


@pytest.mark.parametrize("page", ["200.html", "../secret.html", "/etc/hostname", "."])
def test_a_page_that_is_not_among_the_files_is_not_taken(tmp_path: Path, release: Path, page: str) -> None:
    files = files_in(tmp_path / "work" / "dist")
    (tmp_path / "work" / "secret.html").write_text("secret")

    publish(files, release, fallback=page)

    assert sorted(os.listdir(release)) == ["index.html"]


def test_a_missing_output_folder_is_named(tmp_path: Path, release: Path) -> None:
    with pytest.raises(BuildError, match="'dist'") as refusal:
        publish(tmp_path / "dist", release)

    assert refusal.value.code == "output_missing"
    assert not release.exists()


def test_a_link_that_leads_out_of_what_is_served_is_refused(tmp_path: Path, release: Path) -> None:
    files = files_in(tmp_path / "work" / "dist")
    (files / "out").symlink_to("../../secrets")

    with pytest.raises(BuildError, match="'out'") as refusal:
        publish(files, release)

    assert refusal.value.code == "output_link_escapes"
    assert not release.exists()
