"""Ports that finished connections still hold, freed between samples.

A closed connection keeps its port for a minute (TIME_WAIT), and towards one address there are 28,000, of which the
kernel takes every other one first. After that a sample would measure how long the kernel looks for a free one, which
the samples before have made scarce.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

_FINISHED = ("-K", "-Htan", "state", "time-wait")


@dataclass(frozen=True, slots=True)
class Backend:
    """A container as nginx reaches it; `pid` is its first process, in whose network the other ends lie."""

    address: str
    pid: int


def backend_of(container: dict[str, Any]) -> Backend:
    """Of what `docker inspect` says."""
    (network,) = container["NetworkSettings"]["Networks"].values()
    port = next(each.removeprefix("PORT=") for each in container["Config"]["Env"] if each.startswith("PORT="))
    return Backend(f"{network['IPAddress']}:{port}", int(container["State"]["Pid"]))


def can_free() -> bool:
    return os.geteuid() == 0 and all(map(shutil.which, ("ss", "nsenter")))


def free(backend: Backend) -> None:
    """Where it may, on both sides: ss(8), -K."""
    if can_free():
        _run("ss", *_FINISHED, "dst", backend.address)
        _run("nsenter", "--net", "--target", str(backend.pid), "ss", *_FINISHED)


def _run(*argv: str) -> None:
    subprocess.run(argv, capture_output=True, check=False)
