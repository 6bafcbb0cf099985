"""`zipp login` as somebody runs it: a process at a terminal, whose browser is the test's."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from visitor import eventually


class Terminal:
    """One `zipp …`; what it keeps lies in `home`."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self._home = home
        self._text = ""
        outside, inside = pty.openpty()
        self._outside = outside
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zipp", *arguments],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "BROWSER": "true", "COLUMNS": "300"},
            start_new_session=True,
        )
        os.close(inside)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._outside, 4096)
            except OSError:  # the other side has gone
                return
            if not part:
                return
            self._text += part.decode(errors="replace")

    def page(self) -> str:
        """The address that it asks people to open."""
        found = eventually(lambda: re.search(r"https?://\S+/cli\?\S+", self._text), what="the page's address")
        return str(found[0])

    def types(self, text: str) -> None:
        os.write(self._outside, text.encode() + b"\n")

    def ended(self) -> str:
        """What it printed, once it ended well."""
        status = eventually(lambda: None if self.process.poll() is None else [self.process.returncode], what="its end")
        self._reader.join(5)
        assert status == [0], self._text
        return self._text

    def stored(self) -> dict[str, Any]:
        """The platforms that it is signed in to."""
        return dict(json.loads((self._home / "zipp" / "config.json").read_text())["platforms"])

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        os.close(self._outside)
