"""Clones from a real Git server on loopback: what arrives, what is refused, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop
from gitserver import Behaviour, Executable, GitServer, Link

from zipp.domain.deployment import GitSource
from zipp.domain.errors import SourceError
from zipp.settings import Settings
from zipp.sources import git
from zipp.sources.git_process import Git
from zipp.sources.limits import SourceLimits

LIMITS = SourceLimits(max_bytes=10_000_000, max_files=200, max_depth=10)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., GitServer]]:
    running: dict[bool, GitServer] = {}

    def server(*, tls: bool = False) -> GitServer:
        if tls not in running:
            running[tls] = GitServer(tmp_path_factory.mktemp("git"), tls=tls)
            running[tls].start()
        return running[tls]

    yield server
    for each in running.values():
        each.stop()


@pytest.fixture
def server(servers: Callable[..., GitServer]) -> Iterator[GitServer]:
    yield servers()
    servers().behaviour = Behaviour()
    servers().requests.clear()
    servers().asked.clear()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A repository of the test's own."""
    return "".join(c if c.isalnum() else "-" for c in request.node.name)[:80]


class Cloning:
    """`clone` with the settings of these tests; keeps the lines that it writes."""

    def __init__(self, work: Path, server: GitServer) -> None:
        self.into = work / "source"
        self.lines: list[str] = []
        self.settings = Settings(git_allowed_hosts=(f"127.0.0.1:{server.port}",), git_timeout_seconds=30)

    async def __call__(
        self, url: str, ref: str | None = None, *, subdirectory: str | None = None, token: str | None = None,
        limits: SourceLimits = LIMITS,
    ) -> str:  # fmt: skip
        source = GitSource(url=url, ref=ref, subdirectory=subdirectory)
        return await git.clone(source, self.into, settings=self.settings, limits=limits, token=token, write=self._write)

    async def refused(self, *arguments: str, token: str | None = None, **rest: object) -> SourceError:
        """The refusal, which must leave nothing behind."""
        with pytest.raises(SourceError) as caught:
            await self(*arguments, token=token, **rest)  # type: ignore[arg-type]
        assert list(self.into.parent.iterdir()) == []
        assert caught.value.hint
        return caught.value

    async def _write(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def clone(tmp_path: Path, server: GitServer) -> Cloning:
    work = tmp_path / "work"
    work.mkdir()
    return Cloning(work, server)


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


# --- what arrives ---------------------------------------------------------------------------------------------------


async def test_the_default_branch_is_cloned_and_its_commit_returned(
    clone: Cloning, server: GitServer, name: str
) -> None:
    commit = server.create_repo(
        name, {"index.html": "hello", "a/b.txt": "b", "run.sh": Executable("#!/bin/sh")}, branch="trunk"
    )
    old = os.umask(0o077)
    try:
        assert await clone(server.url_for(name)) == commit
    finally:
        os.umask(old)

    assert files_in(clone.into) == {"index.html", "a/b.txt", "run.sh"}
    assert (clone.into / "index.html").read_text() == "hello"
    modes = {path.name: path.stat().st_mode & 0o7777 for path in (clone.into, *clone.into.rglob("*"))}
    assert modes == {"source": 0o755, "index.html": 0o644, "a": 0o755, "b.txt": 0o644, "run.sh": 0o755}
    assert list(clone.into.parent.iterdir()) == [clone.into]
    assert any(server.url_for(name) in line for line in clone.lines)


async def test_a_branch_a_tag_and_a_commit_can_be_named(clone: Cloning, server: GitServer, name: str) -> None:
    first = server.create_repo(name, {"version": "1"})
    server.tag(name, "v1", first)
    second = server.commit(name, {"version": "2"})
    third = server.commit(name, {"version": "3"}, branch="feature/new")

    for ref, commit, version in [
        ("v1", first, "1"),
        ("refs/tags/v1", first, "1"),
        (first, first, "1"),
        ("main", second, "2"),
        (None, second, "2"),
        ("feature/new", third, "3"),
    ]:
        assert await clone(server.url_for(name), ref) == commit
        assert (clone.into / "version").read_text() == version


async def test_cloning_again_after_a_crash_starts_afresh(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"index.html": "new"})
    for left in (clone.into, clone.into.with_name("source.partial")):
        left.mkdir()
        (left / "of-a-crash").write_text("x")

    await clone(server.url_for(name))

    assert files_in(clone.into.parent) == {"source/index.html"}


async def test_links_that_stay_inside_are_kept(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"docs/a.md": "a", "README.md": Link("docs/a.md"), "docs/up": Link("../README.md")})

    await clone(server.url_for(name))

    assert (clone.into / "docs" / "up").read_text() == "a"


