"""Generated Dockerfiles in the engine's two builders, which must come to the same result."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from dockercli import docker

from zipp.domain.plan import BuildPlan, Serve
from zipp.engine.client import Engine, EngineRefusal
from zipp.images.classic import json_messages
from zipp.images.context import tar_stream
from zipp.images.images import BuildRequest
from zipp.images.sending import prepare

DEBIAN = "zipp/debian:bookworm"
ODD = "a [b]*?$HOME'\".json"
SERVER = BuildPlan(
    framework="node",
    summary="",
    builder=DEBIAN,
    base=DEBIAN,
    caches=("npm",),
    dependency_files=("package.json", ODD),
    dependencies=("mkdir -p node_modules/a && date +%N > node_modules/a/made",),
    dependency_folders=("node_modules",),
    install=("mkdir -p node_modules/dev",),
    build=(
        "mkdir dist && cp main.js dist/ && echo $SECRET > /tmp/secret && cd /",
        'test -n "$SECRET" && rm package.json',
    ),
    build_caches=(".next/cache",),
    start="sleep 60",
)
SITE = BuildPlan(
    framework="vite",
    summary="",
    serve=Serve.NGINX,
    builder=DEBIAN,
    build=("mkdir -p build/web && cp page build/web/index.html",),
    output="dist",
    find_output=True,
)

Build = Callable[..., Awaitable[str]]


@pytest.fixture(params=["buildkit", "classic"])
async def build(request: pytest.FixtureRequest, instance: str, tmp_path: Path, base: Any) -> AsyncIterator[Build]:
    """Build the plan from files and return the image's name; the build's error is an EngineRefusal."""
    base(DEBIAN)
    engine = Engine()
    buildkit = request.param == "buildkit"

    async def run(plan: BuildPlan, files: dict[str, str]) -> str:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        tag = f"{instance}/site-generated:{request.param}"
        source = BuildRequest("d", "s", "o", tmp_path, plan, {"SECRET": "never-in-an-image"})
        sending = prepare(source, {"zipp.instance": instance}, buildkit=buildkit)
        params = {
            "dockerfile": sending.name,
            "t": tag,
            "buildargs": json.dumps(dict(sending.build_args)),
            "forcerm": "1",
        }
        params |= {"version": "2"} if buildkit else {}
        headers = {"Content-Type": "application/x-tar"}
        data = tar_stream(sending.context)
        async with engine.stream("POST", "build", params=params, data=data, headers=headers) as response:
            async for message in json_messages(response.content.iter_any()):
                if "error" in message:
                    raise EngineRefusal(str(message["error"]), status=0)
        return tag

    yield run
    await engine.close()


def files_of(image: str) -> set[str]:
    listed = docker(
        "run", "--rm", "--network=none", "--read-only", image, "find", "/app", "-mindepth", "1", "-printf", r"%P %U\n"
    )
    return set(listed.splitlines())


def layers_of(image: str) -> list[str]:
    return list(json.loads(docker("image", "inspect", image))[0]["RootFS"]["Layers"])


async def test_a_servers_image_holds_its_dependencies_and_what_the_build_kept(build: Build) -> None:
    image = await build(SERVER, {"package.json": "{}", ODD: "{}", "main.js": "1"})
    names = ("node_modules", "node_modules/a", "node_modules/a/made", "dist", "dist/main.js", "main.js", ODD)
    assert files_of(image) == {f"{name} 10001" for name in names}
    assert "never-in-an-image" not in docker("history", "--no-trunc", image) + docker("image", "inspect", image)
    assert docker("run", "--rm", "--network=none", image, "sh", "-c", "id -u; pwd; ls -d /tmp/*; :").split() == [
        "10001",
        "/app",
    ]


async def test_a_changed_line_makes_one_layer_anew(build: Build) -> None:
    before = layers_of(await build(SERVER, {"package.json": "{}", ODD: "{}", "main.js": "1"}))
    after = layers_of(await build(SERVER, {"main.js": "2"}))
    assert before[:-1] == after[:-1]
    assert before[-1] != after[-1]


async def test_built_files_are_found_and_are_all_there_is(build: Build, tmp_path: Path) -> None:
    image = await build(SITE, {"page": "<h1>hi"})
    container = docker("create", "--network=none", image, "none")
    docker("cp", f"{container}:/index.html", str(tmp_path / "copied"))
    docker("rm", container)
    assert (tmp_path / "copied").read_text() == "<h1>hi"
    assert json.loads(docker("image", "inspect", image))[0]["Size"] == len("<h1>hi")


async def test_that_nothing_was_built_can_be_told_from_other_failures(build: Build) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await build(SITE.model_copy(update={"build": ("mkdir dist",)}), {"page": "1"})
    assert "66" in caught.value.reason
