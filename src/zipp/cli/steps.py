"""What a verb does on this machine, one plain line per step with the time it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from zipp.cli.output import err


@contextmanager
def step(what: str) -> Iterator[None]:
    """`what` once it is done; nothing when it fails, as the error then says what it was."""
    began = time.monotonic()
    with err.status(what):
        yield
    err.print(f"  {what:<52}{time.monotonic() - began:6.1f} s", markup=False)