async def test_https_is_verified_against_the_platforms_certificates(
    tmp_path: Path, servers: Callable[..., GitServer], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers(tls=True)
    server.create_repo(name, {"index.html": "over TLS"})
    (tmp_path / "work").mkdir()
    clone = Cloning(tmp_path / "work", server)
    monkeypatch.delenv("GIT_SSL_CAINFO", raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert (await clone.refused(server.url_for(name))).code == "git_network"

    monkeypatch.setenv("GIT_SSL_CAINFO", str(server.ca_file))
    await clone(server.url_for(name))
    assert files_in(clone.into) == {"index.html"}


async def test_git_goes_to_the_address_that_was_checked_and_asks_nobody_again(
    clone: Cloning, server: GitServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the check can resolve code.example here: git gets there by the pinned address alone."""
    commit = server.create_repo(name, {"index.html": "pinned"})
    clone.settings = Settings(git_allowed_hosts=("code.example",))
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert await clone(f"http://code.example:{server.port}/{name}.git") == commit


async def test_a_private_repository_is_cloned_with_its_token(
    clone: Cloning, server: GitServer, name: str, tmp_path: Path
) -> None:
    server.create_repo(name, {"index.html": "secret page"})
    server.behaviour.token = "t0ken-value"

    assert (await clone.refused(server.url_for(name))).code == "git_auth_required"
    assert (await clone.refused(server.url_for(name), token="wrong")).code == "git_auth_required"
    await clone(server.url_for(name), token="t0ken-value")
    await clone(server.url_for(name), token="someone:t0ken-value")

    assert files_in(clone.into) == {"index.html"}
    assert "t0ken-value" not in "\n".join(clone.lines)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"t0ken-value" in path.read_bytes()]


async def test_an_address_that_leads_to_its_git_suffix_is_followed(
    clone: Cloning, server: GitServer, name: str
) -> None:
    commit = server.create_repo(name, {"index.html": "x"})
    server.behaviour.redirect_without_suffix = True

    assert await clone(f"{server.base}/{name}/") == commit


def test_a_clone_works_on_the_loop_of_production(clone: Cloning, server: GitServer, name: str) -> None:
    commit = server.create_repo(name, {"index.html": "x"})

    assert uvloop.run(clone(server.url_for(name))) == commit
    assert uvloop.run(clone.refused(server.url_for(name), "nope")).code == "git_ref_missing"


async def test_a_subdirectory_must_be_a_folder_of_the_tree(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"apps/web/index.html": "x", "file": "y"})

    await clone(server.url_for(name), subdirectory="apps/web")
    assert git.subdirectory(clone.into, "apps/web") == clone.into / "apps" / "web"
    (clone.into).rename(clone.into.parent.parent / "earlier")

    for missing in ("apps/Web", "file", "nowhere"):
        error = await clone.refused(server.url_for(name), subdirectory=missing)
        assert error.code == "subdirectory_missing"


# --- what never runs ------------------------------------------------------------------------------------------------


@pytest.fixture
def owned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that appears when git runs anything of the account's own: its templates' hooks, its filters."""
    owned = tmp_path / "owned"
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {owned}\n")
    (hooks / "post-checkout").chmod(0o755)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(f'[filter "x"]\n\tsmudge = touch {owned}; cat\n')
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(hooks.parent))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return owned


async def test_hooks_and_filters_are_not_run(clone: Cloning, server: GitServer, name: str, owned: Path) -> None:
    hook = Executable(f"#!/bin/sh\ntouch {owned}\n")
    server.create_repo(
        name, {"index.html": "x", ".gitattributes": "* filter=x\n", "post-checkout": hook, "hooks/post-checkout": hook}
    )

    await clone(server.url_for(name))

    assert (clone.into / "index.html").read_text() == "x"
    assert not owned.exists()


async def test_a_hostile_submodule_is_refused(clone: Cloning, server: GitServer, name: str, owned: Path) -> None:
    modules = f'[submodule "s"]\n\tpath = s\n\turl = -u./payload\n\tupdate = !touch {owned}\n'
    server.create_repo(name, {".gitmodules": modules})
    blob = server.blob(name, modules.encode())
    entries = [("100644", blob, ".gitmodules"), ("160000", "1" * 40, "s")]
    server.commit_tree(name, server.make_tree(name, entries))

    assert (await clone.refused(server.url_for(name))).code == "git_failed"
    assert not owned.exists()


async def test_an_honest_submodule_is_left_out_and_said_so(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"index.html": "x"})
    blob = server.blob(name, b"x")
    server.commit_tree(name, server.make_tree(name, [("100644", blob, "index.html"), ("160000", "1" * 40, "theme")]))

    await clone(server.url_for(name))

    assert files_in(clone.into) == {"index.html"}
    assert any("theme" in line for line in clone.lines)


# --- what is refused ------------------------------------------------------------------------------------------------


async def test_loopback_is_refused_unless_named(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"index.html": "x"})
    clone.settings = Settings()

    assert (await clone.refused(server.url_for(name))).code == "git_scheme_refused"
    assert (await clone.refused(f"https://127.0.0.1:{server.port}/{name}")).code == "git_host_refused"
    assert (await clone.refused(f"https://localhost:{server.port}/{name}")).code == "git_host_refused"
    assert server.requests == []


