"""Who was confirmed minutes ago, while Firebase can't be reached: they may look, and change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from apistand import Stand

from zipp.identity.identity import Principal


@pytest.fixture
def unreachable(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    known = stand.identity.authenticate

    async def authenticate(secret: str) -> Principal:
        return replace(await known(secret), confirmed=False)

    monkeypatch.setattr(stand.identity, "authenticate", authenticate)


@pytest.mark.usefixtures("unreachable")
async def test_reading_goes_on(ada: httpx.AsyncClient) -> None:
    for path in ("/api/auth/me", "/api/sites", "/api/deployments", "/api/auth/tokens"):
        assert (await ada.get(path)).status_code == 200


@pytest.mark.usefixtures("unreachable")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/auth/logout", None),
        ("PATCH", "/api/auth/me", {"name": "Ada"}),
        ("POST", "/api/auth/tokens", {"name": "ci"}),
        ("POST", "/api/auth/handover", {"challenge": "x" * 43}),
        ("POST", "/api/deployments/git", {"url": "https://git.example.com/x.git"}),
        ("DELETE", "/api/sites/blog", None),
        ("PUT", "/api/sites/blog/env", {}),
    ],
)
async def test_nothing_is_changed(ada: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    response = await ada.request(method, path, json=body)
    assert (response.status_code, response.json()["code"]) == (503, "identity_unreachable")


@pytest.mark.usefixtures("unreachable")
async def test_nothing_is_uploaded(ada: httpx.AsyncClient, stand: Stand) -> None:
    headers = {"Content-Type": "application/zip"}
    response = await ada.post("/api/deployments/zip?site=blog", content=b"PK", headers=headers)
    assert (response.status_code, response.json()["code"]) == (503, "identity_unreachable")
    assert await stand.records.get_site("blog") is None
