"""Looking whether a site takes connections must not be what makes it fall over."""

from __future__ import annotations

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from zipp.pipeline import check
from zipp.runtime.runtime import Container


def container_at(port: int) -> Container:
    return Container(
        id="c",
        deployment_id="d",
        site="s",
        state="running",
        address="127.0.0.1",
        listen_port=port,
        host_port=port,
        exit_code=None,
        oom_killed=False,
        restarts=0,
        image="i",
    )


async def test_server_that_greets_first_sees_a_clean_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for = asyncio.wait_for

    async def wait_on_a_busy_machine(*awaited: Any) -> Any:
        result = await wait_for(*awaited)
        time.sleep(0.05)  # the loop itself is late, so the greeting lies unread in the kernel
        return result

    monkeypatch.setattr(asyncio, "wait_for", wait_on_a_busy_machine)
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor() as threads:
        listening.settimeout(5)

        def greet() -> bytes:
            visitor, _ = listening.accept()
            with visitor:
                visitor.sendall(b"+PONG\r\n")
                return visitor.recv(10)  # ConnectionResetError where the visitor leaves without having read

        seen = threads.submit(greet)
        assert await check._accepts(container_at(listening.getsockname()[1]))
        assert await asyncio.wrap_future(seen) == b""


async def test_server_that_says_nothing_takes_connections_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert await check._accepts(container_at(listening.getsockname()[1]))


async def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert not await check._accepts(container_at(port))
