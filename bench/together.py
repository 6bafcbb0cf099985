"""Rows: 20 deployments at once against the same 20 one after the other, and the memory of what works on them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Goal, Row, Series
from measuring import Bench
from on_zipp import OnZipp
from sources import Files, project, static_site, token

HOW_MANY = 20
MB = 1_000_000
LOOK_SECONDS = 0.1


def together(bench: Bench) -> Iterator[Row]:
    """Half of them pages, a quarter Express servers, a quarter FastAPI: each another source, dependencies warm."""
    zipp = OnZipp(bench.platform)
    for kind in ("express", "fastapi"):
        zipp.deploy(project(kind, token("warm", 0)), "together-warm")
    zipp.forget("together-warm")
    one_by_one = _one_after_the_other(zipp)
    with _Memory(bench.platform.pid()) as memory:
        at_once = _at_once(zipp)
    yield Row(
        "together",
        f"{HOW_MANY} deployments at once, until the last is live",
        "s",
        Series("zipp", (at_once,)),
        Series("one after the other", (one_by_one,)),
        Goal("ratio", at_most=1.0),
    )
    note = "the platform's own process; builds and containers have limits of their own"
    yield Row("together", "Memory of the platform meanwhile", "MB", Series("zipp", (memory.peak / MB,)), note=note)


def _one_after_the_other(zipp: OnZipp) -> float:
    sources = _sources("single")
    began = time.perf_counter()
    for site, files in sources.items():
        zipp.deploy(files, site)
    took = time.perf_counter() - began
    _forget(zipp, sources)
    return took


def _at_once(zipp: OnZipp) -> float:
    sources = _sources("many")
    began = time.perf_counter()
    deployments = [zipp.accepted(files, site) for site, files in sources.items()]
    for deployment in deployments:
        zipp.running(deployment)
    took = time.perf_counter() - began
    _forget(zipp, sources)
    return took


def _forget(zipp: OnZipp, sources: dict[str, Files]) -> None:
    for site in sources:
        zipp.forget(site)


def _sources(prefix: str) -> dict[str, Files]:
    made: dict[str, Files] = {}
    for number in range(HOW_MANY):
        mark = token(prefix, number)
        kind = ("static", "express", "static", "fastapi")[number % 4]
        made[f"{prefix}-{number}"] = static_site(mark) if kind == "static" else project(kind, mark)
    return made


class _Memory:
    """The largest resident set of a process meanwhile, in bytes."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._status = Path(f"/proc/{pid}/statm")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            self.peak = max(self.peak, int(self._status.read_text().split()[1]) * 4096)
