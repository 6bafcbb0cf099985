from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from buildstand import (
    DEBIAN,
    MIB,
    OWN_DOCKERFILE,
    Log,
    a_request,
    dangling_with,
    is_running,
    output_of,
    tags_of,
    written,
)
from dockercli import docker

from zipp.domain.errors import BuildError, Unavailable
from zipp.domain.ids import new_id
from zipp.domain.plan import BuildPlan, Limits
from zipp.images.bases import Bases
from zipp.images.builder import DockerImages
from zipp.runtime.docker import DockerRuntime
from zipp.runtime.runtime import ContainerSpec
from zipp.settings import Settings

Build = Callable[..., Any]
ONE_IS_ENOUGH = pytest.mark.parametrize("builder", ["classic"])


async def test_dockerfile_becomes_a_tagged_image_and_its_log_is_live(
    build: Build, log: Log, images: DockerImages, instance: str
) -> None:
    deployment_id = new_id()
    image = await build(
        f"FROM {DEBIAN}\nCOPY . /app\nRUN echo {deployment_id}; echo to-out; echo to-err >&2\nCMD cat /app/page.txt\n",
        {"page.txt": "hello"},
        deployment_id=deployment_id,
    )
    assert image.startswith("sha256:")
    assert output_of(image) == "hello"
    assert output_of(image, "ls", "-A", "/app").split() == ["Dockerfile", "page.txt"]
    assert ("to-out", "stdout") in log.lines
    assert ("to-err", "stderr") in log.lines
    assert any(line.startswith(("Step 4/5 : RUN echo", "[3/3] RUN echo")) for line, _ in log.lines)
    assert not any(line.startswith((" ---> Running", "Removing intermediate", "[internal]")) for line, _ in log.lines)
    (found,) = json.loads(docker("inspect", f"{instance}/site-test:{deployment_id}"))
    assert found["Id"] == image
    assert found["Config"]["Labels"]["zipp.instance"] == instance
    assert await images.exists(image)


async def test_building_again_finds_the_image_and_builds_nothing(build: Build, log: Log) -> None:
    deployment_id = new_id()
    image = await build(f"FROM {DEBIAN}\nRUN echo once\n", deployment_id=deployment_id)
    said = len(log.lines)
    assert await build(f"FROM {DEBIAN}\nRUN echo twice\n", deployment_id=deployment_id) == image
    assert len(log.lines) == said


async def test_same_content_with_other_times_takes_its_layers_from_the_cache(
    build: Build, log: Log, tmp_path: Path
) -> None:
    dockerfile = f"FROM {DEBIAN}\nCOPY . /app\nRUN echo {new_id()}\n"
    await build(dockerfile, {"a.txt": "a", "b/c.txt": "c"})
    os.utime(tmp_path / "tree/a.txt", (1, 1))
    assert not {"COPY", "RUN"} & log.cached()
    await build(dockerfile, {"b/c.txt": "c"})
    assert {"COPY", "RUN"} <= log.cached()


async def test_generated_dockerfile_is_built_without_what_is_left_out(build: Build, base: Callable[[str], str]) -> None:
    base("zipp/python:3.11")
    plan = BuildPlan(framework="python", summary="python", base="zipp/python:3.11", start="python main.py")
    files = {"main.py": "print('ran')", "node_modules/left/out.js": "", ".env": "SECRET=1", "kept/page.html": "x"}
    image = await build("FROM nothing-reads-this", files, plan=plan)
    assert output_of(image) == "ran"
    assert "node_modules" not in output_of(image, "ls", "-A", "/app")
    assert ".env" not in output_of(image, "ls", "-A", "/app")
    assert output_of(image, "ls", "/app/kept") == "page.html"


async def test_dockerignore_is_honoured(build: Build) -> None:
    files = {
        ".dockerignore": "*\n!src\nsrc/*.log\n",
        "secret.txt": "",
        "src/main.c": "",
        "src/noise.log": "",
        "src/deep/kept.log": "",
    }
    image = await build(f"FROM {DEBIAN}\nCOPY . /app\n", files)
    found = output_of(image, "find", "/app", "-type", "f", "-printf", "%P\n").split()
    # BuildKit takes the Dockerfile out of the context, so that it has to be there
    assert sorted(set(found) - {"Dockerfile"}) == ["src/deep/kept.log", "src/main.c"]


async def test_failing_step_is_named_with_its_exit_code(build: Build, images: DockerImages, log: Log) -> None:
    with pytest.raises(BuildError) as caught:
        await build(f"FROM {DEBIAN}\nRUN echo almost && exit 3\n")
    assert caught.value.code == "build_failed"
    assert "RUN echo almost && exit 3" in caught.value.message
    assert "exit code 3" in caught.value.message
    assert ("almost", "stdout") in log.lines


