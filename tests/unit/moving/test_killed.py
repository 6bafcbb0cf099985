"""kill -9 in the middle: each run goes on where the last was cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from filled import contents

from zipp.moving.origin import Home

OpenHome = Callable[[str], Awaitable[Home]]
TESTS = Path(__file__).parents[2]
MOST_RUNS = 12


@pytest.mark.parametrize(("writes", "when"), [(13, "before"), (11, "after")])
async def test_killed_again_and_again_it_ends_with_the_same(
    open_home: OpenHome, source: Home, tmp_path: Path, writes: int, when: str
) -> None:
    arguments = [str(tmp_path / "source"), str(tmp_path / "target"), str(writes), when]
    codes = []
    for _ in range(MOST_RUNS):
        codes.append(_run(*arguments))
        if codes[-1] != -signal.SIGKILL:
            break
    assert codes[-1] == 0
    assert len(codes) > 2  # it was killed at several places
    assert await contents(await open_home("target")) == await contents(source)
    assert not (tmp_path / "target" / "moving").exists()


def _run(*arguments: str) -> int:
    program = [sys.executable, str(TESTS / "killedmove.py"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode
