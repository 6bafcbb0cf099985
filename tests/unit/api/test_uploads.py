"""Archives on their way in: raw and in a form; whatever is wrong leaves no file behind."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from zipp.api import uploads
from zipp.api.uploads import clean_name
from zipp.storage.storage import archive_key

ZIP = b"PK\x03\x04 not really, the pipeline would tell" * 1000
PATH = "/api/deployments/zip"
RAW = {"Content-Type": "application/zip"}


def leftovers(stand: Any) -> list[str]:
    incoming = stand.operations.incoming
    return [path.name for path in incoming.iterdir()] if incoming.is_dir() else []


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    named = "" if filename is None else f'; filename="{filename}"'
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


async def send_form(client: httpx.AsyncClient, *parts: bytes, end: bytes = b"--b--\r\n") -> httpx.Response:
    body = b"".join(parts) + end
    return await client.post(PATH, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})


async def stored(stand: Any) -> bytes:
    return bytes((await stand.storage.fetch(archive_key(hashlib.sha256(ZIP).hexdigest()))).read_bytes())


async def test_a_raw_archive(ada: httpx.AsyncClient, stand: Any) -> None:
    response = await ada.post(f"{PATH}?site=blog&filename=My%20Site.zip", content=ZIP, headers=RAW)
    assert response.status_code == 202, response.text
    digest = hashlib.sha256(ZIP).hexdigest()
    assert response.json()["source"] == {"kind": "zip", "filename": "My Site.zip", "size": len(ZIP), "sha256": digest}
    assert response.json()["site"] == "blog"
    assert await stored(stand) == ZIP
    assert leftovers(stand) == []


async def test_a_form_in_any_pieces(ada: httpx.AsyncClient, stand: Any) -> None:
    body = part("site", b"blog") + part("env", b'{"A": "b"}') + part("file", ZIP, "dir/site.zip") + b"--b--\r\n"
    for size in (1, 7, 4096, len(body)):

        async def pieces(size: int = size) -> AsyncIterator[bytes]:
            for start in range(0, len(body), size):
                yield body[start : start + size]

        response = await ada.post(PATH, content=pieces(), headers={"Content-Type": 'multipart/form-data; boundary="b"'})
        assert response.status_code == 202, response.text
        assert response.json()["source"]["filename"] == "site.zip"
        assert await stored(stand) == ZIP
    assert stand.operations.env["blog"] == {"A": "b"}
    assert leftovers(stand) == []


async def test_a_form_as_clients_send_it(ada: httpx.AsyncClient, stand: Any) -> None:
    response = await ada.post(PATH, files={"file": ("site.zip", ZIP, "application/zip")}, data={"site": "blog"})
    assert (response.status_code, response.json()["site"]) == (202, "blog")
    assert await stored(stand) == ZIP


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ([], "/file"),
        ([part("site", b"blog")], "/file"),
        ([part("file", b"", "a.zip")], "/file"),
        ([part("file", ZIP, "a.zip"), part("file", ZIP, "b.zip")], "/file"),
        ([part("file", ZIP, "a.zip"), part("more", b"x")], "/more"),
        ([part("site", b"-no-"), part("file", ZIP, "a.zip")], "/site"),
        ([part("file", ZIP, "a.zip"), part("site", b"x" * 5000)], "/site"),
        ([part("file", ZIP, "a.zip"), part("site", b"\xff")], "/site"),
        ([part("file", ZIP, "a.zip"), part("env", b"x")], "/env"),
        ([part("file", ZIP, "a.zip"), part("env", b"[" * 100_000)], "/env"),
        ([part("file", ZIP, "a.zip"), part("env", b'["A"]')], "/env"),
        ([part("file", ZIP, "a.zip"), part("env", b'{"A": 1}')], "/env"),
        ([part("file", ZIP, "a.zip"), part("env", b'{"PORT": "1"}')], "/env"),
        ([part("file", ZIP, "a.zip"), part("env", b'{"A": "' + b"x" * 2**20 + b'"}')], "/env"),
        ([b"--b\r\nno header\r\n\r\n"], ""),
        ([b"garbage"], ""),
    ],
)
async def test_a_bad_form_is_refused_and_leaves_nothing(
    ada: httpx.AsyncClient, stand: Any, parts: list[bytes], pointer: str
) -> None:
    response = await send_form(ada, *parts)
    assert response.status_code == 422, response.text
    assert response.json()["hint"]
    assert (response.json()["errors"] or [{"pointer": ""}])[0]["pointer"] == pointer
    assert leftovers(stand) == []


async def test_a_form_that_ends_too_early_is_refused(ada: httpx.AsyncClient, stand: Any) -> None:
    response = await send_form(ada, part("file", ZIP, "a.zip"), end=b"")
    assert response.status_code == 422
    assert leftovers(stand) == []


async def test_an_empty_body_is_refused(ada: httpx.AsyncClient, stand: Any) -> None:
    response = await ada.post(PATH, content=b"", headers=RAW)
    assert (response.status_code, response.json()["code"]) == (422, "upload_empty")
    assert leftovers(stand) == []


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "multipart/mixed; boundary=b", "garbage"])
async def test_another_content_type_is_refused(ada: httpx.AsyncClient, stand: Any, kind: str) -> None:
    response = await ada.post(PATH, content=ZIP, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["code"]) == (415, "media_type")
    assert leftovers(stand) == []


@pytest.mark.parametrize("kind", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 5000}"])
async def test_a_form_without_a_usable_boundary_is_refused(ada: httpx.AsyncClient, kind: str) -> None:
    assert (await ada.post(PATH, content=ZIP, headers={"Content-Type": kind})).status_code == 422


async def test_an_upload_needs_a_caller_before_it_is_read(anonymous: httpx.AsyncClient) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    assert (await anonymous.post(PATH, content=never(), headers=RAW)).status_code == 401


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("announced", [False, True])
async def test_more_than_allowed_is_refused(
    ada: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch, form: bool, announced: bool
) -> None:
    limit = 2_000_000
    object.__setattr__(stand, "settings", stand.settings.model_copy(update={"upload_max_bytes": limit}))
    read = 0
    content = b"x" * (4 * limit)
    body = part("file", content, "a.zip") + b"--b--\r\n" if form else content

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for start in range(0, len(body), 65536):
            read += 65536
            yield body[start : start + 65536]

    headers = {"Content-Type": "multipart/form-data; boundary=b" if form else "application/zip"}
    if announced:
        headers["Content-Length"] = str(len(body))
    response = await ada.post(PATH, content=pieces(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "upload_too_large")
    assert read == 0 if announced else read < limit + 200_000
    assert leftovers(stand) == []


async def test_a_client_that_falls_silent_is_given_up(
    ada: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "IDLE_SECONDS", 0.05)

    async def silent() -> AsyncIterator[bytes]:
        yield ZIP
        await asyncio.Event().wait()

    response = await ada.post(PATH, content=silent(), headers=RAW)
    assert (response.status_code, response.json()["code"]) == (408, "timeout")
    assert leftovers(stand) == []


async def test_a_failure_of_the_pipeline_leaves_nothing(
    ada: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stand.operations, "deploy_zip", broken)
    response = await ada.post(PATH, content=ZIP, headers=RAW)
    assert (response.status_code, response.json()["code"]) == (503, "disk_full")
    assert leftovers(stand) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("site.zip", "site.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\site.zip", "site.zip"),
        ("a\0b\r\nc.zip", "abc.zip"),
        ("", "upload.zip"),
        ("dir/", "upload.zip"),
        ("x" * 300 + ".zip", "x" * 251 + ".zip"),
        ("Müller ☃.zip", "Müller ☃.zip"),
    ],
)
def test_a_file_name_is_only_its_last_part(given: str, expected: str) -> None:
    assert clean_name(given) == expected
