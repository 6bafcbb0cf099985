"""The dashboard's files over HTTP, from a small export that a test wrote."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from apistand import Stand, make_stand

from zipp.api import dashboard
from zipp.identity.identity import SignInPage

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
CHUNK = "/_next/static/chunks/1a2b.js"
NAVIGATION = {"Accept-Encoding": "identity"}

# address: file, media type
SERVED = {
    "/": ("index.html", HTML),
    "/index.txt": ("index.txt", TEXT),
    "/deploy": ("deploy.html", HTML),
    "/deploy.txt": ("deploy.txt", TEXT),
    "/deploy/__next.!KGFwcCk.deploy.__PAGE__.txt": ("deploy/__next.!KGFwcCk.deploy.__PAGE__.txt", TEXT),
    "/sites/_": ("sites/_.html", HTML),
    "/sites/_.txt": ("sites/_.txt", TEXT),
    "/sites/_/logs": ("sites/_/logs.html", HTML),
    "/sites/_/logs.txt": ("sites/_/logs.txt", TEXT),
    "/sites/_/logs/__next.sites.$d$name.logs.txt": ("sites/_/logs/__next.sites.$d$name.logs.txt", TEXT),
    "/deployments/_": ("deployments/_.html", HTML),
    "/deployments/_.txt": ("deployments/_.txt", TEXT),
    "/deployments/_/__next._tree.txt": ("deployments/_/__next._tree.txt", TEXT),
    CHUNK: (CHUNK[1:], SCRIPT),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
COMPRESSED = ("index.html", CHUNK[1:])


def write(folder: Path, name: str, media_type: str) -> dict[str, Any]:
    """A file whose text is its name, and what the manifest says of it."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(name)
    encodings = ["br", "gzip"] if name in COMPRESSED else []
    if encodings:
        Path(f"{file}.br").write_bytes(b"brotli of " + name.encode())
        Path(f"{file}.gz").write_bytes(gzip.compress(name.encode(), mtime=0))
    entry = {"file": name, "type": media_type, "immutable": name.startswith("_next/static/"), "encodings": encodings}
    hashes = {"scripts": [f"sha256-of {name}".replace(" ", "-")], "styles": []} if media_type == HTML else {}
    return entry | hashes


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    manifest = {
        "version": 1,
        "dynamic": ["/deployments/", "/sites/"],
        "notFound": write(folder, "404.html", HTML),
        "files": {address: write(folder, *served) for address, served in SERVED.items()},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "secret.txt").write_text("not for anybody")
    return folder


@pytest.fixture
def stand(tmp_path: Path, export: Path) -> Stand:
    return make_stand(tmp_path, web_dir=export)


@pytest.fixture
def browser(anonymous: httpx.AsyncClient) -> httpx.AsyncClient:
    return anonymous


@pytest.mark.parametrize(("path", "file"), [
    ("/", "index.html"),
    ("/index.txt", "index.txt"),
    ("/index.txt?_rsc=1x2y", "index.txt"),
    ("/deploy", "deploy.html"),
    ("/deploy?site=blog", "deploy.html"),
    ("/deploy/__next.!KGFwcCk.deploy.__PAGE__.txt", "deploy/__next.!KGFwcCk.deploy.__PAGE__.txt"),
    ("/deploy/__next.%21KGFwcCk.deploy.__PAGE__.txt", "deploy/__next.!KGFwcCk.deploy.__PAGE__.txt"),
    ("/sites/blog", "sites/_.html"),
    ("/sites/blog.txt", "sites/_.txt"),
    ("/sites/index", "sites/_.html"),
    ("/sites/a-1/logs", "sites/_/logs.html"),
    ("/sites/a-1/logs.txt", "sites/_/logs.txt"),
    ("/sites/a-1/logs/__next.sites.$d$name.logs.txt", "sites/_/logs/__next.sites.$d$name.logs.txt"),
    ("/deployments/01980000-7000-7000-8000-000000000000", "deployments/_.html"),
    ("/deployments/01980000-7000-7000-8000-000000000000.txt", "deployments/_.txt"),
    ("/deployments/01980000/__next._tree.txt", "deployments/_/__next._tree.txt"),
    (CHUNK, CHUNK[1:]),
])  # fmt: skip
async def test_each_address_leads_to_its_file(browser: httpx.AsyncClient, path: str, file: str) -> None:
    response = await browser.get(path, headers=NAVIGATION)
    assert (response.status_code, response.text) == (200, file)
    head = await browser.head(path, headers=NAVIGATION)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control", "content-security-policy"):
        assert head.headers[name] == response.headers[name]


