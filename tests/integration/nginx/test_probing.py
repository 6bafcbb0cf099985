"""A version is asked through the proxy before anybody is led to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from aiohttp import web
from nginxsite import HOST, Site, application

from zipp.domain.errors import InvalidInput
from zipp.domain.route import Page, Upstream
from zipp.proxy.proxy import NO_HTTP


async def test_a_probe_asks_as_a_visitor_would_and_leads_nobody_there(site: Site) -> None:
    seen: list[web.Request] = []
    public: list[int] = []

    async def candidate(request: web.Request) -> web.Response:
        seen.append(request)
        public.append((await site.ask()).status)  # meanwhile, outside
        (check,) = (site.prefix / "checks").iterdir()
        public.append((await site.ask("/", {"X-Zipp-Check": check.name})).status)
        return web.Response(status=204)

    async with application(candidate) as upstream:
        status = await site.nginx.probe(upstream, host=HOST, path="/health?deep=1")

    assert status == 204
    assert (seen[0].raw_path, seen[0].host) == ("/health?deep=1", f"{HOST}:{site.settings.http_port}")
    assert "X-Zipp-Check" not in seen[0].headers
    assert seen[0].headers["X-Forwarded-For"] == "127.0.0.1"
    assert public == [404, 404]
    assert await site.nginx.routes() == {}
    assert list((site.prefix / "checks").iterdir()) == []


async def test_a_probe_tells_what_a_visitor_would_get(site: Site) -> None:
    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPFound("/elsewhere")

    release = site.release("r", {"index.html": "home"})
    async with application(moved) as upstream:
        assert await site.nginx.probe(upstream, host=HOST) == 302
    assert await site.nginx.probe(upstream, host=HOST) == 502
    assert await site.nginx.probe(release, host=HOST) == 200
    assert await site.nginx.probe(release, host=HOST, path="/nothing") == 404
    assert await site.nginx.probe(Page.STARTING, host=HOST) == 503


@pytest.mark.parametrize("said", [b"+PONG\r\n", b"\x15\x03\x01\x00\x02\x02\x0a", b"SSH-2.0-OpenSSH_9.2\r\n"])
async def test_a_probe_tells_what_speaks_no_http(site: Site, said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        upstream = Upstream("127.0.0.1", server.sockets[0].getsockname()[1])
        assert await site.nginx.probe(upstream, host=HOST) == NO_HTTP


async def test_a_probe_of_an_application_that_hangs_is_a_504_in_time(site: Site) -> None:
    release = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with application(hang) as upstream:
        assert await site.nginx.probe(upstream, host=HOST, timeout_seconds=0.2) == 504
        release.set()


async def test_a_probe_does_not_wait_for_an_endless_answer(site: Site) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
        return response

    async with application(endless) as upstream:
        assert await site.nginx.probe(upstream, host=HOST) == 200


@pytest.mark.parametrize("path", ["/ HTTP/1.1\r\nX-Evil: 1", "/a b", "//evil.test/x", "no-slash", "http://evil.test/x"])
async def test_a_strange_path_to_probe_stays_a_path(site: Site, path: str) -> None:
    seen: list[dict[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        return web.Response()

    async with application(note) as upstream:
        assert await site.nginx.probe(upstream, host=HOST, path=path) == 200

    assert "X-Evil" not in seen[0]
    assert seen[0]["Host"].startswith(HOST)


async def test_a_probe_for_something_that_is_no_host_is_refused(site: Site) -> None:
    with pytest.raises(InvalidInput):
        await site.nginx.probe(Page.STARTING, host="a\r\nX: y")


async def test_visitors_cannot_reach_the_internal_socket(site: Site) -> None:
    assert (site.prefix / "private").stat().st_mode & 0o777 == 0o700
    assert (await site.ask("/", host="_status")).status == 404
