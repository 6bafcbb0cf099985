"""What a real nginx shows where no site answers, and what it writes down."""

from __future__ import annotations

import asyncio
import json

import pytest
from nginxsite import HOST, MIB, Site, application, eventually, free_port, mirror, raw_application

from zipp.domain.route import Page, Target, Upstream


@pytest.mark.parametrize(
    ("target", "status", "title"),
    [
        (None, 404, "There is no site here"),
        (Page.STARTING, 503, "This site is starting"),
        (Page.STOPPED, 503, "This site is stopped"),
        (Page.FAILED, 503, "This site could not be started"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_site_that_is_not_there_says_so(
    site: Site, target: Target | None, status: int, title: str, method: str
) -> None:
    if target is not None:
        await site.nginx.switch(HOST, target)

    answer = await site.ask("/any/path?x=1", method=method, body=b"x")
    machine = await site.ask("/any/path", {"Accept": "application/json"}, method=method, body=b"x")

    assert answer.status == machine.status == status
    assert title in answer.body.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers.get("Retry-After") == ("2" if target is Page.STARTING else None)
    assert machine.headers["Content-Type"].startswith("application/problem+json")
    assert json.loads(machine.body)["status"] == status


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_application_that_refuses_or_hangs_up_is_an_honest_502(site: Site, method: str) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with raw_application(hang_up) as upstream:
        for target in (upstream, Upstream("127.0.0.1", free_port())):
            await site.nginx.switch(HOST, target)
            answer = await site.ask("/", method=method, body=b"x")
            assert answer.status == 502
            assert b"This site is not answering" in answer.body


async def test_a_stopped_platform_is_an_honest_502_and_a_running_one_answers(site: Site) -> None:
    down = await site.ask("/", host=site.settings.base_domain)
    async with application(mirror, port=site.settings.port):
        up = await site.ask("/api/health?x=%2F", host=site.settings.base_domain)
        local = await site.ask("/api/upload", host="localhost", method="POST", body=b"x" * (3 * MIB))

    assert down.status == 502
    assert json.loads(up.body)["path"] == "/api/health?x=%2F"
    assert len(json.loads(local.body)["body"]) == 3 * MIB  # over the limit of sites


@pytest.mark.parametrize(
    "host",
    [
        *rb"../pages/starting a/b . .. ... _ %2e%2e ~ * [::1] ../checks $host".split(),
        *(b"", b"\0", b"routes\0", b"\xff\xfe", f"{HOST}/../x".encode(), f"..{HOST}".encode(), f"x.{HOST}".encode()),
    ],
)
async def test_a_strange_host_leads_nowhere(site: Site, host: bytes) -> None:
    await site.nginx.switch(HOST, site.release("r", {"index.html": "home"}))

    answer = await site.say(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")

    assert answer.split(b" ")[1] in {b"400", b"404"}
    assert b"home" not in answer


async def test_a_request_without_a_host_cannot_walk_through_the_table(site: Site) -> None:
    await site.nginx.switch(HOST, site.release("r", {"index.html": "home"}))

    answer = await site.say(f"GET /{HOST}/index.html HTTP/1.0\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 404 ")


async def test_the_host_is_matched_without_case_port_or_final_dot(site: Site) -> None:
    await site.nginx.switch(HOST, site.release("r", {"index.html": "home"}))

    for host in (HOST.upper(), f"{HOST}.", f"{HOST}:1"):
        answer = await site.say(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert answer.endswith(b"home")


async def test_the_access_log_is_json_without_query_strings(site: Site) -> None:
    async with application(mirror) as upstream:
        await site.nginx.switch(HOST, upstream)
        await site.ask("/path/to?token=secret-token-1", {"User-Agent": 'a"b\\'})
    log = site.prefix / "logs" / "access.log"

    def entries() -> list[dict[str, object]]:
        lines = [json.loads(line) for line in log.read_text(errors="replace").splitlines()]
        return [line for line in lines if line["path"] == "/path/to"]

    await eventually(lambda: bool(entries()))
    assert entries()[0]["host"] == HOST
    assert entries()[0]["status"] == 200
    assert entries()[0]["upstream"] == f"{upstream.address}:{upstream.port}"
    assert "secret-token-1" not in log.read_text(errors="replace")
