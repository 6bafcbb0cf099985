"""Sources that the engine fetches over a session: what arrives, and what becomes of a build when it breaks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from buildstand import DEBIAN, OWN_DOCKERFILE, Log, a_request, output_of, written
from engineproxy import EngineProxy

from zipp.domain.errors import Unavailable
from zipp.domain.ids import new_id
from zipp.domain.plan import BuildPlan
from zipp.images.builder import DockerImages
from zipp.settings import Settings

pytestmark = pytest.mark.parametrize("builder", ["buildkit"])

MIB = 1024**2
LISTED = (
    r"cd /app && find . -mindepth 1 -printf '%p %y %m %U:%G %l\n' | sort"
    r" && find . -type f | sort | xargs -d '\n' md5sum"
)
AWKWARD = {
    ".dockerignore": "*.log\nleft-out\n!left-out/kept\ndocker\n",
    "a.txt": "a", "a/b.txt": "b", "a-b": "c", "a/b-c/d": "d", "A": "upper",
    "left-out/gone": "", "left-out/kept/file": "kept", "noise.log": "",
    "é/ü b.txt": "words", "empty": "", "run.sh": "#!/bin/sh\n",
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path, base: Callable[[str], str]) -> Path:
    base(DEBIAN)
    tree = written(tmp_path / "tree", AWKWARD)
    (tree / "run.sh").chmod(0o700)
    (tree / "hollow").mkdir()
    (tree / "out").symlink_to("/etc/passwd")
    (tree / "up").symlink_to("../../..")
    (tree / "inside").symlink_to("a")
    (tree / "dangling").symlink_to("nowhere")
    os.mkfifo(tree / "pipe")
    return tree


@pytest.fixture
async def proxied(build_settings: Settings, tmp_path: Path) -> AsyncIterator[Callable[[EngineProxy], DockerImages]]:
    made: list[DockerImages] = []

    def through(proxy: EngineProxy, name: str = "proxy.sock") -> DockerImages:
        host = f"unix://{tmp_path / name}"
        made.append(DockerImages(build_settings.model_copy(update={"docker_host": host})))
        return made[-1]

    yield through
    for images in made:
        await images.close()


def dockerfile(tree: Path, text: str, name: str = "Dockerfile") -> BuildPlan:
    written(tree, {name: f"FROM {DEBIAN}\n{text}\n"})
    return OWN_DOCKERFILE.model_copy(update={"dockerfile": name})


async def test_other_content_of_the_same_size_and_time_reaches_the_image(
    images: DockerImages, log: Log, tree: Path
) -> None:
    plan = dockerfile(tree, "COPY a.txt /a.txt")
    for content in ("one", "two", "one", "six"):
        (tree / "a.txt").write_text(content)
        os.utime(tree / "a.txt", (1_000_000_000, 1_000_000_000))
        image = await images.build(a_request(tree, plan), log.write)
        assert output_of(image, "cat", "/a.txt") == content


async def test_what_is_gone_or_of_another_kind_is_so_in_the_next_image(
    images: DockerImages, log: Log, tree: Path
) -> None:
    plan = dockerfile(tree, "COPY . /app")
    await images.build(a_request(tree, plan), log.write)
    (tree / "a.txt").unlink()
    (tree / "empty").unlink()
    written(tree, {"empty/now/a folder": "x"})
    (tree / "inside").unlink()
    (tree / "inside").write_text("a file")
    (tree / "run.sh").chmod(0o600)
    image = await images.build(a_request(tree, plan), log.write)
    assert output_of(image, "sh", "-c", "cat /app/empty/now/* /app/inside; ls /app/a.txt 2>&1 | grep -c No") == (
        "xa file1"
    )
    assert output_of(image, "stat", "-c", "%a", "/app/run.sh") == "644"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("COPY . /app", "Dockerfile", id="everything"),
        pytest.param("COPY . /app", "docker/Dockerfile", id="an ignored Dockerfile in a folder"),
        pytest.param("COPY inside/b.txt .dockerignore /app/", "Dockerfile", id="through a link, and the list itself"),
        pytest.param("COPY a* é /app/", "Dockerfile", id="wildcards, and letters beyond ASCII"),
        pytest.param('COPY ["é/ü b.txt", "/app/"]', "Dockerfile", id="one file of such a name"),
        pytest.param("RUN --mount=type=bind,source=a,target=/m cp -r /m /app", "Dockerfile", id="mounted"),
    ],
)
async def test_image_is_the_same_where_the_engine_has_no_sessions(
    images: DockerImages,
    proxied: Callable[..., DockerImages],
    log: Log,
    tree: Path,
    tmp_path: Path,
    text: str,
    name: str,
) -> None:
    plan = dockerfile(tree, text, name)
    proxy = EngineProxy(refuses=True)
    async with proxy.at(tmp_path / "proxy.sock"):
        through = proxied(proxy)
        archived = await through.build(a_request(tree, plan), log.write)
        await through.build(a_request(tree, plan), log.write)
        assert proxy.sessions == 1  # it is not asked again
        await through.close()
    fetched = await images.build(a_request(tree, plan), log.write)
    listed = output_of(fetched, "sh", "-c", LISTED)
    assert listed == output_of(archived, "sh", "-c", LISTED)
    assert "b.txt" in listed


async def test_only_what_changed_travels_again(
    proxied: Callable[..., DockerImages], log: Log, tree: Path, tmp_path: Path
) -> None:
    plan = dockerfile(tree, "COPY big small /app/")
    (tree / "big").write_bytes(os.urandom(8 * MIB))
    proxy = EngineProxy()
    carried = []
    async with proxy.at(tmp_path / "proxy.sock"):
        images = proxied(proxy)
        for content in ("one", "two"):
            (tree / "small").write_text(content)
            before, site = proxy.carried, "test"
            await images.build(a_request(tree, plan, site=site), log.write)
            carried.append(proxy.carried - before)
        before = proxy.carried
        await images.build(a_request(tree, plan, owner=new_id()), log.write)
        carried.append(proxy.carried - before)
        await images.close()
    assert carried[0] > 8 * MIB
    assert carried[1] < MIB
    assert carried[2] > 8 * MIB  # nothing is shared between owners


async def test_many_files_arrive_whole(images: DockerImages, log: Log, tree: Path) -> None:
    plan = dockerfile(tree, "COPY many /many")
    written(tree, {f"many/{number % 40}/{number}": str(number) * (number % 3000) for number in range(4000)})
    image = await images.build(a_request(tree, plan), log.write)
    script = "cd /many && find . -type f | while read -r f; do cat $f; done | wc -c; find . -type f | wc -l"
    size = sum(len(str(number)) * (number % 3000) for number in range(4000))
    assert output_of(image, "sh", "-c", script).split() == [str(size), "4000"]


async def test_connection_that_breaks_ends_the_build(
    proxied: Callable[..., DockerImages], log: Log, tree: Path, tmp_path: Path
) -> None:
    plan = dockerfile(tree, "COPY . /app")
    (tree / "big").write_bytes(os.urandom(8 * MIB))
    proxy = EngineProxy(cut_after_bytes=2 * MIB)
    async with proxy.at(tmp_path / "proxy.sock"):
        images = proxied(proxy)
        with pytest.raises(Unavailable) as caught:
            async with asyncio.timeout(60):
                await images.build(a_request(tree, plan, site=f"s{new_id()}"), log.write)
        await images.close()
    assert caught.value.code == "engine_unreachable"
    # and nothing half sent is taken for the whole
    async with EngineProxy().at(tmp_path / "other.sock"):
        images = proxied(proxy, "other.sock")
        image = await images.build(a_request(tree, plan), log.write)
        await images.close()
    assert output_of(image, "stat", "-c", "%s", "/app/big") == str(8 * MIB)


async def test_source_that_can_not_be_read_ends_the_build(
    images: DockerImages, log: Log, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is gone when its turn comes."""
    plan = dockerfile(tree, "COPY . /app")
    really = os.open

    def fails(path: str, *rest: int) -> int:
        if str(path).endswith("b.txt"):
            raise FileNotFoundError(path)
        return really(path, *rest)

    monkeypatch.setattr("zipp.images.filesync.os.open", fails)
    with pytest.raises(Unavailable) as caught:
        async with asyncio.timeout(60):
            await images.build(a_request(tree, plan), log.write)
    assert caught.value.code == "source_unreadable"


