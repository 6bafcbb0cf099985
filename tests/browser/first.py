"""A platform that nobody has set up yet."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from live import LivePlatform


def unclaimed_platform(**settings: str) -> Iterator[LivePlatform]:
    """For fixtures: not started yet, removed with all that it made."""
    platform = LivePlatform(**settings)
    for name in ("ZIPP_ADMIN_EMAIL", "ZIPP_ADMIN_PASSWORD"):
        del platform.env[name]
    yield platform
    subprocess.run([sys.executable, "-m", "zipp", "down"], env=platform.env, check=False, capture_output=True)
    platform.close()


def started(platform: LivePlatform, *options: str) -> str:
    """`zipp up`, as people type it; answers with the link for the first account."""
    up = [sys.executable, "-m", "zipp", "up", "--json", *options]
    done = subprocess.run(up, env=platform.env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["setup_url"])
