"""The nginx process that is ours; it outlives the platform.

Ours are the nginx processes whose working folder is our prefix: `_run` starts them there. Their title doesn't do: it
names the configuration of the master only, and is cut where the original command line ended.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.proxy.layout import Layout

_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/nginx/sbin"  # often not on an ordinary user's PATH
_MASTER, _WORKER = "nginx: master process", "nginx: worker process"
_POLL_SECONDS = 0.01
_RUN_SECONDS = 30
_QUIT_SECONDS = 10  # requests under way may end
_TERM_SECONDS = 5


class NginxProcess:
    def __init__(self, binary: str, at: Layout) -> None:
        self._binary = binary
        self._at = at

    async def test(self, conf: Path) -> None:
        """Raises Unavailable `proxy_config_invalid` with nginx's own words in the hint."""
        code, said = await self._run("-t", conf=conf)
        if code != 0:
            raise Unavailable(
                "nginx does not accept its new configuration; the one in force stays.",
                code="proxy_config_invalid",
                hint=f"nginx says: {said}. Look at the ZIPP_ settings that it names.",
            )

    async def launch(self) -> None:
        """Start it as a daemon in a session of its own, without any file of ours open."""
        code, said = await self._run(conf=self._at.conf)
        if code != 0:
            raise Unavailable("nginx does not start.", code="proxy_start_failed", hint=f"nginx says: {said}.")

    def reload(self) -> None:
        pid = self.master()
        if pid is not None:
            self._signal(pid, signal.SIGHUP)

    def reopen_logs(self) -> None:
        """No connection is touched."""
        pid = self.master()
        if pid is not None:
            self._signal(pid, signal.SIGUSR1)

    async def stop(self) -> None:
        """Gracefully at first. Idempotent. Raises Unavailable `proxy_stop_failed`.

        Waits for the process itself: its pid file goes first, and its sockets' files later.
        """
        pid = self.master()
        if pid is None:
            return
        for signum, seconds in ((signal.SIGQUIT, _QUIT_SECONDS), (signal.SIGTERM, _TERM_SECONDS)):
            self._signal(pid, signum)
            if await until(lambda: _has_ended(pid), seconds):
                return
        raise Unavailable("nginx does not end.", code="proxy_stop_failed", hint=f"End the process {pid} by hand.")

    def master(self) -> int | None:
        """Its process id. A pid file alone proves nothing: the number may be somebody else's by now."""
        with suppress(OSError, ValueError):
            pid = int(self._at.pid_file.read_text())
            return pid if self._is_ours(pid, _MASTER) else None
        return None

    def workers(self) -> set[int]:
        """Those that accept connections, not those that are shutting down."""
        running = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return {pid for pid in running if self._is_ours(pid, _WORKER)}

    async def end_orphans(self) -> None:
        """End workers whose master was killed: they serve on, but hold the port and listen to nobody."""
        orphans = self.workers()
        for pid in orphans:
            self._signal(pid, signal.SIGTERM)
        await until(lambda: all(map(_has_ended, orphans)), _TERM_SECONDS)

    async def _run(self, *options: str, conf: Path) -> tuple[int, str]:
        # "./" keeps the paths short that are looked up at every request: realpath(3) asks about each part of one.
        argv = (self._find(), "-p", "./", "-c", str(conf), *options)
        # A file, not a pipe: a daemon that kept a pipe's end would hang whoever reads it.
        with tempfile.TemporaryFile() as errors:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=errors,
                cwd=self._at.prefix,
                env={"PATH": os.defpath},  # nginx needs none, but writes its workers' titles over argv and environ
                start_new_session=True,
            )
            code = await asyncio.wait_for(process.wait(), _RUN_SECONDS)
            errors.seek(0)
            return code, self._complaints(errors.read(65536).decode(errors="replace"))

    def _find(self) -> str:
        found = shutil.which(self._binary) or shutil.which(self._binary, path=_SYSTEM_FOLDERS)
        if found is None:
            raise Unavailable(
                f"There is no program {self._binary!r}.",
                code="proxy_missing",
                hint="Install nginx (`apt-get install nginx-light`), or set ZIPP_NGINX_BINARY to its path.",
            )
        return found

    def _complaints(self, said: str) -> str:
        """nginx's errors without our paths."""
        lines = [line.removeprefix("nginx: ") for line in said.splitlines() if "[emerg]" in line]
        return "; ".join(lines or said.splitlines()[-1:]).replace(f"{self._at.prefix}/", "")[:500]

    def _is_ours(self, pid: int, title: str) -> bool:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            shutting_down = words.endswith("is shutting down")
            return (
                words.startswith(title) and not shutting_down and Path(f"/proc/{pid}/cwd").readlink() == self._at.prefix
            )
        return False

    @staticmethod
    def _signal(pid: int, signum: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signum)


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


def _has_ended(pid: int) -> bool:
    """With its files closed: a process loses its command line before that, and its entry after."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True