NOWHERE = (
    "/nothing", "/sites", "/sites/blog/nothing", "/sites/blog/logs/deeper", "/deployments/", "/deployments/a.b",
    "/deployments/a.txt/__next._tree.txt", "/sites/%2e%2e", "/sites/a%00b", "/sites/" + "a" * 101, "/sites/bl%C3%B6g",
    "/sites/%FF", "/index.html", "/index.html.br", f"{CHUNK}.gz", "/manifest.json", "/404.html", "/_next/gone.js",
    "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/sites/../../secret.txt", "/sites/x/../../secret.txt",
    "//secret.txt", "//index.txt", "/./index.txt", "/\\..\\secret.txt", "/_next/../../secret.txt", "/deploy%3Fx",
    "/deploy%23x", "/file:///etc/passwd", "/etc/passwd", "/sites/blog%2flogs/x",
)  # fmt: skip


async def test_anything_else_is_the_page_for_what_is_missing(served: Any) -> None:
    """Over a bare connection: HTTP clients take dots out of paths before they send them."""
    for path in NOWHERE:
        head, _, body = (await exchange(served.port, path)).partition("\r\n\r\n")
        assert head.startswith("HTTP/1.1 404 "), (path, head)
        assert body == "404.html", path
        assert "cache-control: no-cache" in head
        assert "'sha256-of-404.html'" in head


