"""Requests that a real nginx passes on to applications."""

from __future__ import annotations

import asyncio
import json
import zlib

import pytest
import websockets
from aiohttp import web
from nginxsite import HOST, MIB, Site, application, mirror, raw_application

from zipp.domain.route import Page, Upstream


async def test_a_request_reaches_the_application_as_it_was_written(site: Site) -> None:
    async with application(mirror) as upstream:
        await site.nginx.switch(HOST, upstream)
        answers = {
            path: json.loads((await site.ask(path)).body)["path"]
            for path in ("/", "/a%2Fb?x=1&y=%20", "//double//", "/a/../b", "/?", "/.env", "/zipp.toml", "/%E2%82%AC+")
        }

    assert {path: seen for path, seen in answers.items() if path != seen} == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_methods_and_bodies_reach_the_application(site: Site, method: str) -> None:
    async with application(mirror) as upstream:
        await site.nginx.switch(HOST, upstream)
        seen = json.loads((await site.ask("/form", method=method, body=b"a=1" * 1000)).body)

    assert (seen["method"], seen["body"]) == (method, "a=1" * 1000)


async def test_the_application_learns_who_asks_and_visitors_cannot_lie_about_it(site: Site) -> None:
    lies = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "6.6.6.6",
        "X-Request-ID": "chosen",
        "X-Zipp-Check": "0",
        "Forwarded": "for=6.6.6.6",
        "Proxy": "http://evil.test",
    }
    async with application(mirror) as upstream:
        await site.nginx.switch(HOST, upstream)
        seen = json.loads((await site.ask("/", lies)).body)["headers"]

    public = f"{HOST}:{site.settings.http_port}"
    assert seen["host"] == seen["x-forwarded-host"] == public
    assert seen["x-real-ip"] == seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert len(seen["x-request-id"]) == 32
    assert not {"forwarded", "proxy", "x-forwarded-port", "x-forwarded-prefix", "x-zipp-check"} & set(seen)


async def test_the_application_sees_the_host_that_was_routed_by(site: Site) -> None:
    async with application(mirror) as upstream:
        await site.nginx.switch(HOST, upstream)
        request = f"GET http://{HOST}/x HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n"
        answer = await site.say(request.encode())

    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["headers"]["host"] == HOST


async def test_the_applications_own_errors_pass_unchanged(site: Site) -> None:
    async def teapot(request: web.Request) -> web.Response:
        return web.Response(status=int(request.query["status"]), text="mine", headers={"X-Mine": "1"})

    async with application(teapot) as upstream:
        await site.nginx.switch(HOST, upstream)
        for status in (404, 413, 500, 502, 503, 504):
            answer = await site.ask(f"/?status={status}")
            assert (answer.status, answer.body, answer.headers["X-Mine"]) == (status, b"mine", "1")


async def test_an_application_cannot_make_nginx_serve_something_else(site: Site) -> None:
    async def sly(_: web.Request) -> web.Response:
        return web.Response(text="plain", headers={"X-Accel-Redirect": "/.zipp/unknown/index.html"})

    async with application(sly) as upstream:
        await site.nginx.switch(HOST, upstream)
        answer = await site.ask()

    assert (answer.status, answer.body) == (200, b"plain")


async def test_a_body_over_the_limit_is_an_honest_413_and_never_reaches_the_application(site: Site) -> None:
    requests: list[int] = []

    async def count(request: web.Request) -> web.Response:
        requests.append(len(await request.read()))
        return web.Response(text="ok")

    chunked = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n{MIB + 1:x}\r\n"
    async with application(count) as upstream:
        await site.nginx.switch(HOST, upstream)
        fits = await site.ask("/", method="POST", body=b"x" * MIB)
        declared = await site.say(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {MIB + 1}\r\n\r\n".encode())
        streamed = await site.say(chunked.encode() + b"x" * (MIB + 1) + b"\r\n0\r\n\r\n")

    assert fits.status == 200
    assert requests == [MIB]
    for answer in (declared, streamed):
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"That is too much at once" in answer


@pytest.mark.parametrize("kind", ["text/event-stream", "text/html", "application/octet-stream"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("framing", ["chunked", "until close"])
async def test_a_stream_arrives_piece_by_piece_as_it_is_written(
    site: Site, kind: str, encoding: str, framing: str
) -> None:
    """The application writes the second piece only once the first has been seen."""
    seen, chunked = asyncio.Event(), framing == "chunked"

    async def stream(request: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        await request.readuntil(b"\r\n\r\n")
        answer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n".encode())
        answer.write(b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n")
        for piece in (b"data: first\n\n", b"data: second\n\n"):
            answer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            await seen.wait()
        answer.write(b"0\r\n\r\n" if chunked else b"")
        answer.close()

    async with raw_application(stream) as upstream, asyncio.timeout(20):
        await site.nginx.switch(HOST, upstream)
        reader, writer = await asyncio.open_connection("127.0.0.1", site.settings.http_port)
        writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: {encoding}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = zlib.decompressobj(zlib.MAX_WBITS | 16) if b"content-encoding: gzip" in head else None
        received = b""
        while b"first\n\n" not in received:
            received += await next_chunk(reader, body)
        seen.set()
        while b"second\n\n" not in received:
            received += await next_chunk(reader, body)
        writer.close()

    assert received == b"data: first\n\ndata: second\n\n"
    assert (body is not None) == (encoding == "gzip" and kind == "text/html")


async def next_chunk(reader: asyncio.StreamReader, body: zlib._Decompress | None) -> bytes:
    chunk = await reader.readexactly(int(await reader.readline(), 16) + 2)
    return body.decompress(chunk[:-2]) if body else chunk[:-2]


async def test_a_websocket_passes_both_ways_and_closes_with_its_code(site: Site) -> None:
    async def echo(connection: websockets.ServerConnection) -> None:
        async for message in connection:
            if message == "bye":
                await connection.close(4001, "as you wish")
                return
            await connection.send(message)

    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        await site.nginx.switch(HOST, Upstream("127.0.0.1", server.sockets[0].getsockname()[1]))
        connecting = websockets.connect(
            f"ws://{HOST}/socket", host="127.0.0.1", port=site.settings.http_port, proxy=None
        )
        async with connecting as client, asyncio.timeout(20):
            for message in ("hello", b"\x00\xff" * 50_000):
                await client.send(message)
                assert await client.recv() == message
            await client.send("bye")
            await client.wait_closed()

    assert (client.close_code, client.close_reason) == (4001, "as you wish")


async def test_a_websocket_lives_on_when_its_site_is_switched_away(site: Site) -> None:
    async def echo(connection: websockets.ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        await site.nginx.switch(HOST, Upstream("127.0.0.1", server.sockets[0].getsockname()[1]))
        connecting = websockets.connect(f"ws://{HOST}/", host="127.0.0.1", port=site.settings.http_port, proxy=None)
        async with connecting as client, asyncio.timeout(20):
            await site.nginx.switch(HOST, Page.STARTING)
            await client.send("still here")
            assert await client.recv() == "still here"
