"""The API's reference, and what stands in the dashboard's place: they work without any other host, under a strict
policy."""

from __future__ import annotations

import re

import httpx
import pytest

from zipp.api.routes.pages import PAGES, STATIC


@pytest.mark.parametrize(("path", "status"), [("/", 503), ("/api/docs", 200)])
async def test_a_page_loads_only_files_that_are_served(anonymous: httpx.AsyncClient, path: str, status: int) -> None:
    page = await anonymous.get(path)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script>|<style|\son\w+=|style=", page.text)
    for reference in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        if reference not in ("data:,", "/api/health"):  # which is down here
            assert reference.startswith("/")
            assert (await anonymous.get(reference)).status_code == 200, reference
    assert (await anonymous.head(path)).status_code == status


def test_no_file_names_another_host() -> None:
    for file in [*PAGES.glob("*.html"), *STATIC.iterdir()]:
        assert "//" not in re.sub(r"^\s*// .*$", "", file.read_text(), flags=re.MULTILINE), file


async def test_the_description_is_served_to_anybody(anonymous: httpx.AsyncClient) -> None:
    document = (await anonymous.get("/api/openapi.json")).json()
    assert {"/api/deployments/zip", "/api/sites", "/api/health"} <= document["paths"].keys()


async def test_files_outside_are_not_served(anonymous: httpx.AsyncClient) -> None:
    for path in ("../unbuilt.html", "%2e%2e/unbuilt.html", "..%2f..%2fapp.py", ""):
        assert (await anonymous.get(f"/api/docs/{path}")).status_code == 404, path
