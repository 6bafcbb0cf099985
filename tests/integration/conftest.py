"""A real Docker engine, and an instance of the platform's own to label everything with."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dockercli import docker

from zipp.images.bases import Bases
from zipp.runtime.docker import DockerRuntime
from zipp.runtime.ports import is_taken
from zipp.settings import Settings


@pytest.fixture(scope="session")
def engine() -> None:
    """Fails where no engine answers: what the product is for can't be skipped."""
    answer = subprocess.run(["docker", "version"], capture_output=True, text=True)
    if answer.returncode != 0:
        pytest.fail(f"No Docker engine answers, so nothing can be tested: {answer.stderr}")


@pytest.fixture(scope="session")
def instance(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    name = f"t-{secrets.token_hex(3)}"
    yield name
    asyncio.run(_tear_down(Settings(instance=name, data_dir=tmp_path_factory.mktemp("teardown"))))
    images = docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={name}/*").split()
    images += docker("images", "--quiet", "--filter", f"label=zipp.instance={name}").split()
    if images:
        subprocess.run(["docker", "rmi", "--force", *images], check=False, capture_output=True)


async def _tear_down(settings: Settings) -> None:
    runtime = DockerRuntime(settings)
    await runtime.teardown()
    await runtime.close()


@pytest.fixture(scope="session")
def port_range() -> int:
    """A start that other suites on this machine hardly share, and no test beside this one (live.py has those above):
    two networks' worth of ports.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2
    return random.randrange(14_000, 15_000) + 3_000 * worker


@pytest.fixture
def settings(instance: str, port_range: int, tmp_path: Path) -> Settings:
    return Settings(
        instance=instance, data_dir=tmp_path, port_range_start=port_range, port_range_end=port_range + 2_000
    )


@pytest.fixture(scope="session")
def free_port(port_range: int) -> Callable[[], int]:
    """Another port of the range at each call, held by nobody."""
    ports = (port for port in range(port_range, port_range + 1000) if not is_taken(port))
    return lambda: next(ports)


@pytest.fixture(scope="session")
def base(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A base image by its name, made where it is missing; shared with everybody, so that no test removes it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("bases"))

    def ensure(name: str) -> str:
        with ThreadPoolExecutor(1) as own_thread:  # callable from a running event loop, too
            return own_thread.submit(lambda: asyncio.run(_ensure(settings, name))).result()

    return ensure


async def _ensure(settings: Settings, name: str) -> str:
    async def write(line: str, stream: str) -> None:
        print(line)  # noqa: T201

    bases = Bases(settings)
    try:
        return await bases.ensure(name, write)
    finally:
        await bases.close()
