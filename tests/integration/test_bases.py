"""Base images against a real registry, and what the finished ones do."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from dockercli import docker

from zipp.domain.errors import BuildError, Unavailable
from zipp.images import bootstrap, registry
from zipp.images.bases import Bases
from zipp.images.mirrors import environment
from zipp.images.recipes import DEBIAN, Recipe
from zipp.settings import Settings

OFFICIAL = "debian:stand-in"


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    async def write(self, line: str, stream: str) -> None:
        self.lines.append(line)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def name() -> Iterator[str]:
    """A base image of this test's own; nobody's builds stand on it."""
    name = f"zipp-test-{secrets.token_hex(4)}"
    yield name
    for image in docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={name}/*").split():
        docker("rmi", "--force", image)


@pytest.fixture
async def made(name: str, tmp_path: Path, engine: None) -> AsyncIterator[Callable[..., Bases]]:
    """Bases that know a root and something on it, with settings of the test's choice."""
    started: list[Bases] = []

    def catalogue(_machine: str) -> Mapping[str, Recipe]:
        lacking = Recipe(f"{name}/root:3", suite="bookworm", official="debian:not-there", needs_registry=True)
        root = replace(lacking, name=f"{name}/root:1", official=OFFICIAL, dockerfile="RUN echo made > /made\n")
        child = Recipe(f"{name}/root:1-build", f"FROM {root.name}\nRUN echo more > /more\n", (root.name,))
        here = Recipe(f"{name}/root:2", suite="bookworm")
        return {recipe.name: recipe for recipe in (root, child, here, lacking)}

    def make(**settings: Any) -> Bases:
        started.append(Bases(Settings(data_dir=tmp_path, **settings), recipes=catalogue))
        return started[-1]

    yield make
    for bases in started:
        await bases.close()


@pytest.fixture(scope="module")
def real_registry(tmp_path_factory: pytest.TempPathFactory, unused_port: Callable[[], int]) -> Iterator[str]:
    """Debian's docker-registry; an engine needs no TLS towards 127.0.0.1."""
    folder, port = tmp_path_factory.mktemp("registry"), unused_port()
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder)}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    with open(folder / "log", "wb") as output:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(folder / "config.yml")], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            client.get(f"http://127.0.0.1:{port}/v2/").raise_for_status()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def unused_port() -> Callable[[], int]:
    import socket

    def port() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return port


@pytest.fixture(scope="module")
def stand_in(real_registry: str, base: Callable[[str], str]) -> Iterator[str]:
    """A Debian under an official image's name whose own archive can't be reached. Only the registry has it."""
    base(DEBIAN)
    archive = docker("run", "--rm", DEBIAN, "cat", "/etc/apt/sources.list").split()[1]
    container = f"zipp-test-{secrets.token_hex(4)}"
    script = "echo 1 > /stand-in; cd /etc/apt; rm sources.list.d/*; echo deb http://127.0.0.1:9/d x main > sources.list"
    docker("run", "--name", container, DEBIAN, "sh", "-ec", script)
    reference = f"{real_registry}/library/{OFFICIAL}"
    docker("commit", container, reference)
    docker("rm", container)
    docker("push", "--quiet", reference)
    docker("rmi", reference)
    yield archive
    subprocess.run(["docker", "rmi", "--force", reference], capture_output=True)


class Silent:
    """A listener that takes connections, never says a word, and counts them."""

    def __init__(self) -> None:
        self.connections = 0

    async def __aenter__(self) -> Silent:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await reader.read()
        finally:
            writer.close()


