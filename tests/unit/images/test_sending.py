from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan
from zipp.images.context import Context, tar_stream
from zipp.images.dockerfile import excluded
from zipp.images.sending import DOCKERFILE, labelled, prepare

LABELS = {"zipp.instance": "zipp", "zipp.site": "shop"}
OWN = BuildPlan(framework="docker", summary="", dockerfile="Dockerfile")


async def sent(context: Context) -> bytes:
    return b"".join([chunk async for chunk in tar_stream(context)])


def contents(data: bytes) -> dict[str, str | None]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {
            member.name: file.read().decode() if (file := tar.extractfile(member) if member.isreg() else None) else None
            for member in tar
        }


def fill(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


async def test_same_content_gives_the_same_bytes_whatever_its_times(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for number, names in ((1, "abc"), (2, "cba")):
        folder = tmp_path / str(number) / "sub"
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(name * 100_000)
            os.utime(folder / name, (number, number))
    assert await sent(Context(first, excluded, {})) == await sent(Context(second, excluded, {}))


async def test_links_and_modes_are_kept_and_owners_are_not(tmp_path: Path) -> None:
    fill(tmp_path, run="#!/bin/sh")
    (tmp_path / "run").chmod(0o700)
    (tmp_path / "link").symlink_to("run")
    os.mkfifo(tmp_path / "pipe")
    with tarfile.open(fileobj=io.BytesIO(await sent(Context(tmp_path, excluded, {})))) as tar:
        members = {member.name: member for member in tar}
    assert set(members) == {"run", "link"}
    assert (members["run"].mode, members["run"].uid, members["run"].mtime) == (0o755, 0, 0)
    assert members["link"].linkname == "run"


async def test_reader_that_stops_early_leaves_no_writer_behind(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 5_000_000)
    stream = tar_stream(Context(tmp_path, excluded, {}))
    assert await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]


async def test_file_that_can_not_be_read_fails_the_stream(tmp_path: Path) -> None:
    class Vanished(dict[str, bytes]):
        def items(self) -> object:  # type: ignore[override]
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await sent(Context(fill(tmp_path, a="1"), excluded, Vanished()))


async def test_own_dockerfile_is_sent_beside_its_labelled_copy(tmp_path: Path) -> None:
    fill(tmp_path, Dockerfile="FROM scratch\nCOPY . /", page="hi")
    sending = prepare(tmp_path, OWN, LABELS)
    files = contents(await sent(sending.context))
    assert files["Dockerfile"] == "FROM scratch\nCOPY . /"
    assert files[DOCKERFILE] == 'FROM scratch\nLABEL zipp.instance="zipp" zipp.site="shop"\nCOPY . /\n'
    assert files[".dockerignore"] == f".dockerignore\n\n{DOCKERFILE}\n"
    assert sending.labels == {}


async def test_what_dockerignore_names_is_not_sent(tmp_path: Path) -> None:
    fill(tmp_path, Dockerfile="FROM scratch", secret="x", page="hi")
    (tmp_path / ".dockerignore").write_text("secret\nDockerfile")
    files = contents(await sent(prepare(tmp_path, OWN, LABELS).context))
    assert set(files) == {"page", DOCKERFILE, ".dockerignore"}


def test_labels_stand_in_the_last_stage_where_every_build_finds_them_cached() -> None:
    text, left = labelled("FROM a AS one\nRUN x \\\n  FROM b\nfrom c\nCOPY . /", LABELS)
    label = 'LABEL zipp.instance="zipp" zipp.site="shop"'
    assert text == f"FROM a AS one\nRUN x \\\n  FROM b\nfrom c\n{label}\nCOPY . /\n"
    assert left == {}


@pytest.mark.parametrize("text", ["", "# nothing", "FROM \\\n a", "ARG x \\\n# FROM?\nFROM a", "FROM a `"])
def test_labels_that_have_no_sure_place_are_left_to_the_engine(text: str) -> None:
    assert labelled(text, LABELS) == (text, LABELS)


@pytest.mark.parametrize("dockerfile", ["../outside", "/etc/hostname", "link"])
def test_dockerfile_outside_the_source_is_refused(tmp_path: Path, dockerfile: str) -> None:
    (tmp_path / "outside").write_text("FROM scratch")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to("../outside")
    with pytest.raises(BuildError) as caught:
        prepare(tree, OWN.model_copy(update={"dockerfile": dockerfile}), LABELS)
    assert caught.value.code == "source_escapes"


def test_root_outside_the_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        prepare(tmp_path, OWN.model_copy(update={"root": ".."}), LABELS)
    assert caught.value.code == "source_escapes"


def test_missing_dockerfile_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        prepare(tmp_path, OWN, LABELS)
    assert caught.value.code == "dockerfile_missing"
