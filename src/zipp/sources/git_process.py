"""Running git: bounded in memory, output and file size, and ended together with everything that it started."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio import StreamReader, Task
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_KEPT_OUTPUT = 32 * 1024
_MAX_RECORD = 64 * 1024
_READ = 64 * 1024
_MEMORY_BYTES = 1024**3  # a pack of deltas can promise gigabytes in kilobytes

# A constant: what varies comes as arguments. Limits hold from the first moment for all that git starts; nginx's
# workers must be able to read what it writes. (uvloop takes no umask, and code between fork and exec is not safe in a
# process with threads.) POSIX counts -d in KiB and -f in 512 bytes.
_LIMITED = 'umask 022; ulimit -c 0; ulimit -d "$1"; ulimit -f "$2"; shift 2; exec git "$@"'


class GitFailed(Exception):
    """`stderr` is the end of what git said, in the C locale; `exit_code` is negative for a signal."""

    def __init__(self, exit_code: int, stderr: str) -> None:
        super().__init__(f"git ended with {exit_code}")
        self.exit_code = exit_code
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class Git:
    """git for one repository: its data in `folder`/git, its files in `folder`/tree."""

    folder: Path
    environment: Mapping[str, str]
    max_file_bytes: int

    async def run(self, *arguments: str) -> str:
        """Its output, stripped. Raises GitFailed."""
        async with self._running(*arguments) as (process, errors):
            output = await _tail(cast(StreamReader, process.stdout))
            await _succeeded(process, errors)
        return output.strip()

    async def records(self, *arguments: str) -> AsyncGenerator[bytes, None]:
        """Its output as it comes, one NUL-terminated record at a time. Closing the iterator ends git.

        Raises GitFailed, also for a record of unreasonable length.
        """
        async with self._running(*arguments) as (process, errors):
            pending = b""
            while chunk := await cast(StreamReader, process.stdout).read(_READ):
                *records, pending = (pending + chunk).split(b"\0")
                for record in records:
                    yield record
                if len(pending) > _MAX_RECORD:
                    raise GitFailed(0, "record too long")
            await _succeeded(process, errors)

    def reached_file_limit(self) -> bool:
        """Whether a download was cut off at `max_file_bytes`: git itself only says that something went wrong."""
        packs = (self.folder / "git" / "objects" / "pack").glob("*")
        return any(pack.stat().st_size >= self.max_file_bytes for pack in packs)

    @asynccontextmanager
    async def _running(self, *arguments: str) -> AsyncIterator[tuple[Process, Task[str]]]:
        """The process, and what it says on its error stream; killed with its whole group unless it ends by itself."""
        process = await self._start(*arguments)
        errors = asyncio.create_task(_tail(cast(StreamReader, process.stderr)))
        try:
            yield process, errors
        except BaseException:
            _kill_group(process)
            raise
        finally:
            await asyncio.wait([asyncio.create_task(process.wait()), errors])

    async def _start(self, *arguments: str) -> Process:
        """Cancelled halfway, asyncio kills the first process only, and git's transports live on: so it is let start,
        then all of it is killed."""
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *("sh", "-c", _LIMITED, "sh", str(_MEMORY_BYTES // 1024), str(-(-self.max_file_bytes // 512))),
                f"--git-dir={self.folder / 'git'}",
                f"--work-tree={self.folder / 'tree'}",
                *arguments,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                env=dict(self.environment),
                cwd=self.folder / "tree",
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])
            if starting.exception() is None:
                _kill_group(starting.result())
                await starting.result().wait()
            raise


def _kill_group(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _succeeded(process: Process, errors: Task[str]) -> None:
    said = await errors
    exit_code = await process.wait()
    if exit_code:
        raise GitFailed(exit_code, said)


async def _tail(stream: asyncio.StreamReader) -> str:
    """Read to the end, keep the end."""
    kept = b""
    while chunk := await stream.read(_READ):
        kept = (kept + chunk)[-_KEPT_OUTPUT:]
    return kept.decode(errors="replace")