@pytest.mark.parametrize("ref", ["nope", "refs/heads/nope", "0" * 40, "1234567"])
async def test_a_missing_reference_is_told(clone: Cloning, server: GitServer, name: str, ref: str) -> None:
    server.create_repo(name, {"index.html": "x"})

    assert (await clone.refused(server.url_for(name), ref)).code == "git_ref_missing"
    assert any(line.startswith("git: ") for line in clone.lines)


async def test_a_repository_without_a_commit_is_told(clone: Cloning, server: GitServer, name: str) -> None:
    server.git(None, "init", "--quiet", "--bare", str(server.root / f"{name}.git"))

    assert (await clone.refused(server.url_for(name))).code == "git_ref_missing"


async def test_a_tag_that_is_no_commit_is_refused(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"index.html": "x"})
    server.tag(name, "odd", server.blob(name, b"just a file"))

    assert (await clone.refused(server.url_for(name), "odd")).code in {"git_ref_missing", "git_failed"}


async def test_a_missing_repository_is_told(clone: Cloning, server: GitServer) -> None:
    assert (await clone.refused(server.url_for("nowhere"))).code == "git_not_found"


async def test_a_redirect_is_not_followed(clone: Cloning, server: GitServer, servers: Callable[..., GitServer]) -> None:
    elsewhere = servers(tls=True)
    before = len(elsewhere.requests)
    server.behaviour.redirect_to = elsewhere.base

    assert (await clone.refused(server.url_for("x"))).code == "git_redirected"
    assert len(elsewhere.requests) == before


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Behaviour(status=403), "git_auth_required"),
        (Behaviour(status=404), "git_not_found"),
        (Behaviour(status=429), "git_network"),
        (Behaviour(status=502), "git_network"),
        (Behaviour(noise=b"<html>no git here</html>"), "git_failed"),
    ],
)
async def test_what_a_server_answers_is_understood(
    clone: Cloning, server: GitServer, behaviour: Behaviour, code: str
) -> None:
    server.behaviour = behaviour

    assert (await clone.refused(server.url_for("x"))).code == code


async def test_a_host_where_nobody_listens_is_told(clone: Cloning) -> None:
    clone.settings = Settings(git_allowed_hosts=("127.0.0.1",))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

        assert (await clone.refused(f"http://127.0.0.1:{port}/x.git")).code == "git_network"


@pytest.mark.parametrize("target", ["../outside", "/etc/passwd", "docs/../../outside"])
async def test_a_link_that_leaves_the_repository_is_refused(
    clone: Cloning, server: GitServer, name: str, target: str
) -> None:
    server.create_repo(name, {"docs/a": "a", "link": Link(target)})

    assert (await clone.refused(server.url_for(name))).code == "git_link_escapes"


async def test_a_bomb_of_trees_is_refused_before_it_is_written(clone: Cloning, server: GitServer, name: str) -> None:
    """Ten entries a level, each the same tree: 10^9 files in ten objects."""
    server.create_repo(name, {"index.html": "x"})
    tree = server.make_tree(name, [("100644", server.blob(name, b"boom"), f"f{n}") for n in range(10)])
    for _ in range(8):
        tree = server.make_tree(name, [("040000", tree, f"d{n}") for n in range(10)])
    server.commit_tree(name, tree)

    assert (await clone.refused(server.url_for(name))).code == "git_too_many_files"


async def test_a_bomb_of_one_large_file_is_refused_before_it_is_written(
    clone: Cloning, server: GitServer, name: str
) -> None:
    server.create_repo(name, {"index.html": "x"})
    blob = server.blob(name, b"\0" * 1_000_000)
    server.commit_tree(name, server.make_tree(name, [("100644", blob, f"f{n}") for n in range(11)]))

    assert (await clone.refused(server.url_for(name))).code == "git_too_large"
    assert (await clone(server.url_for(name), limits=SourceLimits(max_bytes=11_000_000))) != ""


