"""The platform at the base domain, through a real nginx: its events, and the dashboard's files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from aiohttp import web
from nginxsite import Answer, Site, application
from starlette.applications import Starlette

from zipp.api.dashboard import load
from zipp.api.routes.pages import DashboardRoute

PAGE = b"<!doctype html>" + b"word " * 1000
PACKED = b"as brotli would have it" * 50


async def test_an_event_arrives_before_the_next_is_written(site: Site) -> None:
    arrived = asyncio.Event()

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: ready\ndata: {}\n\n")
        await arrived.wait()
        await response.write(b"event: site\ndata: {}\n\n")
        return response

    async with application(events, port=site.settings.port), asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.settings.http_port)
        host = f"Host: {site.settings.base_domain}\r\nAccept-Encoding: gzip, br"
        writer.write(f"GET /api/events HTTP/1.1\r\n{host}\r\nAccept: text/event-stream\r\n\r\n".encode())
        first = await reader.readuntil(b"event: ready\ndata: {}\n\n")
        arrived.set()
        second = await reader.readuntil(b"event: site\ndata: {}\n\n")
        writer.close()

    assert b"content-encoding" not in first.lower()
    assert second


async def test_who_leaves_ends_the_stream(site: Site) -> None:
    """Else each reload of a page would leave one behind."""
    ended = asyncio.Event()

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b": ping\n\n")
                await asyncio.sleep(0.05)
        finally:
            ended.set()

    async with application(events, port=site.settings.port), asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.settings.http_port)
        writer.write(f"GET /api/events HTTP/1.1\r\nHost: {site.settings.base_domain}\r\n\r\n".encode())
        await reader.readuntil(b": ping\n\n")
        writer.close()
        await ended.wait()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    files = {"index.html": PAGE, "index.html.br": PACKED, "404.html": b"nothing"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    html = {"type": "text/html; charset=utf-8", "immutable": False, "scripts": ["sha256-x"], "styles": []}
    manifest = {
        "version": 1,
        "dynamic": [],
        "notFound": {"file": "404.html", "encodings": [], **html},
        "files": {"/": {"file": "index.html", "encodings": ["br"], **html}},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


@asynccontextmanager
async def dashboard(folder: Path, port: int) -> AsyncIterator[None]:
    app = Starlette(routes=[DashboardRoute(load(folder))])
    server = uvicorn.Server(uvicorn.Config(app, port=port, http="httptools", lifespan="off", log_level="error"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


def field(answer: Answer, name: str) -> str:
    """nginx capitalises the names that it writes, and passes others on as they are."""
    return {each.lower(): value for each, value in answer.headers.items()}[name]


async def test_the_dashboard_passes_as_it_is(site: Site, export: Path) -> None:
    packed = {"Accept-Encoding": "gzip, br"}
    async with dashboard(export, site.settings.port):
        page = await site.ask("/", packed, host=site.settings.base_domain)
        again = await site.ask("/", {**packed, "If-None-Match": field(page, "etag")}, host=site.settings.base_domain)
        head = await site.ask("/", packed, host=site.settings.base_domain, method="HEAD")
        missing = await site.ask("/nothing", packed, host=site.settings.base_domain)

    assert (page.status, page.body, field(page, "content-encoding")) == (200, PACKED, "br")
    assert "'sha256-x'" in field(page, "content-security-policy")
    assert (again.status, again.body) == (304, b"")
    assert (head.status, field(head, "content-length")) == (200, str(len(PACKED)))
    assert (missing.status, missing.body) == (404, b"nothing")


async def test_what_nginx_compresses_itself_is_still_known_by_its_tag(site: Site, export: Path) -> None:
    gzip = {"Accept-Encoding": "gzip"}
    async with dashboard(export, site.settings.port):
        page = await site.ask("/", gzip, host=site.settings.base_domain)
        again = await site.ask("/", {**gzip, "If-None-Match": field(page, "etag")}, host=site.settings.base_domain)

    assert field(page, "content-encoding") == "gzip"
    assert field(page, "etag").startswith("W/")
    assert again.status == 304
