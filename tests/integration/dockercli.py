"""The engine by its own command line: what a test looks at must not come from the code that it tests."""

from __future__ import annotations

import subprocess


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()
