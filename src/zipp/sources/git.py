"""A Git URL -> a safe tree on the disk: shallow, without hooks, submodules, filters or history.

    check the words -> resolve and check the host -> fetch one commit -> look at its tree -> check it out -> check links

The tree is judged from its listing before any file of it is written; a repository of kilobytes can promise billions of
files. Large files kept elsewhere (Git LFS) stay the pointers that they are.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

from zipp.domain.deployment import GitSource
from zipp.domain.errors import InvalidSource, SourceError
from zipp.settings import Settings
from zipp.sources import staging
from zipp.sources.git_failures import explained, failure
from zipp.sources.git_hosts import resolve_allowed
from zipp.sources.git_options import configuration, environment, ssh_command
from zipp.sources.git_process import Git, GitFailed
from zipp.sources.git_url import GitUrl, check_ref, check_subdirectory, check_token, check_url
from zipp.sources.limits import SourceLimits, size_text
from zipp.sources.links import escaping_link
from zipp.sources.paths import PathRefused, checked_parts, shown
from zipp.sources.threads import in_thread

__all__ = [
    "GitUrl",
    "check",
    "check_ref",
    "check_subdirectory",
    "check_token",
    "check_url",
    "clone",
    "resolve_allowed",
    "subdirectory",
]

Write = Callable[[str], Awaitable[None]]

_OLDEST_GIT = (2, 37)  # the first with http.curloptResolve: without it the host's address can't be held
_LOGGED_LINES = 20


async def check(source: GitSource, settings: Settings, *, token: str | None = None) -> None:
    """Refuse at the request what can be refused by then. Raises InvalidSource."""
    url = check_url(source.url, settings)
    check_ref(source.ref)
    check_subdirectory(source.subdirectory)
    check_token(token)
    await resolve_allowed(url, settings)


async def clone(
    source: GitSource, into: Path, *, settings: Settings, limits: SourceLimits, token: str | None = None, write: Write
) -> str:
    """Put the source's files at `into` and return their commit; on any error, or when cancelled, nothing is there.

    `into` appears whole by a rename. Everything is checked again, however long ago the request was. Raises SourceError.
    """
    try:
        url = check_url(source.url, settings)
        ref = check_ref(source.ref)
        below = check_subdirectory(source.subdirectory)
        token = check_token(token)
        async with asyncio.timeout(settings.git_timeout_seconds):
            addresses = await resolve_allowed(url, settings)
            folder = await in_thread(partial(_begin, into))
            config = configuration(url, addresses, token)
            env = environment(config, folder / "home", ssh_command(url, addresses, settings))
            git = Git(folder, env, max_file_bytes=limits.max_bytes)
            commit = await _fill(git, url, ref, limits=limits, write=_discreet(write, token))
            subdirectory(folder / "tree", below)
            await in_thread(partial(staging.finish, folder / "tree", into))
            return commit
    except BaseException as error:
        await in_thread(partial(staging.abandon, into))
        told = _as_source_error(error)
        if told is None:
            raise
        raise told from error


def subdirectory(tree: Path, path: str | None) -> Path:
    """The folder of a cloned tree that is the project. Raises SourceError `subdirectory_missing`."""
    folder = tree / check_subdirectory(path)
    if not folder.is_dir():
        raise SourceError(
            f"The repository has no folder {shown(path or '.')}.",
            code="subdirectory_missing",
            hint="Check the subdirectory's spelling (case counts) at that branch, tag or commit.",
        )
    return folder


def _begin(into: Path) -> Path:
    folder = staging.begin(into)
    for name in ("home", "git", "tree"):
        (folder / name).mkdir()
    (folder / "tree").chmod(0o755)
    return folder


def _as_source_error(error: BaseException) -> SourceError | None:
    if isinstance(error, InvalidSource):
        return SourceError(error.message, code=error.code, hint=error.hint)
    if isinstance(error, GitFailed):
        return explained(error)
    if isinstance(error, TimeoutError):
        return failure("git_timeout")
    return None


async def _fill(git: Git, url: GitUrl, ref: str, *, limits: SourceLimits, write: Write) -> str:
    await _require_version(git)
    await write(f"Fetching {ref} of {url.url}")
    try:
        await git.run("init", "--quiet", "--template=")
        await _fetch(git, url, ref)
        commit = await git.run("rev-parse", "--verify", "FETCH_HEAD^{commit}")
        await _check_tree(git, commit, limits, write)
        await git.run("checkout", "--quiet", "--force", "--detach", commit)
    except GitFailed as failed:
        for line in failed.stderr.splitlines()[-_LOGGED_LINES:]:
            await write(f"git: {line}")
        if git.reached_file_limit():
            raise failure("git_too_large") from failed
        raise
    escaping = await in_thread(partial(escaping_link, git.folder / "tree"))
    if escaping is not None:
        raise SourceError(
            f"The link {shown(escaping)} leads out of the repository.",
            code="git_link_escapes",
            hint="Replace it by a copy, or let it lead to a file in the repository.",
        )
    return commit


async def _fetch(git: Git, url: GitUrl, ref: str) -> None:
    """Code hosts know a repository by its page's address too; some (GitLab) only by way of a redirect to '.git'."""
    try:
        await git.run("fetch", "--quiet", "--depth=1", "--no-tags", "--", url.url, ref)
    except GitFailed as failed:
        suffixed = url.with_suffix()
        if suffixed is None or explained(failed).code != "git_redirected":
            raise
        await git.run("fetch", "--quiet", "--depth=1", "--no-tags", "--", suffixed.url, ref)


