"""The ways in: a folder, a Git URL; and what happens when a build fails, is reloaded, or is watched twice."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from gitserver import GitServer
from live import LivePlatform, running_platform, zipped
from playwright.sync_api import Browser, expect
from projects import as_folder, as_zip, building, page
from visitor import DEPLOY_MS, Visitor


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    server = GitServer(tmp_path_factory.mktemp("git"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def platform(git: GitServer) -> Iterator[LivePlatform]:
    yield from running_platform(ZIPP_GIT_ALLOWED_HOSTS=f"127.0.0.1:{git.port}")


def test_a_dropped_folder_goes_live_without_what_is_not_its_own(visitor: Visitor, tmp_path: Path) -> None:
    files = {**page("From a folder"), "css/a.css": "h1{}", "node_modules/x/index.js": "x", ".git/HEAD": "ref: x"}
    visitor.go("/deploy")
    visitor.drop(visitor.page.get_by_role("main"), [as_folder(tmp_path, "My Folder", files)])
    expect(visitor.page.get_by_label("Site name")).to_have_value("my-folder")
    expect(visitor.page.get_by_text("node_modules").first).to_be_visible()  # said to be left out
    visitor.button("Deploy").click()
    visitor.goes_live()
    assert "From a folder" in visitor.platform.visit("my-folder").text
    assert visitor.platform.visit("my-folder", "/css/a.css").status_code == 200
    assert visitor.platform.visit("my-folder", "/node_modules/x/index.js").status_code == 404


def test_a_git_url_goes_live(visitor: Visitor, git: GitServer) -> None:
    commit = git.create_repo("from-git", {"index.html": "<h1>From Git</h1>"})
    visitor.go("/deploy")
    visitor.from_git(git.url_for("from-git"))
    expect(visitor.page.get_by_label("Site name")).to_have_value("from-git")
    visitor.button("Deploy").click()
    visitor.goes_live()
    expect(visitor.page.get_by_role("main")).to_contain_text(commit[:7])
    assert "From Git" in visitor.platform.visit("from-git").text


def test_a_name_that_cannot_be_is_said_while_it_is_typed(visitor: Visitor) -> None:
    visitor.go("/deploy")
    visitor.from_git("https://example.com/a/shop.git")
    name = visitor.page.get_by_label("Site name")
    name.fill("-nothing-")
    expect(name).to_have_attribute("aria-invalid", "true")
    visitor.button("Deploy").click()
    expect(visitor.page).to_have_url(re.compile("/deploy$"))
    taken = visitor.platform.newcomer("taken@example.com")
    upload = visitor.platform.upload(zipped(page("theirs")), "taken-by-another", headers=taken)
    visitor.platform.ended(upload["id"])
    name.fill("taken-by-another")
    expect(visitor.page.get_by_role("main")).to_contain_text(re.compile("taken|belongs", re.I))
    visitor.button(re.compile("^Use taken-by-another-")).click()
    expect(name).to_have_value(re.compile("^taken-by-another-"))
    expect(visitor.page.get_by_role("main")).to_contain_text("This name is free.")


def test_a_name_that_is_taken_is_followed_by_one_that_is_free(visitor: Visitor, tmp_path: Path) -> None:
    others = visitor.platform.newcomer("first@example.com")
    visitor.platform.ended(visitor.platform.upload(zipped(page("theirs")), "popular", headers=others)["id"])
    visitor.go("/deploy")
    visitor.drop(visitor.page.get_by_role("main"), [as_zip(tmp_path, "popular", page("mine"))])
    expect(visitor.page.get_by_label("Site name")).to_have_value(re.compile("^popular-"))
    expect(visitor.page.get_by_role("main")).to_contain_text("“popular” is taken; this name is free.")


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(visitor: Visitor, tmp_path: Path) -> None:
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    visitor.go("/deploy")
    big = {**page("large"), "noise.bin": secrets.token_hex(2_000_000)}
    visitor.drop(visitor.page.get_by_role("main"), [as_zip(tmp_path, "large", big)])
    visitor.context.new_cdp_session(visitor.page).send("Network.emulateNetworkConditions", slow)
    visitor.button("Deploy").click()
    expect(visitor.page.get_by_role("progressbar")).to_be_visible()
    visitor.button("Cancel").click()
    expect(visitor.page.get_by_role("progressbar")).to_have_count(0)
    expect(visitor.page.get_by_label("Site name")).to_have_value("large")  # nothing typed is lost
    assert visitor.platform.api.get("/api/sites/large").status_code == 404


def test_the_address_is_copied_and_shown_as_a_code(visitor: Visitor) -> None:
    deployment = visitor.platform.deploy(zipped(page("to copy")), "copied")
    visitor.go(f"/deployments/{deployment['id']}")
    visitor.button("Copy address").click()
    assert visitor.page.evaluate("navigator.clipboard.readText()") == deployment["url"]
    visitor.button("QR").click()
    expect(visitor.page.get_by_role("dialog").locator("svg[role=img], svg[shape-rendering]").first).to_be_visible()


def test_a_failed_build_says_why_and_what_to_do(visitor: Visitor) -> None:
    files = {"package.json": '{"name": "x", "scripts": {"start": "node gone.js"}}'}
    deployment = visitor.platform.deploy(zipped(files), "broken", expect="FAILED")
    visitor.go(f"/deployments/{deployment['id']}")
    wrong = visitor.page.get_by_role("region", name="What went wrong")
    expect(wrong).to_contain_text(deployment["error"]["message"])
    expect(wrong).to_contain_text(deployment["error"]["hint"])
    assert visitor.button("Redeploy").is_enabled()


def test_a_build_is_watched_through_a_reload_and_by_two_tabs(visitor: Visitor) -> None:
    command = "for i in 1 2 3 4 5 6 7 8; do echo step $i; sleep 1; done; mkdir out; echo done-$RANDOM > out/index.html"
    started = visitor.platform.upload(zipped(building(command)), "slow")
    other = visitor.new_page()
    for tab in (visitor.page, other):
        tab.goto(f"/deployments/{started['id']}")
        expect(tab.get_by_role("log")).to_contain_text("step 1", timeout=DEPLOY_MS)
    visitor.page.reload()
    expect(visitor.page.get_by_role("log")).to_contain_text("step 1")
    for tab in (visitor.page, other):
        expect(tab.get_by_role("region", name="Address")).to_be_visible(timeout=DEPLOY_MS)
        expect(tab.get_by_role("log")).to_contain_text("step 8")
        assert tab.get_by_role("log").inner_text().count("step 8") == 1  # nothing twice, nothing lost


def test_a_build_is_cancelled(visitor: Visitor) -> None:
    started = visitor.platform.upload(zipped(building("sleep 100; mkdir out")), "endless")
    visitor.go(f"/deployments/{started['id']}")
    visitor.button("Cancel").click()
    visitor.confirm("Cancel deployment")
    expect(visitor.page.get_by_role("region", name="What went wrong")).to_contain_text("cancelled")
    assert visitor.platform.ended(started["id"])["error"]["code"] == "cancelled"


def test_hostile_text_stays_text(browser: Browser, visitor: Visitor) -> None:
    hostile = [
        "<img src=x onerror=document.title='owned'>",
        "<script>document.title='owned'</script>",
        "\\033]8;;javascript:document.title=1\\033\\\\link\\033]8;;\\033\\\\",
        "\\033[31mred\\033[0m \\033[2Jcleared",
        "before\\rafter",
        "\u202eevil\u202c",
        "x" * 20_000,
    ]
    script = "; ".join(f"printf '%b\\n' {_quoted(line)}" for line in hostile)
    files = {"say.sh": f"{script}\nmkdir -p out; echo ok > out/index.html\n", **building("sh say.sh")}
    deployment = visitor.platform.deploy(zipped(files), "hostile")
    visitor.go(f"/deployments/{deployment['id']}")
    log = visitor.page.get_by_role("log")
    expect(log).to_contain_text("<img src=x onerror=")
    expect(log).to_contain_text("<script>document.title=")
    expect(log).to_contain_text("red")
    assert visitor.page.locator("[role=log] img, [role=log] script, [role=log] a[href^='javascript']").count() == 0
    assert "owned" not in visitor.page.title()
    width = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], "a long line must not widen the page"


def test_a_hostile_file_name_stays_text(visitor: Visitor) -> None:
    name = "<img src=x onerror=document.title='owned'>.zip"
    answer = visitor.platform.api.post(
        "/api/deployments/zip",
        params={"site": "odd-name", "filename": name},
        content=zipped(page("odd")),
        headers={"Content-Type": "application/zip"},
    )
    visitor.platform.ended(answer.json()["id"])
    for path in ("/", "/sites/odd-name", f"/deployments/{answer.json()['id']}"):
        visitor.go(path)
        expect(visitor.page.get_by_role("main").get_by_text("onerror=").first).to_be_visible()
        assert visitor.page.locator("main img").count() == 0
        assert "owned" not in visitor.page.title()


def _quoted(text: str) -> str:
    return "'" + re.sub("'", "'\"'\"'", text) + "'"
