"""The browser of the person at this terminal, where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping


def can_open(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a page that opens here is seen by who typed the command. BROWSER says so, also over ssh: editors set it
    to a program that opens the page where the person sits."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    if environment.get("BROWSER"):
        return True
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    has_screen = bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    return has_screen or sys.platform in ("darwin", "win32")


def open_in_background(url: str) -> None:
    """Never waits for the browser, lets it print nothing here, and leaves it be when this program is interrupted."""
    subprocess.Popen(
        [sys.executable, "-m", "webbrowser", url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
