"""Release folders, served by a real nginx."""

from __future__ import annotations

import pytest
from nginxsite import HOST, Site

from zipp.domain.route import Release


@pytest.fixture
async def static(site: Site) -> Site:
    files = {
        "index.html": "home",
        "about.html": "about us",
        "both.html": "the file",
        "both/index.html": "the folder",
        "sub/index.html": "below",
        "empty/.keep": "",
        "assets/app.js": "let a = 1",
        "_next/static/chunk-1a2b.js": "let b = 2",
        "app.wasm": "wasm",
        "site.webmanifest": "{}",
        "with space.txt": "spaced",
        ".env": "SECRET=1",
        ".git/config": "[core]",
        "sub/.htpasswd": "secret",
        ".well-known/security.txt": "Contact: x",
        ".well-known/.hidden": "secret",
        "zipp.toml": "[site]",
        "big.css": "a{color:red}" * 1000,
    }
    await site.nginx.switch(HOST, site.release("files", files))
    return site


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("/", "home", "text/html; charset=utf-8"),
        ("/?utm=1", "home", "text/html; charset=utf-8"),
        ("/about", "about us", "text/html; charset=utf-8"),
        ("/about.html", "about us", "text/html; charset=utf-8"),
        ("/both", "the file", "text/html; charset=utf-8"),
        ("/both/", "the folder", "text/html; charset=utf-8"),
        ("/sub/", "below", "text/html; charset=utf-8"),
        ("/assets/app.js", "let a = 1", "text/javascript; charset=utf-8"),
        ("/app.wasm", "wasm", "application/wasm"),
        ("/site.webmanifest", "{}", "application/manifest+json"),
        ("/with%20space.txt", "spaced", "text/plain; charset=utf-8"),
        ("//assets/../assets/./app.js", "let a = 1", "text/javascript; charset=utf-8"),
        ("/.well-known/security.txt", "Contact: x", "text/plain; charset=utf-8"),
    ],
)
async def test_a_release_is_served_with_clean_urls(static: Site, path: str, text: str, kind: str) -> None:
    answer = await static.ask(path)

    assert (answer.status, answer.body.decode()) == (200, text)
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/.git/config",
        "/.git",
        "/.git/",
        "/%2egit/config",
        "/sub/.htpasswd",
        "/.well-known/.hidden",
        "/zipp.toml",
        "/nothing",
        "/nothing/",
        "/empty/",
        "/.zipp/upstream",
        "/.zipp/unknown/index.html",
        "/../routes/",
        "/..%2f..%2fnginx/nginx.conf",
        "/index.html/",
        "/about.html/x",
    ],
)
async def test_what_is_hidden_or_absent_is_a_plain_404(static: Site, path: str) -> None:
    answer = await static.ask(path)

    assert answer.status in {400, 404}  # 400: nginx itself refuses to climb above the root
    assert b"secret" not in answer.body.lower()
    if answer.status == 404:
        assert b"This page does not exist" in answer.body


async def test_a_folder_is_led_to_its_slash_at_the_visitors_own_port(static: Site) -> None:
    answer = await static.ask("/sub?x=1")

    assert answer.status == 301
    assert answer.headers["Location"] == "/sub/?x=1"


async def test_a_redirect_cannot_be_made_to_split_the_answer(site: Site) -> None:
    await site.nginx.switch(HOST, site.release("odd", {"a\r\nSet-Cookie: x=1/index.html": "odd"}))

    answer = await site.ask("/a%0d%0aSet-Cookie:%20x=1")

    assert answer.status == 301
    assert "Set-Cookie" not in answer.headers


async def test_a_release_brings_its_own_404_page(site: Site) -> None:
    await site.nginx.switch(HOST, site.release("own", {"index.html": "home", "404.html": "our own"}))

    answer = await site.ask("/nothing")

    assert (answer.status, answer.body) == (404, b"our own")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.fixture
