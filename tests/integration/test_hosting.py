"""What `make firebase` writes, carried out by Firebase's own interpreter of firebase.json, held against what the
platform itself answers at the same addresses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from apistand import app_of, client_of, make_stand
from emulation.programs import HERE, node
from hosting import BUILT, configuration
from hostingstand import hosting

from zipp.api.dashboard import FIREBASE_SIGN_IN

COMPARED = (
    "cache-control",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
)
DEPLOYMENT = "0198c0de-dead-7000-8000-00000000beef"
MANIFEST = json.loads((BUILT / "manifest.json").read_bytes()) if BUILT.is_dir() else {"files": {}, "dynamic": []}
ADDRESSES = sorted(MANIFEST["files"])


def named(address: str) -> str:
    """The address as a visitor has it: with a name where the file has its placeholder."""
    return address.replace("/sites/_", "/sites/my-blog").replace("/deployments/_", f"/deployments/{DEPLOYMENT}")


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    assert ADDRESSES, "the dashboard is not built: make web"
    with (
        hosting(tmp_path_factory.mktemp("hosting") / "site", "http://127.0.0.1:1") as url,
        httpx.Client(base_url=url, headers={"Accept-Encoding": "identity"}) as client,
    ):
        yield client


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_of(make_stand(tmp_path, web_dir=BUILT))) as client:
        yield client


def policy_of(answer: httpx.Response) -> dict[str, set[str]]:
    directives = (directive.split() for directive in answer.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


async def test_every_address_answers_as_the_platform_does(hosted: httpx.Client, platform: httpx.AsyncClient) -> None:
    for address in ADDRESSES:
        path = named(address)
        theirs, ours = hosted.get(path), await platform.get(path)
        assert (theirs.status_code, ours.status_code) == (200, 200), path
        assert theirs.content == ours.content, path
        assert (
            theirs.headers["content-type"].split(";")[0].replace("application/java", "text/java")
            == (ours.headers["content-type"].split(";")[0])
        ), path
        for name in COMPARED:
            assert theirs.headers.get(name) == ours.headers.get(name), f"{name} of {path}"


async def test_each_page_has_the_platforms_policy_and_may_ask_firebase_auth(
    hosted: httpx.Client, platform: httpx.AsyncClient
) -> None:
    pages = [address for address, entry in MANIFEST["files"].items() if "scripts" in entry]
    for path in map(named, pages):
        theirs, ours = policy_of(hosted.get(path)), policy_of(await platform.get(path))
        assert theirs.pop("script-src") >= ours.pop("script-src"), path
        assert theirs.pop("style-src") >= ours.pop("style-src"), path
        assert theirs.pop("connect-src") - ours.pop("connect-src") == {FIREBASE_SIGN_IN}, path
        assert theirs == ours, path


def test_no_page_may_run_scripts_that_the_build_did_not_write(hosted: httpx.Client) -> None:
    known = {f"'{script}'" for entry in MANIFEST["files"].values() for script in entry.get("scripts", ())}
    known |= {f"'{script}'" for script in MANIFEST["notFound"]["scripts"]}
    assert policy_of(hosted.get("/login"))["script-src"] == {"'self'", *known}


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/sites", "/sites/a/b/c", "/sites/no.name", "/sites/a%2Fb", f"/sites/{'a' * 101}", "/.firebaserc"],
)
async def test_what_is_nowhere_is_the_dashboards_404(
    path: str, hosted: httpx.Client, platform: httpx.AsyncClient
) -> None:
    theirs, ours = hosted.get(path), await platform.get(path)
    assert (theirs.status_code, ours.status_code) == (404, 404)
    assert theirs.content == ours.content
    assert policy_of(theirs)["script-src"] >= policy_of(ours)["script-src"]


def test_what_the_build_keeps_for_the_platform_is_not_deployed(hosted: httpx.Client) -> None:
    for path in ("/manifest.json", "/index.html.br", "/deploy.html.gz", "/.zipp-stamp", "/firebase.json"):
        assert hosted.get(path).status_code == 404, path


def test_a_page_has_one_address(hosted: httpx.Client) -> None:
    for path in ("/login/", "/login.html"):
        answer = hosted.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, "/login")


def test_firebases_own_schema_knows_every_key_of_it(tmp_path: Path) -> None:
    """A key that is misspelt would be passed over in silence, by Firebase too."""
    (tmp_path / "firebase.json").write_text(json.dumps(configuration(MANIFEST)))
    validate = """
        const Ajv = require("ajv");
        const check = new Ajv({ strict: false }).compile(require("firebase-tools/schema/firebase-config.json"));
        if (!check(require(process.argv[1]))) { console.log(JSON.stringify(check.errors)); process.exit(1); }
    """
    answer = subprocess.run(
        [node(), "-e", validate, str(tmp_path / "firebase.json")], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_api_is_cloud_runs_in_the_region_that_was_chosen() -> None:
    rewrites = configuration(MANIFEST, "europe-west1")["hosting"]["rewrites"]
    assert rewrites[0] == {"source": "/api/**", "run": {"serviceId": "zipp-api", "region": "europe-west1"}}
    assert all(
        rewrite["destination"] in {f"/{each['file']}" for each in MANIFEST["files"].values()}
        for rewrite in rewrites[1:]
    )
