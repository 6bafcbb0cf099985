from __future__ import annotations

import io
import os
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan
from zipp.images.context import Context, tar_stream
from zipp.images.images import BuildRequest
from zipp.images.left_out import excluded
from zipp.images.sending import DOCKERFILE, Sending, labelled, prepare

LABELS = {"zipp.instance": "zipp", "zipp.site": "shop"}
OWN = BuildPlan(framework="docker", summary="", dockerfile="Dockerfile")
NODE = BuildPlan(
    framework="nest",
    summary="",
    builder="zipp/node:22-build",
    base="zipp/node:22-slim",
    caches=("npm",),
    dependency_files=("package.json",),
    dependencies=("npm ci",),
    dependency_folders=("vendor",),
    install=("npm ci",),
    build=("npm run build",),
    build_caches=(".next/cache",),
    start="node server.js",
)


def request(tree: Path, plan: BuildPlan = OWN, **changes: Any) -> BuildRequest:
    usual: dict[str, Any] = {"deployment_id": "d", "site": "shop", "owner": "ann", "tree": tree, "plan": plan}
    return BuildRequest(**usual | changes)


def prepared(tree: Path, plan: BuildPlan = OWN, *, buildkit: bool = False, **changes: Any) -> Sending:
    return prepare(request(tree, plan, **changes), LABELS, buildkit=buildkit)


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
    sending = prepared(tmp_path)
    files = contents(await sent(sending.context))
    assert files["Dockerfile"] == "FROM scratch\nCOPY . /"
    assert files[DOCKERFILE] == 'FROM scratch\nLABEL zipp.instance="zipp" zipp.site="shop"\nCOPY . /\n'
    assert files[".dockerignore"] == f".dockerignore\n\n{DOCKERFILE}\n"
    assert sending.labels == {}


async def test_what_dockerignore_names_is_not_sent(tmp_path: Path) -> None:
    fill(tmp_path, Dockerfile="FROM scratch", secret="x", page="hi")
    (tmp_path / ".dockerignore").write_text("secret\nDockerfile")
    files = contents(await sent(prepared(tmp_path).context))
    assert set(files) == {"page", DOCKERFILE, ".dockerignore"}


async def test_for_buildkit_an_own_dockerfile_is_sent_as_it_is_though_it_is_ignored(tmp_path: Path) -> None:
    fill(tmp_path, Dockerfile="FROM scratch\nCOPY . /", page="hi", secret="x")
    (tmp_path / ".dockerignore").write_text("secret\nDockerfile\n.dockerignore")
    sending = prepared(tmp_path, OWN.model_copy(update={"dockerfile": "./Dockerfile"}), buildkit=True)
    assert contents(await sent(sending.context)) == {"Dockerfile": "FROM scratch\nCOPY . /", "page": "hi"}
    assert (sending.name, sending.labels) == ("Dockerfile", LABELS)


@pytest.mark.parametrize("buildkit", [True, False])
async def test_source_for_a_generated_dockerfile_lies_apart_from_it(tmp_path: Path, buildkit: bool) -> None:
    fill(tmp_path, page="hi", secret="x")
    for name in (".dockerignore", ".zipp.Dockerfile", ".env", "zipp.toml"):
        (tmp_path / name).write_text("theirs")
    for folder in ("vendor", "node_modules", ".next", "src"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x").write_text("x")
    sending = prepared(tmp_path, NODE, buildkit=buildkit)
    files = contents(await sent(sending.context))
    assert set(files) == {
        *("source", "source/page", "source/secret", "source/.dockerignore", "source/.zipp.Dockerfile"),
        *("source/zipp.toml", "source/src", "source/src/x", DOCKERFILE),
    }
    assert files[DOCKERFILE] == sending.dockerfile
    assert 'COPY --chown=10001:10001 ["source", "./"]' in sending.dockerfile


async def test_a_source_without_files_is_a_folder_all_the_same(tmp_path: Path) -> None:
    assert set(contents(await sent(prepared(tmp_path, NODE).context))) == {"source", DOCKERFILE}


def test_only_the_last_stage_of_a_generated_dockerfile_is_labelled(tmp_path: Path) -> None:
    sending = prepared(tmp_path, NODE)
    lines = sending.dockerfile.splitlines()
    assert sending.labels == {}
    assert [line.startswith("LABEL") for line in lines].count(True) == 1
    assert lines[lines.index("FROM zipp/node:22-slim") + 1].startswith("LABEL zipp.instance=")


def test_caches_are_an_owners_own_and_those_of_a_build_a_sites(tmp_path: Path) -> None:
    def ids(**changes: str) -> set[str]:
        return set(re.findall(r"cache,id=([^,]+)", prepared(tmp_path, NODE, buildkit=True, **changes).dockerfile))

    first = ids()
    assert len(first & ids(site="other")) == 1  # the downloads
    assert first & ids(owner="bob") == set()
    assert not any("ann" in found or "shop" in found for found in first)
    assert first & ids(owner="an", site="nshop") == set()


# the site's environment ----------------------------------------------------------------------------------------------
def test_build_arguments_are_values_of_the_sites_environment(tmp_path: Path) -> None:
    environment = {"API": "a\nb", "BUILDKIT_SYNTAX": "evil", "PATH": "x"}
    sending = prepared(tmp_path, NODE, environment=environment)
    assert sending.build_args == {"API": "a\nb"}
    assert "a\nb" not in sending.dockerfile


def test_a_plan_without_a_build_takes_none_that_no_package_manager_reads(tmp_path: Path) -> None:
    plan = NODE.model_copy(update={"install": (), "build": ()})
    environment = {"API": "a", "NPM_TOKEN": "b"}
    assert prepared(tmp_path, plan, environment=environment).build_args == {"NPM_TOKEN": "b"}


@pytest.mark.parametrize("buildkit", [True, False])
def test_an_own_dockerfile_gets_what_its_stages_ask_for(tmp_path: Path, buildkit: bool) -> None:
    fill(tmp_path, Dockerfile="ARG V=1\nFROM scratch\nARG V\nARG ONE\nARG BUILDKIT_SYNTAX\nARG MISSING")
    environment = {"ONE": "1", "TWO": "2", "V": "3", "BUILDKIT_SYNTAX": "evil"}
    assert prepared(tmp_path, buildkit=buildkit, environment=environment).build_args == {"ONE": "1"}


# labels --------------------------------------------------------------------------------------------------------------
def test_labels_do_not_stand_in_a_heredoc() -> None:
    text = "FROM a\nRUN python3 <<END\nfrom os import path\nEND\nCMD x\n"
    assert labelled(text, {"a": "b"})[0] == text.replace("FROM a\n", 'FROM a\nLABEL a="b"\n')


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
        prepared(tree, OWN.model_copy(update={"dockerfile": dockerfile}))
    assert caught.value.code == "source_escapes"


def test_root_outside_the_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        prepared(tmp_path, OWN.model_copy(update={"root": ".."}))
    assert caught.value.code == "source_escapes"


def test_missing_dockerfile_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        prepared(tmp_path)
    assert caught.value.code == "dockerfile_missing"