async def routed(site: Site) -> Site:
    """A built application whose routes are the client's."""
    files = {
        "index.html": "home",
        "about.html": "about us",
        "404.html": "our own",
        "assets/app.js": "let a = 1",
        "sub/index.html": "below",
        ".well-known/security.txt": "Contact: x",
        ".zipp-fallback.html": "the application",
    }
    await site.nginx.switch(HOST, site.release("routed", files))
    return site


@pytest.mark.parametrize(
    "path",
    ["/users/42", "/users/", "/deep/er/still?tab=1", "/assets/", "/sub/none", "/docs/v1.2", "/caf%C3%A9", "/a/b/"],
)
async def test_an_address_of_a_client_side_route_gets_the_applications_page(routed: Site, path: str) -> None:
    answer = await routed.ask(path)

    assert (answer.status, answer.body) == (200, b"the application")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "text"), [("/", b"home"), ("/about", b"about us"), ("/assets/app.js", b"let a = 1"), ("/sub/", b"below")]
)
async def test_what_is_there_comes_before_the_applications_page(routed: Site, path: str, text: bytes) -> None:
    answer = await routed.ask(path)

    assert (answer.status, answer.body) == (200, text)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/favicon.ico",
        "/sub/gone.webmanifest",
        "/.well-known/acme-challenge/token",
        "/.well-known/",
        "/.zipp-fallback.html",
        "/.git/config",
        "/.env",
        "/zipp.toml",
    ],
)
async def test_a_missing_asset_and_what_is_hidden_stay_missing_beside_the_applications_page(
    routed: Site, path: str
) -> None:
    answer = await routed.ask(path)

    assert (answer.status, answer.body) == (404, b"our own")


async def test_the_applications_page_can_only_be_read(routed: Site) -> None:
    assert (await routed.ask("/users/42", method="POST", body=b"x")).status == 405


async def test_a_probe_of_a_client_side_route_is_answered(routed: Site) -> None:
    target = (await routed.nginx.routes())[HOST]

    assert await routed.nginx.probe(target, host=HOST, path="/users/42") == 200
    assert await routed.nginx.probe(target, host=HOST, path="/gone.js") == 404


async def test_files_are_asked_for_again_but_those_with_their_content_in_the_name(static: Site) -> None:
    caching = {path: (await static.ask(path)).headers["Cache-Control"] for path in ("/", "/assets/app.js", "/sub")}
    hashed = await static.ask("/_next/static/chunk-1a2b.js")
    absent = await static.ask("/_next/static/gone.js")

    assert set(caching.values()) == {"no-cache"}
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in absent.headers["Cache-Control"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/about", "/nothing"])
async def test_files_can_only_be_read(static: Site, method: str, path: str) -> None:
    answer = await static.ask(path, method=method, body=b"x")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


async def test_head_has_no_body_and_text_is_compressed(static: Site) -> None:
    head = await static.ask("/big.css", method="HEAD")
    small = await static.ask("/big.css", {"Accept-Encoding": "gzip"})

    assert (head.status, head.headers["Content-Length"], head.body) == (200, "12000", b"")
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.body) < 1200


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
async def test_after_a_switch_a_cached_copy_of_the_old_version_is_not_confirmed(site: Site, validator: str) -> None:
    """Same length, and mtimes that differ by the second: what nginx's ETag and the pipeline's releases rely on."""
    await site.nginx.switch(HOST, site.release("one", {"index.html": "version 1"}, mtime=1_700_000_000))
    asking = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    condition = {asking: (await site.ask()).headers[validator]}
    unchanged = await site.ask("/", condition)

    await site.nginx.switch(HOST, site.release("two", {"index.html": "version 2"}, mtime=1_700_000_001))
    changed = await site.ask("/", condition)

    assert unchanged.status == 304
    assert (changed.status, changed.body) == (200, b"version 2")


async def test_a_route_whose_release_was_deleted_shows_a_page_instead_of_an_error(site: Site) -> None:
    await site.nginx.switch(HOST, Release(site.settings.data_dir / "releases" / "gone"))

    answer = await site.ask()

    assert answer.status == 404
    assert b"There is no site here" in answer.body
