"""Firebase Hosting and Cloud Run on this machine: superstatic serves what `make firebase` writes and hands /api to the
proxy's own container, which hands it to the API of a stand-in platform."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from emulation.programs import node
from hosting import DEPLOY, write
from live import REPOSITORY, free_port, until

HERE = Path(__file__).parent


@contextmanager
def process(command: list[str], ready: str, log: Path) -> Iterator[None]:
    """Until `ready` answers anything; its output is shown when it ends before."""

    def answers() -> bool:
        assert running.poll() is None, f"it ended:\n{log.read_text()}"
        try:
            httpx.get(ready, timeout=5)
        except httpx.TransportError:
            return False
        return True

    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as running:
        try:
            until(answers, what=f"an answer at {ready}")
            yield
        finally:
            running.terminate()


@contextmanager
def api(folder: Path, public_url: str) -> Iterator[str]:
    """The platform's API, which people know by another address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, str(REPOSITORY / "tests" / "apistand.py"), str(folder), str(port), public_url]
    with process(command, f"{url}/api/health", folder / "api.log"):
        yield url


@contextmanager
def api_proxy(image: str, upstream: str) -> Iterator[str]:
    """As Cloud Run starts it: PORT and the deployment's own variables, and no other account than the image's."""
    port = free_port()
    name = f"zipp-test-{secrets.token_hex(4)}"
    command = [
        "docker", "run", "--name", name, "--label", "zipp.test=api-proxy", "--network", "host", "--read-only",
        "--tmpfs", "/tmp", "--env", f"PORT={port}", "--env", f"ZIPP_URL={upstream}", "--detach", image,
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(url), what="the proxy's answer")
        yield url
    except AssertionError as error:
        told = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=False)
        raise AssertionError(f"{error}\n{told.stderr}") from error
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=False, capture_output=True)


@contextmanager
def api_proxy_image(base: str) -> Iterator[str]:
    image = f"zipp-test/api-proxy:{secrets.token_hex(4)}"
    command = [
        "docker", "build", "--build-arg", f"BASE={base}", "--label", "zipp.test=api-proxy", "--tag", image,
        str(DEPLOY / "api-proxy"),
    ]  # fmt: skip
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, f"{built.stdout[-3000:]}\n{built.stderr[-3000:]}"
    try:
        yield image
    finally:
        subprocess.run(["docker", "rmi", "--force", image], check=False, capture_output=True)


@contextmanager
def hosting(folder: Path, cloud_run: str, port: int | None = None) -> Iterator[str]:
    """The folder that `make firebase` writes, served."""
    write(folder)
    url = f"http://127.0.0.1:{(port := port or free_port())}"
    command = [node(), str(HERE / "hosting.cjs"), str(folder), str(port), cloud_run]
    with process(command, url, folder.with_suffix(".log")):
        yield url
    shutil.rmtree(folder, ignore_errors=True)


def refused(image: str, upstream: str) -> str:
    """What the proxy says, and nothing else: it must not start."""
    command = ["docker", "run", "--rm", "--env", f"ZIPP_URL={upstream}", image]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    return answer.stderr


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=5)
    except httpx.TransportError:
        return False
    return True
