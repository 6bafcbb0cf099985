"""The platform's process on this machine: started in a session of its own, found again, ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zipp.domain.errors import Unavailable

if TYPE_CHECKING:
    from zipp.settings import Settings

READY_SECONDS = 120.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.05
LOG_MAX_BYTES = 10_000_000


def pid_file(settings: Settings) -> Path:
    return settings.data_dir / "zipp.pid"


def log_file(settings: Settings) -> Path:
    return settings.data_dir / "zipp.log"


def local_url(settings: Settings) -> str:
    """Where this machine itself reaches the platform, whatever its public address is."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{host}:{settings.port}"


@contextmanager
def own_pid_file(settings: Settings) -> Iterator[None]:
    """This process is the platform meanwhile."""
    file = pid_file(settings)
    file.write_text(f"{os.getpid()}\n")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def running_pid(settings: Settings) -> int | None:
    """The platform's process id. A pid file alone proves nothing: the number may be somebody else's by now."""
    with suppress(OSError, ValueError):
        pid = int(pid_file(settings).read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        names = [word.rsplit(b"/", 1)[-1] for word in words]
        if b"zipp" in names and b"serve" in names:
            return pid
    return None


def start_in_background(settings: Settings, is_ready: Callable[[], bool]) -> None:
    """Start `zipp serve` and wait until it is ready. Raises Unavailable `start_failed` with the end of its log."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
    log = log_file(settings)
    _rotate(log)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "zipp", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    if not _until(lambda: process.poll() is not None or is_ready(), READY_SECONDS) or process.poll() is not None:
        raise _not_started(log, process)


def stop_in_background(settings: Settings) -> bool:
    """End it and wait; False when none ran. Raises Unavailable `stop_failed`."""
    pid = running_pid(settings)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if not _until(lambda: running_pid(settings) is None, STOP_SECONDS):
        raise Unavailable(
            f"The platform (process {pid}) does not end.",
            code="stop_failed",
            hint=f"Its log is {log_file(settings)}. `kill -9 {pid}` is safe: the next start goes on from there.",
        )
    return True


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _not_started(log: Path, process: subprocess.Popen[bytes]) -> Unavailable:
    end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    how = f"ended with code {process.returncode}" if process.returncode is not None else "is not ready"
    return Unavailable(
        f"The platform {how} after its start. The end of {log}:\n{end}", code="start_failed", hint="Run `zipp doctor`."
    )


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        log.replace(log.with_suffix(".log.1"))
