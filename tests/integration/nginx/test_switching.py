"""A route is switched while visitors are there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from nginxsite import HOST, Site, eventually, raw_application

from zipp.domain.route import Page, Target


@dataclass
class Visitor:
    """A keep-alive client. `version` is what it saw last; every request must be answered, on the one connection."""

    port: int
    answered: int = 0
    version: int = 0

    async def visit(self, current: Callable[[], int], stop: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while not stop.is_set():
            least = current()
            writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert head.startswith("http/1.1 200 "), head
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            self.version = int(await reader.readexactly(length))
            assert self.version >= least, "a request that began after a switch was led to what was before it"
            self.answered += 1
        writer.close()


async def under_load(site: Site, targets: list[Target]) -> None:
    """Lead the host through targets 0, 1, 2 ...; each answers with its number. No visitor may notice.

    Each step goes back and forth at first: what goes wrong, goes wrong within microseconds.
    """
    version, stop = 0, asyncio.Event()
    await site.nginx.switch(HOST, targets[0])
    visitors = [Visitor(site.settings.http_port) for _ in range(8)]
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for visitor in visitors:
            group.create_task(visitor.visit(lambda: version, stop))
        for number, target in enumerate(targets):
            for to in (targets[max(number - 1, 0)], target) * 40:
                await site.nginx.switch(HOST, to)
                await asyncio.sleep(0)
            version = number
            seen = [visitor.answered for visitor in visitors]
            await eventually(lambda: all(v.answered >= s + 3 for v, s in zip(visitors, seen, strict=True)))  # noqa: B023
        stop.set()

    assert {visitor.version for visitor in visitors} == {len(targets) - 1}


async def test_no_request_fails_while_a_static_site_is_switched_under_load(site: Site) -> None:
    await under_load(site, [site.release(f"r{n}", {"index.html": str(n)}) for n in range(25)])


@asynccontextmanager
async def numbered(count: int) -> AsyncIterator[list[Target]]:
    """Applications that answer with their number."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(raw_application(saying(str(number).encode()))) for number in range(count)
        ]


def saying(body: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        writer.close()

    return answer


async def test_no_request_fails_while_an_application_is_switched_under_load(site: Site) -> None:
    async with numbered(25) as upstreams:
        await under_load(site, upstreams)


async def test_no_request_fails_while_a_site_turns_from_files_to_application_and_back(site: Site) -> None:
    async with numbered(24) as targets:
        targets[::2] = [site.release(f"r{n}", {"index.html": str(n)}) for n in range(0, 24, 2)]
        await under_load(site, targets)


async def test_sync_heals_a_table_that_was_tampered_with(site: Site) -> None:
    release = site.release("r", {"index.html": "home"})
    await site.nginx.sync({HOST: release, "other.test": Page.STOPPED})
    (site.prefix / "routes" / HOST).unlink()
    (site.prefix / "routes" / "stranger.test").symlink_to("../../releases/r")

    await site.nginx.sync({HOST: release, "other.test": Page.STOPPED})

    assert (await site.ask()).body == b"home"
    assert (await site.ask("/", host="other.test")).status == 503
    assert (await site.ask("/", host="stranger.test")).status == 404
    assert await site.nginx.routes() == {HOST: release, "other.test": Page.STOPPED}


async def test_a_removed_route_is_unknown_from_the_next_request_on(site: Site) -> None:
    await site.nginx.switch(HOST, site.release("r", {"index.html": "home"}))
    before = (await site.ask()).status

    await site.nginx.remove(HOST)

    assert (before, (await site.ask()).status) == (200, 404)