async def exchange(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


async def test_an_unknown_call_stays_a_problem(browser: httpx.AsyncClient) -> None:
    for path in ("/api", "/api/", "/api/nothing", "/api/sites/a/nothing", "/api/docs/nothing", "/api/docs/../app.py"):
        response = await browser.get(path)
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json"), path


async def test_only_get_and_head(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/sites/blog")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET, HEAD"
    assert (await browser.put("/nothing")).json()["code"] == "not_found"


async def test_a_slash_at_the_end_is_taken_off(browser: httpx.AsyncClient) -> None:
    for path, location in (("/deploy/", "/deploy"), ("/sites/blog/logs/?a=b", "/sites/blog/logs?a=b")):
        response = await browser.get(path)
        assert (response.status_code, response.headers["location"]) == (308, location)
    elsewhere = httpx.URL("http://localhost:8000").copy_with(raw_path=b"//evil.example/")
    assert (await browser.get(elsewhere)).status_code == 404


@pytest.mark.parametrize(("accepted", "encoding"), [
    ("gzip, deflate, br, zstd", "br"),
    ("GZIP", "gzip"),
    ("br;q=0, gzip;q=0.5", "gzip"),
    ("br; q=0.000, gzip ; q=0", None),
    ("br;q=0.001", "br"),
    ("", None),
    ("identity", None),
    ("brotli, x-gzip", None),
    (",;=" * 10_000, None),
])  # fmt: skip
async def test_the_best_encoding_that_is_accepted(
    browser: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    async with browser.stream("GET", "/", headers={"Accept-Encoding": accepted}) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert response.headers.get("content-encoding") == encoding
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["content-length"] == str(len(raw))
    assert {"br": b"brotli of index.html", "gzip": gzip.compress(b"index.html", mtime=0), None: b"index.html"}[
        encoding
    ] == raw


async def test_a_small_file_does_not_vary(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/icon.svg", headers={"Accept-Encoding": "br"})
    assert "content-encoding" not in response.headers
    assert "vary" not in response.headers


async def test_tags_are_strong_and_of_one_encoding_each(browser: httpx.AsyncClient) -> None:
    tags = set()
    for accepted in ("br", "gzip", "identity"):
        asking = {"Accept-Encoding": accepted}
        async with browser.stream("GET", CHUNK, headers=asking) as response:
            tag = response.headers["etag"]
        assert tag.startswith('"')
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await browser.get(CHUNK, headers=asking | {"If-None-Match": given})
            assert (again.status_code, again.content) == (304, b""), given
        assert (await browser.head(CHUNK, headers={"Accept-Encoding": "x", "If-None-Match": '"a"'})).status_code == 200
        tags.add(tag)
    assert len(tags) == 3


async def test_a_page_that_is_not_modified_keeps_its_policy(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/deploy")
    again = await browser.get("/deploy", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    for name in ("content-security-policy", "cache-control", "etag"):
        assert again.headers[name] == page.headers[name]


async def test_what_is_named_by_its_content_is_kept_for_good(browser: httpx.AsyncClient) -> None:
    assert (await browser.get(CHUNK)).headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/sites/blog.txt", "/icon.svg"):
        assert (await browser.get(path)).headers["cache-control"] == "no-cache"


async def test_each_page_has_the_policy_for_its_own_scripts(browser: httpx.AsyncClient) -> None:
    for path, name in (("/", "index.html"), ("/sites/blog/logs", "sites/_/logs.html")):
        policy = (await browser.get(path)).headers["content-security-policy"]
        directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
        assert directives["script-src"] == f"'self' 'sha256-of-{name}'"
        assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
        assert directives["connect-src"] == directives["form-action"] == directives["style-src"] == "'self'"
    script = await browser.get(CHUNK)
    assert script.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert script.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("sign_in", "sources"), [
    (None, "'self'"),
    (SignInPage("p", "key", "p.firebaseapp.com"), "'self' https://identitytoolkit.googleapis.com"),
    (SignInPage("p", "key", "p.firebaseapp.com", "http://127.0.0.1:9099"), "'self' http://127.0.0.1:9099"),
])  # fmt: skip
def test_pages_may_ask_firebase_only_where_it_signs_people_in(
    export: Path, sign_in: SignInPage | None, sources: str
) -> None:
    """Its sign-in alone: no script, frame or form of anybody else's."""
    found, local = dashboard.find(export, sign_in=sign_in), dashboard.find(export)
    assert found
    assert local
    for page in (*found.files.values(), found.not_found):
        if page.policy:
            assert f"; connect-src {sources}; " in page.policy
            assert page.policy.count("://") == (sign_in is not None)
    assert local.not_found.policy == (found.not_found.policy or "").replace(
        f"connect-src {sources}", "connect-src 'self'"
    )


async def test_a_new_build_waits_for_the_next_start(browser: httpx.AsyncClient, export: Path) -> None:
    (export / "deploy.html").write_text("new")
    assert (await browser.get("/deploy")).text == "deploy.html"
    (export / "deploy.html").unlink()
    assert (await browser.get("/deploy")).text == "deploy.html"


async def test_without_a_build_the_platform_starts_and_says_what_to_run(configured: Any, tmp_path: Path) -> None:
    async with configured(web_dir=tmp_path / "none") as client:
        for path in ("/", "/setup", "/sites/blog"):
            page = await client.get(path)
            assert (page.status_code, page.headers["content-type"]) == (503, HTML)
            assert "make web" in page.text
        assert (await client.get("/api/health/live")).status_code == 200
        assert (await client.post("/")).status_code == 404


@pytest.mark.parametrize("damage", ["{", "[]", '{"version": 2}', '{"version": 1, "files": {}}', "missing"])
async def test_a_build_that_cannot_be_used_is_as_none(configured: Any, export: Path, damage: str) -> None:
    if damage == "missing":
        (export / "deploy.html").unlink()
    else:
        (export / "manifest.json").write_text(damage)
    async with configured(web_dir=export) as client:
        assert (await client.get("/")).status_code == 503


async def test_the_dashboard_is_one_label_in_the_metrics(browser: httpx.AsyncClient) -> None:
    for path in ("/sites/a", "/sites/b", "/nothing"):
        await browser.get(path)
    metrics = (await browser.get("/api/health/metrics")).text
    assert 'route="dashboard"' in metrics
    assert "/sites/a" not in metrics