async def _check_tree(git: Git, commit: str, limits: SourceLimits, write: Write) -> None:
    """Read the listing as it comes and stop at the first thing too many."""
    count = total = 0
    async with aclosing(git.records("ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit)) as records:
        async for record in records:
            described, _, raw_path = record.partition(b"\t")
            _, kind, _, size = described.split()
            path = _checked_path(raw_path, limits)
            count += 1
            total += int(size) if size.isdigit() else 0
            if count > limits.max_files:
                raise SourceError(
                    f"The repository has more than {limits.max_files} files and folders.",
                    code="git_too_many_files",
                    hint="Take out what is not needed, or raise ZIPP_SOURCE_MAX_FILES.",
                )
            if total > limits.max_bytes:
                raise failure("git_too_large")
            if kind == b"commit":
                await write(f"The submodule {shown(path)} is left out.")
    await write(f"{count} files and folders, {size_text(total)}")


def _checked_path(raw_path: bytes, limits: SourceLimits) -> str:
    path = raw_path.decode(errors="replace")
    try:
        if "\N{REPLACEMENT CHARACTER}" in path:
            raise PathRefused("name", "has a name that is not UTF-8")
        checked_parts(path, max_depth=limits.max_depth)
    except PathRefused as refusal:
        raise SourceError(
            f"The repository's entry {shown(path)} {refusal.why}.",
            code="git_depth" if refusal.kind == "depth" else "git_name",
            hint="Rename it, or take it out of the repository.",
        ) from None
    return path


async def _require_version(git: Git) -> None:
    try:
        found = re.search(r"(\d+)\.(\d+)", await git.run("version"))
    except (GitFailed, FileNotFoundError):
        found = None
    if found is None or (int(found[1]), int(found[2])) < _OLDEST_GIT:
        raise SourceError(
            "The platform has no git, or one before 2.37.",
            code="git_failed",
            hint="The operator has to install git 2.37 or later.",
        )


def _discreet(write: Write, token: str | None) -> Write:
    """Lines for the log: printable, and never with the token."""

    async def discreet(line: str) -> None:
        text = "".join(c for c in line if c.isprintable())
        await write(text.replace(token, "[hidden]") if token else text)

    return discreet
