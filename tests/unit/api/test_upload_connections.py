"""Uploads over real connections: clients that leave, bodies that are too large, and the memory that they cost."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apistand
import httpx
import pytest

MIB = 1024**2
PATH = "/api/deployments/zip"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def request_head(client: httpx.AsyncClient, content_length: int, kind: str = "application/zip") -> bytes:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {client.headers['authorization']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {content_length}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("kind", ["application/zip", "multipart/form-data; boundary=b"])
async def test_a_client_that_leaves_half_way_leaves_nothing(
    served: Any, live_ada: httpx.AsyncClient, kind: str
) -> None:
    incoming: Path = served.stand.operations.incoming
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(request_head(live_ada, 100 * MIB, kind))
    if "multipart" in kind:
        writer.write(b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n')
    writer.write(b"x" * 3 * MIB)
    await writer.drain()
    await until(lambda: incoming.is_dir() and any(path.stat().st_size for path in incoming.iterdir()))
    writer.close()
    await until(lambda: not list(incoming.iterdir()))


@pytest.mark.parametrize("kind", ["application/zip", "multipart/form-data; boundary=b"])
async def test_an_announced_giant_is_refused_before_it_is_sent(
    served: Any, live_ada: httpx.AsyncClient, kind: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(request_head(live_ada, 10**15, kind))
    async with asyncio.timeout(20):
        answer = await reader.read()  # to the end: the connection is closed, not kept for the rest of the body
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"upload_too_large"' in answer
    writer.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A server of its own: its pid and port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, apistand.__file__, str(tmp_path), str(port)])
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/api/health/live", trust_env=False)
                break
            except httpx.TransportError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(tmp_path)


@pytest.mark.parametrize("form", [False, True])
def test_500_mb_do_not_grow_the_platform_by_20_mb(process: tuple[int, int], form: bool) -> None:
    pid, port = process
    token = httpx.post(
        f"http://127.0.0.1:{port}/api/auth/login",
        json={"email": "admin@example.com", "password": apistand.PASSWORD},
        trust_env=False,
    ).json()["token"]
    for size in (2 * MIB, 500 * MIB):  # the first warms up what is loaded once
        before = peak_bytes(pid, reset=True)
        status = upload(port, token, size, form=form)
        grown = peak_bytes(pid) - before
        assert status == 202
    assert grown < 20 * MIB, f"{grown / MIB:.1f} MiB"


def upload(port: int, token: str, size: int, *, form: bool) -> int:
    before = b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.zip"\r\n\r\n' if form else b""
    after = b"\r\n--b--\r\n" if form else b""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.putrequest("POST", PATH)
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b" if form else "application/zip")
    connection.putheader("Content-Length", str(len(before) + size + len(after)))
    connection.endheaders()
    block = os.urandom(MIB)
    connection.send(before)
    for _ in range(size // MIB):
        connection.send(block)
    connection.send(after)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def peak_bytes(pid: int, *, reset: bool = False) -> int:
    """The most memory that the process has held since the last reset (proc(5), VmHWM and clear_refs)."""
    if reset:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