@pytest.mark.parametrize(
    ("dockerfile", "part"),
    [
        pytest.param("FROM {base}\nFLY to the moon\n", "FLY", id="unknown instruction"),
        pytest.param("FROM {base}\nCOPY missing.txt /\n", "COPY missing.txt", id="missing file"),
        pytest.param("", "Dockerfile", id="empty"),
    ],
)
async def test_dockerfile_that_is_wrong_is_told(build: Build, dockerfile: str, part: str) -> None:
    with pytest.raises(BuildError) as caught:
        await build(dockerfile.format(base=DEBIAN))
    assert caught.value.code == "build_failed"
    assert part in caught.value.message
    assert "/var/lib" not in caught.value.message


@pytest.mark.parametrize("dd", ["exec dd", "dd"], ids=["killed itself", "its child was killed"])
async def test_build_above_its_memory_limit_fails_plainly_and_alone(build: Build, small: Settings, dd: str) -> None:
    """dd reads it all into memory before it writes; the shell around it ends with a code of its own."""
    greedy, unique = DockerImages(small), new_id()
    with pytest.raises(BuildError) as caught:
        await build(
            f"FROM {DEBIAN}\nRUN : {unique}; {dd} if=/dev/zero of=/dev/null bs=2000M count=1 || exit 1\n", by=greedy
        )
    await greedy.close()
    assert caught.value.code == "build_out_of_memory"
    assert f"{small.build_memory_bytes // MIB} MB" in caught.value.message
    assert not is_running(unique)


async def test_process_limit_holds_in_builds(build: Build, log: Log) -> None:
    limits = "/sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max"  # cgroup 2, cgroup 1
    look = f"for _ in $(seq 50); do sleep 0.1; cat {limits} 2>/dev/null | grep -x 4096 && break; done"
    await build(f"FROM {DEBIAN}\nRUN {look}; : {new_id()}\n")
    assert ("4096", "stdout") in log.lines


async def test_build_that_takes_too_long_ends(build: Build, build_settings: Settings) -> None:
    impatient = DockerImages(build_settings.model_copy(update={"build_timeout_seconds": 3}))
    began, unique = time.monotonic(), f"300.{new_id()}"
    with pytest.raises(BuildError) as caught:
        await build(f"FROM {DEBIAN}\nRUN sleep 300 # {unique}\n", by=impatient)
    assert caught.value.code == "build_timeout"
    assert time.monotonic() - began < 100
    assert not is_running(unique)
    await impatient.close()


async def test_cancelled_build_leaves_nothing_running(build: Build, log: Log) -> None:
    unique = new_id()
    task = asyncio.create_task(build(f"FROM {DEBIAN}\nRUN echo working-$((1 + 1)) && sleep 300; : {unique}\n"))
    await log.says("working-2")  # said by the step itself, so it runs
    assert is_running(unique)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(unique)


@pytest.mark.parametrize("line", ["FROM zipp/unknown:1", f"FROM {DEBIAN}\nCOPY --from=zipp/unknown:1 /a /b"])
async def test_unknown_zipp_image_is_refused_before_anything_is_asked_for(build: Build, log: Log, line: str) -> None:
    with pytest.raises(BuildError) as caught:
        await build(f"{line}\nRUN echo built\n")
    assert caught.value.code == "base_missing"
    assert "zipp/python:3.11" in caught.value.hint
    assert log.lines == []


