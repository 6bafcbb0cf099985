"""The dashboard as it was built (make web): every page's own policy lets its scripts run."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from apistand import Stand, make_stand

OUT = Path(__file__).parents[3] / "web" / "out"
MANIFEST = OUT / "manifest.json"

# CI builds it first: there a missing build is a failure.
pytestmark = pytest.mark.skipif(
    not MANIFEST.exists() and not os.environ.get("CI"), reason="the dashboard is not built: make web"
)

PAGES = (
    "/", "/deploy", "/login", "/signup", "/setup", "/reset", "/cli", "/settings", "/settings/tokens",
    "/settings/members", "/settings/health", "/deployments/01980000-7000-7000-8000-000000000000", "/sites/blog",
    "/sites/blog/logs", "/sites/blog/environment", "/sites/blog/domains", "/sites/blog/settings",
)  # fmt: skip


class Inline(HTMLParser):
    """The text of inline scripts and styles, what the page loads, and the attributes that a strict policy forbids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.loaded: list[str] = []
        self.forbidden: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.forbidden += [name for name in given if name == "style" or name.startswith("on")]
        if source := given.get("src") or (given.get("href") if tag == "link" else None):
            self.loaded.append(source)
        elif tag in self.texts:
            self._inside = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside][-1] += data


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return make_stand(tmp_path, web_dir=OUT)


def directives(response: httpx.Response) -> dict[str, set[str]]:
    policy = response.headers["content-security-policy"]
    return {name: set(sources) for name, *sources in (each.split() for each in policy.split(";"))}


def hashed(texts: list[str]) -> set[str]:
    return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}


@pytest.mark.parametrize("path", [*PAGES, "/nothing/here"])
async def test_the_policy_of_a_page_names_its_inline_scripts_and_no_more(
    anonymous: httpx.AsyncClient, path: str
) -> None:
    response = await anonymous.get(path)
    assert response.status_code == (404 if path == "/nothing/here" else 200)
    page, policy = Inline(response.text), directives(response)
    assert page.texts["script"]
    assert policy["script-src"] == {"'self'"} | hashed(page.texts["script"])
    assert policy["style-src"] >= {"'self'"} | hashed(page.texts["style"])
    assert not [source for sources in policy.values() for source in sources if "unsafe" in source]
    assert page.forbidden == []


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_only_what_is_served_here(anonymous: httpx.AsyncClient, path: str) -> None:
    for address in Inline((await anonymous.get(path)).text).loaded:
        assert address.startswith("/"), address
        assert not address.startswith("//"), address
        assert (await anonymous.get(address)).status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
async def test_the_page_comes_with_what_next_asks_for_beside_it(anonymous: httpx.AsyncClient, path: str) -> None:
    """Without them each link would load a whole page anew."""
    beside = f"{path}index" if path == "/" else path
    for address in (f"{beside}.txt", f"{path.rstrip('/')}/__next._tree.txt"):
        response = await anonymous.get(address, headers={"RSC": "1"})
        assert (response.status_code, response.headers["content-type"]) == (200, "text/plain; charset=utf-8")


def test_no_page_loads_firebase_before_it_is_needed() -> None:
    """The platform's own accounts never need it."""
    chunks = {f"/{file.relative_to(OUT)}": file.read_text() for file in OUT.glob("_next/static/chunks/**/*.js")}
    firebase = {address for address, text in chunks.items() if "identitytoolkit.googleapis.com" in text}
    assert firebase
    for page in OUT.rglob("*.html"):
        assert not firebase & set(Inline(page.read_text()).loaded), page


def compressed_files() -> Iterator[dict[str, Any]]:
    manifest = json.loads(MANIFEST.read_bytes())
    return (entry for entry in manifest["files"].values() if entry["encodings"])


def test_compressed_files_hold_what_the_others_do_and_are_smaller() -> None:
    for entry in compressed_files():
        plain = (OUT / entry["file"]).read_bytes()
        packed = Path(f"{OUT / entry['file']}.gz").read_bytes()
        assert gzip.decompress(packed) == plain, entry["file"]
        assert 0 < Path(f"{OUT / entry['file']}.br").stat().st_size < len(packed) < len(plain), entry["file"]


def test_the_manifest_lists_every_file() -> None:
    manifest = json.loads(MANIFEST.read_bytes())
    listed = {entry["file"] for entry in manifest["files"].values()} | {"404.html", "_not-found.html", "manifest.json"}
    there = {file.relative_to(OUT).as_posix() for file in OUT.rglob("*") if file.is_file()}
    assert {name for name in there if not name.endswith((".br", ".gz")) and not name.startswith(".")} == listed