async def test_official_image_is_pulled_and_gets_certificates_mirrors_and_variables(
    made: Callable[..., Bases], name: str, stand_in: str, real_registry: str, tmp_path: Path, log: Log
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("# of a company's own\n" + Path("/etc/ssl/certs/ca-certificates.crt").read_text())
    bases = made(
        base_registry=f"{real_registry}/library",
        apt_mirror=stand_in,
        npm_registry="https://npm.example/",
        build_ca_bundle=bundle,
    )

    await bases.ensure(f"{name}/root:1-build", log.write)

    image = f"{name}/root:1-build"
    assert docker("run", "--rm", image, "cat", "/stand-in", "/made", "/more").split() == ["1", "made", "more"]
    assert docker("run", "--rm", image, "head", "-1", "/etc/ssl/certs/ca-certificates.crt") == "# of a company's own"
    assert docker("run", "--rm", image, "cat", "/etc/apt/sources.list") == f"deb {stand_in} bookworm main"
    assert "npm_config_registry=https://npm.example/" in docker("run", "--rm", image, "env")
    assert f"Making the base image {name}/root:1: once, it stays on this machine" in log.lines
    said = len(log.lines)
    await bases.ensure(image, log.write)
    assert len(log.lines) == said


async def test_image_that_the_registry_lacks_is_told_with_what_there_is_and_keeps_no_other_from_it(
    made: Callable[..., Bases], name: str, stand_in: str, real_registry: str, log: Log
) -> None:
    bases = made(base_registry=f"{real_registry}/library", apt_mirror=stand_in)

    with pytest.raises(BuildError) as caught:
        await bases.ensure(f"{name}/root:3", log.write)
    await bases.ensure(f"{name}/root:1", log.write)

    assert caught.value.code == "base_missing"
    assert "debian:not-there" in caught.value.message
    states = {base.name: base.state for base in await bases.states()}
    assert states[f"{name}/root:1"] == "ready"
    assert states[f"{name}/root:3"] == "needs a registry"


async def test_image_that_is_out_of_date_stays_where_no_newer_one_can_be_made(
    made: Callable[..., Bases], name: str, stand_in: str, real_registry: str, log: Log
) -> None:
    old = await made(base_registry=f"{real_registry}/library", apt_mirror=stand_in).ensure(f"{name}/root:1", log.write)
    unable = made(base_registry=f"{real_registry}/library", apt_mirror="http://127.0.0.1:9/debian")

    assert await unable.ensure(f"{name}/root:1", log.write) == old

    assert f"{name}/root:1 is out of date, but stays" in log.lines[-1]
    assert {base.name: base.state for base in await unable.states()}[f"{name}/root:1"] == "out of date"
    said = len(log.lines)
    assert await unable.ensure(f"{name}/root:1", log.write) == old
    assert len(log.lines) == said


async def test_registry_that_never_answers_is_waited_for_once(
    made: Callable[..., Bases], name: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "ANSWER_SECONDS", 1.0)
    async with Silent() as silent:
        with pytest.raises(BuildError) as caught:
            await made(base_registry=silent.address).ensure(f"{name}/root:1-build", log.write)
        asked, began = silent.connections, time.monotonic()
        with pytest.raises(BuildError):
            await made(base_registry=silent.address).ensure(f"{name}/root:1-build", log.write)

    assert asked > 0
    assert silent.connections == asked
    assert time.monotonic() - began < 1
    assert caught.value.code == "base_missing"
    assert "the registry does not answer" in log.text


async def test_none_never_asks_and_an_image_that_somebody_loaded_is_taken(
    made: Callable[..., Bases], name: str, stand_in: str, real_registry: str, log: Log
) -> None:
    reference = f"{real_registry}/library/{OFFICIAL}"
    docker("pull", "--quiet", reference)
    docker("tag", reference, OFFICIAL)
    try:
        await made(base_registry="none", apt_mirror=stand_in).ensure(f"{name}/root:1", log.write)
    finally:
        docker("rmi", OFFICIAL)

    assert not [line for line in log.lines if "can't be pulled" in line or "Pulling" in line]


async def test_what_there_is_instead_is_named(made: Callable[..., Bases], name: str, log: Log) -> None:
    with pytest.raises(BuildError) as caught:
        await made(base_registry="none").ensure(f"{name}/root:1", log.write)
    assert caught.value.hint == f"Without one there are {name}/root:2."

    with pytest.raises(Unavailable) as unknown:
        await made(base_registry="none").ensure(f"{name}/unknown:1", log.write)
    assert unknown.value.code == "base_unknown"
    assert unknown.value.hint == f"There are {name}/root:2."


async def test_node_itself_comes_from_the_npm_registry_that_is_set(tmp_path: Path, log: Log) -> None:
    async with Asked() as asked:
        with pytest.raises(Unavailable) as caught:
            await bootstrap.npm_package("node-of-ours@1", tmp_path, f"{asked.url}/npm/", log.write)

    assert caught.value.code == "base_failed"
    assert set(asked.paths) == {"/npm/node-of-ours"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("pip download --retries 0 package-of-ours", id="pip"),
        pytest.param("uv venv /tmp/v && VIRTUAL_ENV=/tmp/v uv pip install package-of-ours", id="uv"),
    ],
)
async def test_python_packages_come_from_the_index_that_is_set(base: Callable[[str], str], command: str) -> None:
    base("zipp/python:3.11")
    async with Asked() as asked:
        variables = environment(Settings(pypi_index=f"{asked.url}/simple"))
        given = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
        process = await asyncio.create_subprocess_exec(
            *("docker", "run", "--rm", "--network", "host", "--env", "HOME=/tmp", *given),
            *("zipp/python:3.11", "sh", "-c", command),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert await process.wait() != 0

    assert set(asked.paths) == {"/simple/package-of-ours/"}


def test_command_line_lists_what_there_is_and_names_it_for_an_unknown_one(base: Callable[[str], str]) -> None:
    base(DEBIAN)
    zipp = [sys.executable, "-m", "zipp", "bases"]

    listed = json.loads(subprocess.run([*zipp, "--json"], capture_output=True, text=True, check=True).stdout)
    unknown = subprocess.run([*zipp, "python:2.7-slim"], capture_output=True, text=True)

    assert {"name": DEBIAN, "state": "ready"}.items() <= listed[0].items()
    assert unknown.returncode == 5
    assert "There is no base image zipp/python:2.7-slim. [base_unknown]" in unknown.stderr
    assert "zipp/python:3.11-slim, 3.11, 3.11-build" in unknown.stderr


class Asked:
    """A web server that has nothing, and notes what it is asked for."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __aenter__(self) -> Asked:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.paths.append(head.split()[1].decode())
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
