"""A deployment's uploaded archive, handed back to its owner: as it is, or by a link to the bucket."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from apistand import app_of, client_of, make_stand, signed_in
from buckets import bucket_storage, new_bucket

from zipp.domain.errors import Unavailable

ZIP = b"PK\x03\x04 not really, nothing opens it here" * 50_000
RAW = {"Content-Type": "application/zip"}
LINK = "https://storage.googleapis.com/b/archives/x.zip?X-Goog-Signature=abc"


async def deployed(client: httpx.AsyncClient) -> str:
    answer = await client.post("/api/deployments/zip?site=blog", content=ZIP, headers=RAW)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def test_archive_comes_back_byte_by_byte_under_its_sites_name(ada: httpx.AsyncClient) -> None:
    deployment_id = await deployed(ada)
    answer = await ada.get(f"/api/deployments/{deployment_id}/source")
    assert answer.status_code == 200
    assert answer.content == ZIP
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(ZIP))
    assert answer.headers["content-disposition"] == f'attachment; filename="blog-{deployment_id[-8:]}.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_head_tells_the_same_without_the_bytes(ada: httpx.AsyncClient) -> None:
    deployment_id = await deployed(ada)
    answer = await ada.head(f"/api/deployments/{deployment_id}/source")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(ZIP))
    assert "attachment" in answer.headers["content-disposition"]


async def test_large_archive_over_a_real_connection(live_ada: httpx.AsyncClient) -> None:
    deployment_id = await deployed(live_ada)
    digests = await asyncio.gather(*(_digest(live_ada, deployment_id) for _ in range(4)))
    assert set(digests) == {hashlib.sha256(ZIP).hexdigest()}


async def _digest(client: httpx.AsyncClient, deployment_id: str) -> str:
    digest = hashlib.sha256()
    async with client.stream("GET", f"/api/deployments/{deployment_id}/source") as answer:
        async for piece in answer.aiter_bytes():
            digest.update(piece)
    return digest.hexdigest()


async def test_git_deployment_has_none_and_says_what_to_do(ada: httpx.AsyncClient) -> None:
    made = await ada.post("/api/deployments/git", json={"url": "https://git.example.com/ada/blog.git"})
    answer = await ada.get(f"/api/deployments/{made.json()['id']}/source")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_archive")
    assert "Clone" in answer.json()["hint"]


async def test_archive_that_is_gone_is_told(ada: httpx.AsyncClient, stand: Any) -> None:
    deployment_id = await deployed(ada)
    for key in await stand.storage.list("archives/"):
        await stand.storage.delete(key)
    answer = await ada.get(f"/api/deployments/{deployment_id}/source")
    assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")


async def test_only_the_owner_and_admins_get_it(
    ada: httpx.AsyncClient, eve: httpx.AsyncClient, admin: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    path = f"/api/deployments/{await deployed(ada)}/source"
    absent = path.replace(path.split("/")[3], "nothing")
    for method in ("GET", "HEAD"):
        assert (await eve.request(method, path)).status_code == 404
        assert (await anonymous.request(method, path)).status_code == 401
        assert (await admin.request(method, path)).status_code == 200
    assert (await eve.get(path)).json() == (await eve.get(absent)).json()


async def test_link_is_followed_by_a_redirect_that_nobody_keeps(
    ada: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment_id = await deployed(ada)
    asked: list[tuple[str, str, int]] = []

    async def link(key: str, *, filename: str, seconds: int) -> str:
        asked.append((key, filename, seconds))
        return LINK

    monkeypatch.setattr(stand.storage, "link", link)
    answer = await ada.get(f"/api/deployments/{deployment_id}/source")
    assert (answer.status_code, answer.headers["location"]) == (307, LINK)
    assert answer.headers["cache-control"] == "no-store"
    key = f"archives/{hashlib.sha256(ZIP).hexdigest()}.zip"
    assert asked == [(key, f"blog-{deployment_id[-8:]}.zip", 300)]


async def test_archive_in_a_bucket_that_nobody_can_sign_for_is_sent_from_here(
    tmp_path: Path, bucket_emulator: str
) -> None:
    stand = make_stand(tmp_path)
    stand.storage = bucket_storage(tmp_path, bucket_emulator, new_bucket(bucket_emulator))  # type: ignore[assignment]
    async with client_of(app_of(stand)) as client:
        ada = signed_in(client, (await stand.member("ada@example.com")).secret)
        deployment_id = await deployed(ada)
        for copy in (tmp_path / "copies").glob("*.zip"):
            copy.unlink()
        answer = await ada.get(f"/api/deployments/{deployment_id}/source")
        assert (answer.status_code, answer.content) == (200, ZIP)
    await stand.storage.close()


async def test_log_as_text_that_cannot_be_had_is_an_error_and_no_half_answer(
    ada: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment_id = await deployed(ada)

    async def away(_: str) -> None:
        raise Unavailable("Firebase Storage does not answer.", code="storage_unreachable")

    monkeypatch.setattr(stand.logs, "bring_back", away)
    for form in ("text", "json"):
        answer = await ada.get(f"/api/deployments/{deployment_id}/logs?format={form}")
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unreachable")
