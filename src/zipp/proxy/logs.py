"""nginx's logs, kept from filling the disk: one that has grown is set aside, and of those few are kept."""

from __future__ import annotations

from pathlib import Path

from zipp.settings import MIB

ACCESS_BYTES = 64 * MIB  # nearly 200,000 requests
ERROR_BYTES = 16 * MIB
KEPT = 3  # earlier ones of each; access.log.1 is the newest


def set_aside(log: Path, *, most_bytes: int) -> None:
    """Rename a log that has grown over `most_bytes`. Whoever writes to it goes on there until it is told to reopen."""
    try:
        if log.stat().st_size <= most_bytes:
            return
    except FileNotFoundError:
        return
    for number in range(KEPT - 1, 0, -1):
        if (earlier := _earlier(log, number)).exists():
            earlier.replace(_earlier(log, number + 1))
    log.replace(_earlier(log, 1))


def earlier_logs(log: Path) -> list[Path]:
    """Those that were set aside, newest first."""
    return [earlier for number in range(1, KEPT + 1) if (earlier := _earlier(log, number)).exists()]


def _earlier(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
