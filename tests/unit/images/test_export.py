from __future__ import annotations

import asyncio
import io
import os
import stat
import tarfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from zipp.domain.errors import BuildError
from zipp.images.export import CHUNK_BYTES, OutputLimits, take_out

LIMITS = OutputLimits(max_bytes=1024**2, max_files=100)


def entry(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname, info.mode = kind, len(content), target, mode
    return info, content


def folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, kind=tarfile.DIRTYPE, mode=0o4777)


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, kind=tarfile.SYMTYPE, target=target)


def archive(entries: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def saved(*entries: tuple[tarfile.TarInfo, bytes], layer: str = "ab12/layer.tar") -> bytes:
    """An image as the engine gives it out: its layer among descriptions."""
    return archive(
        [
            folder("ab12"),
            entry("ab12/VERSION", b"1.0"),
            entry("ab12/json", b"{}" + b" " * 2000),
            entry(layer, archive(entries)),
            entry("cd34.json", b'{"config": {}}' + b" " * 1000),
            entry("manifest.json", b"[]"),
        ]
    )


async def in_pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 7000):
        yield data[start : start + 7000]


async def taken(data: bytes, into: Path, limits: OutputLimits = LIMITS) -> Path:
    await take_out(in_pieces(data), into, limits)
    return into


async def test_files_come_out_with_plain_modes(tmp_path: Path) -> None:
    site = await taken(
        saved(
            folder("assets"), entry("assets/app.js", b"x" * (CHUNK_BYTES + 1)),
            entry("index.html", b"home", mode=0o4600), entry("run.sh", b"#!", mode=0o6755),
            link("latest.js", "assets/app.js"),
            entry("same.html", kind=tarfile.LNKTYPE, target="index.html"), entry("deep/er/page.html", b"deep"),
        ),
        tmp_path / "site",
    )  # fmt: skip
    found = {str(path.relative_to(site)): stat.S_IMODE(path.lstat().st_mode) for path in site.rglob("*")}
    assert found.pop("latest.js") is not None
    assert found == {
        "assets": 0o755, "assets/app.js": 0o644, "index.html": 0o644, "run.sh": 0o755,
        "same.html": 0o644, "deep": 0o755, "deep/er": 0o755, "deep/er/page.html": 0o644,
    }  # fmt: skip
    assert (site / "latest.js").resolve() == site / "assets/app.js"
    assert (site / "same.html").read_text() == "home"
    assert not os.path.samefile(site / "same.html", site / "index.html")
    assert os.listdir(tmp_path) == ["site"]


async def test_newer_engines_call_the_layer_by_its_digest(tmp_path: Path) -> None:
    site = await taken(saved(entry("index.html", b"home"), layer="blobs/sha256/ab12"), tmp_path / "site")
    assert (site / "index.html").read_text() == "home"


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([entry("../out", b"")], id="above"),
        pytest.param([entry("a/../../out", b"")], id="above, from inside"),
        pytest.param([link("out", "/etc/passwd")], id="link to the root"),
        pytest.param([folder("a"), link("a/out", "../../x")], id="link above"),
        pytest.param([link("out", "../site/index.html")], id="link out and in again"),
        pytest.param([link("a", "."), link("out", "a/a/../..")], id="link through a link"),
        pytest.param([link("a", ".."), entry("a/x", b"")], id="a file below a link"),
        pytest.param([entry("pipe", kind=tarfile.FIFOTYPE)], id="pipe"),
        pytest.param([entry("disk", kind=tarfile.BLKTYPE)], id="device"),
        pytest.param([entry("hard", kind=tarfile.LNKTYPE, target="../../../etc/passwd")], id="hard link above"),
        pytest.param([entry("hard", kind=tarfile.LNKTYPE, target="nothing")], id="hard link to nothing"),
        pytest.param([entry("twice", b"1"), entry("twice", b"2")], id="twice"),
        pytest.param([entry("/".join("d" * 70), b"")], id="deep"),
        pytest.param([entry("big", b"x" * 1024**2), entry("more", b"x")], id="too large"),
        pytest.param(
            [entry("big", b"x" * 600_000), entry("again", kind=tarfile.LNKTYPE, target="big")], id="too large by links"
        ),
        pytest.param([folder(f"f{number}") for number in range(101)], id="too many"),
    ],
)
async def test_what_is_not_safe_is_refused_and_nothing_stays(
    tmp_path: Path, entries: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    with pytest.raises(BuildError) as caught:
        await taken(saved(*entries), tmp_path / "site")
    assert caught.value.code == "output_unsafe"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("cut", [0, 600, 5000, 9000])
async def test_what_is_cut_off_is_refused_and_nothing_stays(tmp_path: Path, cut: int) -> None:
    data = saved(entry("index.html", b"home"), entry("big", b"x" * 20_000))
    with pytest.raises(BuildError) as caught:
        await taken(data[:cut], tmp_path / "site")
    assert caught.value.code == "output_unsafe"
    assert os.listdir(tmp_path) == []


async def test_two_layers_are_not_what_a_page_has(tmp_path: Path) -> None:
    layer = archive([entry("index.html", b"home")])
    with pytest.raises(BuildError):
        await taken(archive([entry("a/layer.tar", layer), entry("b/layer.tar", layer)]), tmp_path / "site")


async def test_an_earlier_try_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "site.partial/left").mkdir(parents=True)
    await taken(saved(entry("index.html", b"home")), tmp_path / "site")
    assert os.listdir(tmp_path) == ["site"]


async def test_cancelled_it_leaves_nothing(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def never_ends() -> AsyncIterator[bytes]:
        yield saved(entry("index.html", b"home" * 5000))[:9000]
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(take_out(never_ends(), tmp_path / "site", LIMITS))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert os.listdir(tmp_path) == []
