"""An nginx of the tests' own on loopback, and small real servers behind it."""

from __future__ import annotations

import asyncio
import http.client
import os
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from zipp.domain.route import Release, Upstream
from zipp.proxy.nginx import Nginx
from zipp.settings import Settings

HOST = "shop.zipp.localhost"
MIB = 1024**2
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root may become somebody else; others may not")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Site:
    """An nginx of the tests' own, and what they need around it."""

    settings: Settings
    nginx: Nginx = field(init=False)

    def __post_init__(self) -> None:
        self.nginx = Nginx(self.settings)

    @property
    def prefix(self) -> Path:
        return self.settings.data_dir / "nginx"

    @property
    def master(self) -> int:
        return int((self.prefix / "nginx.pid").read_text())

    def workers(self) -> set[int]:
        tasks = Path(f"/proc/{self.master}/task/{self.master}/children")
        return {int(pid) for pid in tasks.read_text().split()}

    async def processes(self) -> set[int]:
        """All that run for it, once every worker does."""
        await eventually(lambda: len(self.workers()) == os.cpu_count())
        return {self.master, *self.workers()}

    def with_settings(self, **values: Any) -> Site:
        return Site(self.settings.model_copy(update=values))

    def release(self, name: str, files: Mapping[str, str], *, mtime: int | None = None) -> Release:
        folder = self.settings.data_dir / "releases" / name
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            if mtime is not None:
                os.utime(file, (mtime, mtime))
        return Release(folder)

    async def ask(
        self,
        path: str = "/",
        headers: Mapping[str, str] | None = None,
        *,
        host: str = HOST,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Answer:
        """One request, its path exactly as given."""
        return await asyncio.to_thread(self._ask, path, host, method, body, headers or {})

    def _ask(self, path: str, host: str, method: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.http_port, timeout=20)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": f"{host}:{self.settings.http_port}", **headers}.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(response.status, dict(response.getheaders()), response.read())
        connection.close()
        return answer

    async def say(self, request: bytes) -> bytes:
        """What nginx answers to these very bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.settings.http_port)
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(65536), 20)
        writer.close()
        return answer


def free_port() -> int:
    """Below the range that outgoing connections take theirs from."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@asynccontextmanager
async def application(handler: Handler, *, port: int = 0) -> AsyncIterator[Upstream]:
    """A server behind the proxy that answers every request with `handler`."""
    app = web.Application(client_max_size=64 * MIB)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", port)
    await listener.start()
    try:
        yield Upstream("127.0.0.1", runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_application(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[Upstream]:
    """One that writes its answers byte by byte."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield Upstream("127.0.0.1", server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


async def mirror(request: web.Request) -> web.Response:
    """What the application saw."""
    seen = {
        "method": request.method,
        "path": request.raw_path,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": (await request.read()).decode(errors="replace"),
    }
    return web.json_response(seen)


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def processes_of(prefix: Path) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink() == prefix:
                found.add(int(entry.name))
    return found
