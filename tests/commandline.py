"""The command line as people and scripts use it: a process of its own against a real platform."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from live import LivePlatform


def _heed_ctrl_c() -> None:
    """Also where the tests were started in the background, which has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Zipp:
    """`zipp` with the platform's settings, somewhere without a terminal."""

    def __init__(self, platform: LivePlatform, home: Path) -> None:
        inherited = {name: value for name, value in platform.env.items() if name not in ("ZIPP_URL", "ZIPP_TOKEN")}
        self.env = {**inherited, "XDG_CONFIG_HOME": str(home)}

    def run(
        self, *arguments: str, expect: int = 0, cwd: Path | None = None, stdin: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            self.argv(*arguments),
            env={**self.env, **env},
            cwd=cwd,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            start_new_session=True,  # passwords would be asked for on the terminal that the tests may have
        )
        assert result.returncode == expect, f"exit code {result.returncode}\n{result.stdout}\n{result.stderr}"
        assert "Traceback" not in result.stderr
        return result

    def json(self, *arguments: str, **options: Any) -> Any:
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            self.argv(*arguments), env=self.env, text=True, start_new_session=True, preexec_fn=_heed_ctrl_c, **pipes
        )

    @staticmethod
    def argv(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "zipp", *arguments]