async def test_dockerfile_outside_the_source_is_refused(build: Build, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(f"FROM {DEBIAN}\n")
    with pytest.raises(BuildError) as caught:
        await build(f"FROM {DEBIAN}\n", plan=BuildPlan(framework="docker", summary="", dockerfile="../outside"))
    assert caught.value.code == "source_escapes"


async def test_build_reaches_packages_but_not_this_host(build: Build, images: DockerImages, log: Log) -> None:
    """pip is the program inside; the host's service is a listener of this test's own."""
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    script = (
        "import socket\\n"
        "gateway = next(l.split()[2] for l in open('/proc/net/route') if l.split()[1] == '00000000')\\n"
        "gateway = '.'.join(str(b) for b in reversed(bytes.fromhex(gateway)))\\n"
        f"try: socket.create_connection((gateway, {port}), 2); print('reached the host')\\n"
        "except OSError as error: print('refused:', error.strerror)\\n"
    )
    await build(
        "FROM zipp/python:3.11\n"
        f"RUN pip download --no-deps --dest /tmp/p itsdangerous==2.2.0 && ls /tmp/p; : {new_id()}\n"
        f'RUN printf "{script}" > /tmp/call.py && python3 /tmp/call.py\n'
    )
    server.close()
    await server.wait_closed()
    assert "itsdangerous-2.2.0" in log.text
    assert "refused:" in log.text
    assert "reached the host" not in [line for line, _ in log.lines]


async def test_removing_a_deployment_takes_its_image_and_nobody_elses(build: Build, images: DockerImages) -> None:
    first, second = new_id(), new_id()
    gone = await build(f"FROM {DEBIAN}\nRUN echo 1 > /one\n", deployment_id=first)
    stays = await build(f"FROM {DEBIAN}\nRUN echo 2 > /two\n", deployment_id=second)
    await images.remove(first)
    await images.remove(first)
    assert not await images.exists(gone)
    assert await images.exists(stays)
    assert await images.exists(DEBIAN)


async def test_pruning_keeps_what_is_named_and_removes_layers_of_failed_builds(
    build: Build, images: DockerImages, instance: str
) -> None:
    kept, failed, old = new_id(), new_id(), new_id()
    image = await build(
        f"FROM {DEBIAN} AS tools\nRUN echo {kept} > /k\nFROM {DEBIAN}\nCOPY --from=tools /k /k\n", deployment_id=kept
    )
    other = await build(f"FROM {DEBIAN}\nRUN echo {old} > /o\n", deployment_id=old)
    with pytest.raises(BuildError):
        await build(f"FROM {DEBIAN}\nRUN echo {failed} > /f\nRUN false\n", deployment_id=failed)
    assert not dangling_with(kept, failed, old)  # every layer has a name, so that none is lost sight of
    await images.prune(keep=[kept])
    assert await images.exists(image)
    assert not await images.exists(other)
    assert {tag.partition(".")[0] for tag in tags_of(instance)} == {kept}


@ONE_IS_ENOUGH
async def test_static_server_serves_a_mounted_folder_without_any_right(
    images: DockerImages, settings: Settings, free_port: Callable[[], int], tmp_path: Path, log: Log
) -> None:
    site = tmp_path / "site"
    (site / "docs").mkdir(parents=True)
    (site / "empty").mkdir()
    (site / "index.html").write_text("<h1>home é</h1>")
    (site / "docs/index.html").write_text("docs")
    (site / "about.html").write_text("about")
    (site / "404.html").write_text("nothing here")
    (site / ".secret").write_text("secret")
    (site / "big.css").write_text("a { color: red }\n" * 1000)
    spec = ContainerSpec(
        deployment_id=new_id(), site="static", image=await images.static_server(write=log.write), listen_port=9123,
        host_port=free_port(), env={}, limits=Limits(memory_bytes=64 * MIB, pids=32), mounts={site: "/srv/site"},
    )  # fmt: skip
    runtime = DockerRuntime(settings)
    await runtime.start()
    container = await runtime.run(spec)
    try:
        url = f"http://{container.address}:9123"
        transport = httpx.AsyncHTTPTransport(retries=8)
        async with httpx.AsyncClient(base_url=url, transport=transport, timeout=10) as client:
            home = await client.get("/")
            assert home.text == "<h1>home é</h1>"
            assert home.headers["content-type"] == "text/html; charset=utf-8"
            assert (await client.get("/about")).text == "about"
            moved = await client.get("/docs")
            assert (moved.status_code, moved.headers["location"]) == (301, "/docs/")
            assert (await client.get("/docs/")).text == "docs"
            missing = await client.get("/missing")
            assert (missing.status_code, missing.text) == (404, "nothing here")
            assert (await client.get("/.secret")).status_code == 404
            assert (await client.get("/empty/")).status_code in (403, 404)
            assert (await client.get("/big.css")).headers["content-encoding"] == "gzip"
        processes = [row.split() for row in docker("top", container.id, "-eo", "pid,uid,comm").splitlines()[1:]]
        assert {command for _, _, command in processes} >= {"nginx"}
        assert "0" not in {uid for _, uid, _ in processes}
    finally:
        await runtime.remove(spec.deployment_id, grace_seconds=0)
        await runtime.close()


async def test_base_that_is_up_to_date_is_not_made_again(
    settings: Settings, base: Callable[[str], str], log: Log
) -> None:
    image = base(DEBIAN)
    bases = Bases(settings)
    assert await asyncio.gather(*(bases.ensure(DEBIAN, log.write) for _ in range(3))) == [image] * 3
    assert log.lines == []
    await bases.close()


async def test_unknown_base_is_refused(settings: Settings, log: Log) -> None:
    bases = Bases(settings)
    with pytest.raises(Unavailable) as caught:
        await bases.ensure("zipp/cobol:85", log.write)
    assert caught.value.code == "base_unknown"
    await bases.close()


async def test_engine_that_is_gone_is_told(build_settings: Settings, log: Log, tmp_path: Path) -> None:
    images = DockerImages(build_settings.model_copy(update={"docker_host": "unix:///nonexistent/docker.sock"}))
    tree = written(tmp_path / "tree", {"Dockerfile": f"FROM {DEBIAN}\n"})
    with pytest.raises(Unavailable) as caught:
        await images.build(a_request(tree, OWN_DOCKERFILE), log.write)
    assert caught.value.code == "engine_unreachable"
    await images.close()


async def test_values_of_the_environment_are_not_told(build: Build, log: Log) -> None:
    """BuildKit fills them into the commands that it names."""
    with pytest.raises(BuildError) as caught:
        await build(
            f"FROM {DEBIAN}\nARG API_TOKEN\nRUN test $API_TOKEN = right-horse && exit 5\n",
            environment={"API_TOKEN": "right-horse", "OTHER": "x"},
        )
    assert "exit code 5" in caught.value.message  # it was given
    assert "$API_TOKEN" in caught.value.message
    told = log.text.replace("= right-horse", "") + caught.value.message.replace("= right-horse", "")
    assert "right-horse" not in told