async def test_a_download_above_the_limit_is_cut_off(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"random.bin": os.urandom(3_000_000)})

    error = await clone.refused(server.url_for(name), limits=SourceLimits(max_bytes=1_000_000))

    assert error.code == "git_too_large"
    assert any(line.startswith("git: ") for line in clone.lines)  # the fetch failed: it never came to the listing


async def test_a_tree_that_is_too_deep_is_refused(clone: Cloning, server: GitServer, name: str) -> None:
    server.create_repo(name, {"/".join(["d"] * 11) + "/file": "x"})

    assert (await clone.refused(server.url_for(name))).code == "git_depth"


@pytest.mark.parametrize("path", ["a\nb", "a\x1b[2Jb", "a\\b", "x" * 300])
async def test_a_name_that_no_disk_should_have_is_refused(
    clone: Cloning, server: GitServer, name: str, path: str
) -> None:
    server.create_repo(name, {"index.html": "x"})
    server.commit_tree(name, server.make_tree(name, [("100644", server.blob(name, b"x"), path)]))

    assert (await clone.refused(server.url_for(name))).code in {"git_name", "git_failed"}


@pytest.mark.parametrize("path", ["..", ".git", ".GIT"])
async def test_a_tree_that_git_itself_would_not_make_is_refused(
    clone: Cloning, server: GitServer, name: str, path: str
) -> None:
    server.create_repo(name, {"index.html": "x"})
    inner = server.make_tree(name, [("100644", server.blob(name, b"x"), "config")])
    server.commit_tree(name, server.make_tree(name, [("040000", inner, path)]))

    assert (await clone.refused(server.url_for(name))).code in {"git_failed", "git_name"}


# --- time and cancellation ------------------------------------------------------------------------------------------


def processes_of(folder: Path) -> list[int]:
    """Processes whose environment names the folder: git's HOME lies in it."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and str(folder).encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


async def gone(folder: Path) -> bool:
    """A killed process takes a moment to leave /proc."""
    for _ in range(200):
        if not processes_of(folder):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_server_that_stalls_is_given_up_with_everything_that_ran(clone: Cloning, server: GitServer) -> None:
    server.behaviour.stall = True
    clone.settings = clone.settings.model_copy(update={"git_timeout_seconds": 1})

    error = await clone.refused(server.url_for("x"))

    assert error.code == "git_timeout"
    assert server.asked.is_set()
    assert await gone(clone.into.parent)


async def test_a_cancelled_clone_leaves_no_process_and_no_file(clone: Cloning, server: GitServer) -> None:
    server.behaviour.stall = True
    task = asyncio.create_task(clone(server.url_for("x")))
    assert await asyncio.to_thread(server.asked.wait, 20)
    assert len(processes_of(clone.into.parent)) >= 2  # git and its transport

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert list(clone.into.parent.iterdir()) == []
    assert await gone(clone.into.parent)


async def test_a_clone_cancelled_while_git_is_being_started_leaves_no_process(tmp_path: Path) -> None:
    """The loop is held up between the start of the process and asyncio's knowing of it, as happens under load."""
    for folder in ("git", "tree"):
        (tmp_path / folder).mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    git_process = Git(tmp_path, env, max_file_bytes=10**9)
    task = asyncio.create_task(git_process.run("-c", "alias.x=!sleep 3600", "x"))
    while not processes_of(tmp_path):
        await asyncio.sleep(0)
    while not any(b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_of(tmp_path)):
        time.sleep(0.005)

    task.cancel()
    async with asyncio.timeout(20):
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await gone(tmp_path)


async def test_git_runs_with_limits_of_its_own(tmp_path: Path) -> None:
    for folder in ("git", "tree"):
        (tmp_path / folder).mkdir()
    git_process = Git(tmp_path, {"PATH": os.environ["PATH"]}, max_file_bytes=1_000_000)

    limits = await git_process.run("-c", "alias.x=!ulimit -d; ulimit -f; ulimit -c; umask", "x")

    assert limits.split() == [str(1024**2), "1954", "0", "0022"]


async def test_a_process_list_shows_no_token(clone: Cloning, server: GitServer) -> None:
    server.behaviour.stall = True
    task = asyncio.create_task(clone(server.url_for("x"), token="t0ken-value"))
    assert await asyncio.to_thread(server.asked.wait, 20)
    seen = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_of(clone.into.parent))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert b"fetch" in seen
    assert b"t0ken" not in seen
    authorization = server.requests[-1].headers["Authorization"].removeprefix("Basic ")
    assert authorization.encode() not in seen