async def test_cancelled_build_leaves_no_connection_and_no_task(
    proxied: Callable[..., DockerImages], log: Log, tree: Path, tmp_path: Path
) -> None:
    plan = dockerfile(tree, f"COPY a.txt /a.txt\nRUN echo working-$((1 + 1)) && sleep 300; : {new_id()}")
    proxy = EngineProxy()
    async with proxy.at(tmp_path / "proxy.sock"):
        images = proxied(proxy)
        task = asyncio.create_task(images.build(a_request(tree, plan), log.write))
        await log.says("working-2")
        assert proxy.open == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ours = [one for one in asyncio.all_tasks() if "grpc_server" in str(one) or "session.py" in str(one)]
        assert ours == []
        async with asyncio.timeout(10):
            while proxy.open:
                await asyncio.sleep(0.01)
        await images.close()


async def test_engine_that_never_asks_is_not_waited_for(
    proxied: Callable[..., DockerImages], log: Log, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that is sent over the session is lost."""
    monkeypatch.setattr("zipp.images.session.START_SECONDS", 1.0)
    plan = dockerfile(tree, "COPY a.txt /a.txt")
    proxy = EngineProxy(swallows=True)
    async with proxy.at(tmp_path / "proxy.sock"):
        images = proxied(proxy)
        with pytest.raises(Unavailable, match="did not begin"):
            async with asyncio.timeout(30):
                await images.build(a_request(tree, plan), log.write)
        await images.close()
