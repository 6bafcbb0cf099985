"""A Git URL becomes a live website: from a real Git server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gitserver import GitServer
from live import LivePlatform, running_platform


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    server = GitServer(tmp_path_factory.mktemp("git"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def platform(git: GitServer) -> Iterator[LivePlatform]:
    yield from running_platform(ZIPP_GIT_ALLOWED_HOSTS=f"127.0.0.1:{git.port}")


def test_git_url_goes_live_with_its_commit_recorded(platform: LivePlatform, git: GitServer) -> None:
    commit = git.create_repo("pages", {"index.html": "from git", "docs/index.html": "docs from git"})
    answer = platform.api.post("/api/deployments/git", json={"url": git.url_for("pages")})
    assert answer.status_code == 202, answer.text
    deployment = platform.ended(answer.json()["id"])
    assert deployment["status"] == "RUNNING", deployment["error"]
    assert deployment["site"] == "pages"
    assert deployment["source"]["commit"] == commit
    assert platform.visit("pages").text == "from git"


def test_subdirectory_of_a_repository_is_the_project(platform: LivePlatform, git: GitServer) -> None:
    git.create_repo("mono", {"README.md": "x", "apps/web/index.html": "the web app"})
    body = {"url": git.url_for("mono"), "subdirectory": "apps/web", "site": "mono-web"}
    answer = platform.api.post("/api/deployments/git", json=body)
    deployment = platform.ended(answer.json()["id"])
    assert deployment["status"] == "RUNNING", deployment["error"]
    assert platform.visit("mono-web").text == "the web app"


def test_a_subdirectory_of_a_workspace_is_built_with_its_neighbours(platform: LivePlatform, git: GitServer) -> None:
    server = "require('http').createServer((q, r) => r.end(require('words').hello)).listen(process.env.PORT)"
    git.create_repo(
        "workspace",
        {
            "package.json": '{"private": true, "workspaces": ["apps/*", "packages/*"]}',
            "packages/words/package.json": '{"name": "words", "version": "1.0.0"}',
            "packages/words/index.js": "exports.hello = 'said by a neighbour'",
            "apps/api/package.json": '{"name": "api", "scripts": {"start": "node server.js"}, '
            '"dependencies": {"words": "*"}}',
            "apps/api/server.js": server,
            "apps/web/package.json": '{"name": "web"}',
        },
    )
    body = {"url": git.url_for("workspace"), "subdirectory": "apps/api", "site": "workspace-api"}
    answer = platform.api.post("/api/deployments/git", json=body)
    deployment = platform.ended(answer.json()["id"])
    assert deployment["status"] == "RUNNING", deployment["error"]
    assert "apps/api/ of this workspace" in deployment["plan"]["summary"]
    assert platform.visit("workspace-api").text == "said by a neighbour"


def test_missing_repository_fails_in_cloning_with_a_hint(platform: LivePlatform, git: GitServer) -> None:
    answer = platform.api.post("/api/deployments/git", json={"url": git.url_for("nowhere"), "site": "nowhere"})
    assert answer.status_code == 202, answer.text
    deployment = platform.ended(answer.json()["id"])
    assert deployment["status"] == "FAILED"
    assert deployment["error"]["stage"] == "fetch"
    assert deployment["error"]["code"] in {"git_not_found", "git_auth_required"}
    assert deployment["error"]["hint"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9/x.git",
        "https://localhost/x.git",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/x.git",
        "file:///etc",
        "ext::sh -c touch% /tmp/owned",
        "--upload-pack=touch /tmp/owned",
        "https://user:secret@example.com/x.git",
        "git@example.com:me/site.git",
    ],
)
def test_git_url_that_must_not_be_fetched_is_refused_at_once(platform: LivePlatform, url: str) -> None:
    answer = platform.api.post("/api/deployments/git", json={"url": url, "site": "refused"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"].startswith("git_")
    assert answer.json()["hint"]
    assert "secret" not in answer.text
    assert platform.api.get("/api/sites/refused").status_code == 404
    assert not Path("/tmp/owned").exists()
