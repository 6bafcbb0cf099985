"""Browser -> Hosting -> the proxy's container -> the platform's API: what changes on the way, and what must not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from apistand import PASSWORD
from hostingstand import api, api_proxy, api_proxy_image, hosting, refused
from live import free_port, zipped

from zipp.images.recipes import DEBIAN

ADMIN = {"email": "admin@example.com", "password": PASSWORD}


@dataclass(frozen=True)
class Chain:
    """`url` is what people have in the address bar; `proxy` what Cloud Run would call."""

    url: str
    proxy: str


@pytest.fixture(scope="module")
def image(base: Callable[[str], str]) -> Iterator[str]:
    with api_proxy_image(base(DEBIAN)) as name:
        yield name


@pytest.fixture(scope="module")
def chain(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = tmp_path_factory.mktemp("chain")
    port = free_port()
    with (
        api(folder, f"http://127.0.0.1:{port}") as upstream,
        api_proxy(image, upstream) as proxy,
        hosting(folder / "site", proxy, port) as url,
    ):
        yield Chain(url, proxy)


@pytest.fixture
def page(chain: Chain) -> Iterator[httpx.Client]:
    """A page of an old browser, which tells where it is from by Origin alone; signed in."""
    with httpx.Client(base_url=chain.url, headers={"Origin": chain.url}, timeout=30) as client:
        answer = client.post("/api/auth/login", json=ADMIN)
        assert answer.status_code == 200, answer.text
        # By hand: it is for https alone, which Hosting speaks, and which is not spoken here.
        client.headers["Cookie"] = f"_ga=1; __session={answer.cookies['__session']}; theme=dark"
        yield client


def test_a_session_works_behind_hosting(page: httpx.Client) -> None:
    assert page.get("/api/auth/me").json()["email"] == ADMIN["email"]


def test_the_cookie_is_for_https_alone(chain: Chain) -> None:
    answer = httpx.post(f"{chain.url}/api/auth/login", json=ADMIN)
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_a_page_of_hosting_may_change_things_though_the_host_differs(page: httpx.Client) -> None:
    answer = page.post("/api/auth/tokens", json={"name": "ci"})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "http://zipp-api.run.example", "null"])
def test_another_sites_page_may_not(origin: str, page: httpx.Client) -> None:
    answer = page.post("/api/auth/tokens", json={"name": "theirs"}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


def test_other_cookies_and_forged_hosts_do_not_make_a_page_ours(page: httpx.Client) -> None:
    forged = {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", "Host": "evil.example"}
    assert page.post("/api/auth/tokens", json={"name": "theirs"}, headers=forged).status_code == 403


def test_events_arrive_one_by_one(page: httpx.Client) -> None:
    """The stream never ends, so that a proxy which collected it would let nothing through."""
    with page.stream("GET", "/api/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert next(stream.iter_lines()) is not None


def test_an_upload_beyond_nginxs_own_limits_arrives_whole(page: httpx.Client) -> None:
    content = zipped({"index.html": "hello", "large.bin": secrets.token_bytes(20_000_000)})
    answer = page.post(
        "/api/deployments/zip", params={"site": "large"}, content=content, headers={"Content-Type": "application/zip"}
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["source"]["size"] == len(content)


def test_the_platforms_headers_pass_unchanged(page: httpx.Client) -> None:
    answer = page.get("/api/auth/me")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_proxy_hands_on_nothing_but_the_api(chain: Chain) -> None:
    for path in ("/", "/login", "/metrics", "/api", "/apis/x", "/api/../login"):
        assert httpx.get(f"{chain.proxy}{path}").status_code == 404, path


@pytest.mark.parametrize("url", ["", "ftp://host", "http://host/path", "http://host;evil", "http://ho st"])
def test_an_address_that_can_not_be_used_is_told_at_the_start(url: str, image: str) -> None:
    assert "ZIPP_URL must be" in refused(image, url)
