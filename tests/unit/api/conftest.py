from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from apistand import PASSWORD, Stand, app_of, client_of, make_stand, signed_in

Configured = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    """Clients of platforms with other settings."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        async with client_of(app_of(make_stand(tmp_path, **settings))) as client:
            yield client

    return opened


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return make_stand(tmp_path)


@pytest.fixture
async def anonymous(stand: Stand) -> AsyncIterator[httpx.AsyncClient]:
    """A client without credentials."""
    async with client_of(app_of(stand)) as client:
        yield client


@pytest.fixture
async def ada(stand: Stand, anonymous: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(anonymous, (await stand.member("ada@example.com")).secret) as client:
        yield client


@pytest.fixture
async def eve(stand: Stand, anonymous: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(anonymous, (await stand.member("eve@example.com")).secret) as client:
        yield client


@pytest.fixture
async def admin(stand: Stand, anonymous: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    grant = await stand.identity.login(email="admin@example.com", password=PASSWORD)
    async with signed_in(anonymous, grant.secret) as client:
        yield client


@dataclass
class Served:
    """The API on a real port, in the test's own event loop."""

    stand: Stand
    url: str
    port: int
    server: uvicorn.Server
    task: asyncio.Task[None]

    async def stop(self) -> None:
        self.server.should_exit = True
        await asyncio.wait_for(self.task, 20)


@pytest.fixture
async def served(stand: Stand) -> AsyncIterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app_of(stand), http="httptools", log_level="error"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    made = Served(stand, f"http://127.0.0.1:{port}", port, server, task)
    yield made
    await made.stop()


@pytest.fixture
async def live_ada(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A client over a real connection."""
    secret = (await served.stand.member("ada@example.com")).secret
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client
