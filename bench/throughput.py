"""Rows: requests a second through Zipp's nginx, against a minimal nginx in front of the same container or files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import ports
from figures import Goal, Row, Series
from measuring import Bench
from on_zipp import OnZipp
from ports import Backend
from rounds import interleaved
from sources import Files, project, static_site, token, write
from visits import first_answer

THREADS, CONNECTIONS = 2, 32
RELOADED_SECONDS = 1  # nginx leaves both at work for 0.1 s, and longer on a busy machine
ZIPP, BY_HAND, KEPT, ROOT = "Zipp", "nginx by hand", "nginx by hand, upstream keep-alive", "nginx by hand, its root"
GOAL = Goal("ratio", at_least=0.95)
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_BAD = re.compile(r"(Socket errors:.*|Non-2xx or 3xx responses:.*)")


@dataclass(frozen=True, slots=True)
class Target:
    """What wrk asks; `backend` is the container behind it, None for files."""

    port: int
    host: str
    backend: Backend | None = None


def throughput(bench: Bench) -> Iterator[Row]:
    ensure_wrk()
    yield from _container(bench, "node", "an Express container", partial(project, "express"))
    yield from _container(bench, "static", "a static container", lambda mark: static_site(mark, container=True))
    yield from _files(bench)


def _container(bench: Bench, kind: str, what: str, make: Callable[[str], Files]) -> Iterator[Row]:
    """The hand-written nginx leads to the container's own address, as Zipp's does."""
    zipp, nginx, site = OnZipp(bench.platform), bench.hand.nginx, f"rate-{kind}"
    backend = ports.backend_of(bench.platform.inspect(zipp.deploy(make(token(site, 0)), site)))
    plain, kept = f"{site}-plain", f"{site}-kept"
    nginx.route(plain, backend.address)
    nginx.route(kept, backend.address, keep_alive=True)
    nginx.reload()
    rate = _measured(
        bench,
        {
            ZIPP: Target(bench.platform.http_port, bench.platform.host(site), backend),
            BY_HAND: Target(nginx.port, nginx.host(plain), backend),
            KEPT: Target(nginx.port, nginx.host(kept), backend),
        },
        token(site, 0),
    )
    for name in (plain, kept):
        nginx.forget(name)
    zipp.forget(site)
    note = "" if ports.can_free() else "Not root: ports held by the samples before could not be freed (ports.py)."
    yield Row("requests", f"Requests to {what}", "req/s", rate[ZIPP], rate[BY_HAND], GOAL, note)
    yield Row("requests", f"Requests to {what}", "req/s", rate[ZIPP], rate[KEPT])


def _files(bench: Bench) -> Iterator[Row]:
    """An index page of 8 kB; the hand-written nginx has the same files as its root."""
    zipp, nginx, site = OnZipp(bench.platform), bench.hand.nginx, "rate-files"
    files = static_site(token(site, 0))
    zipp.deploy(files, site)
    nginx.serve_files(site, write(files, bench.hand.folder / site))
    nginx.reload()
    rate = _measured(
        bench,
        {
            ZIPP: Target(bench.platform.http_port, bench.platform.host(site)),
            ROOT: Target(nginx.port, nginx.host(site)),
        },
        token(site, 0),
    )
    nginx.forget(site)
    zipp.forget(site)
    yield Row("requests", "Requests to static files", "req/s", rate[ZIPP], rate[ROOT])


def _measured(bench: Bench, targets: Mapping[str, Target], mark: str) -> dict[str, Series]:
    """Begun only once every target gives the right answer, and old workers no longer answer in place of new ones."""
    for target in targets.values():
        first_answer(target.port, target.host, mark)
    time.sleep(RELOADED_SECONDS)
    contestants = {name: partial(_sample, bench, target) for name, target in targets.items()}
    return interleaved(contestants, rounds=bench.plan.wrk_rounds)


def _sample(bench: Bench, target: Target, number: int) -> float:
    if target.backend is not None:
        ports.free(target.backend)
    return _wrk(target, seconds=1 if number < 0 else bench.plan.wrk_seconds)


def _wrk(target: Target, *, seconds: int) -> float:
    """Requests a second. A single request that is not answered as it should be makes the figure worthless."""
    load = (f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s")
    argv = ["wrk", *load, "-H", f"Host: {target.host}", f"http://127.0.0.1:{target.port}/"]
    said = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    if bad := _BAD.search(said):
        raise RuntimeError(f"wrk against {target.host}: {bad[1]}")
    rate = _RATE.search(said)
    if rate is None:
        raise RuntimeError(f"wrk says no rate: {said[-300:]}")
    return float(rate[1])


def ensure_wrk() -> None:
    """Install it where that is possible. Raises RuntimeError with what to do otherwise."""
    if shutil.which("wrk"):
        return
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    try:
        install = [*as_root, "apt-get", "install", "-y", "-q", "wrk"]
        subprocess.run(install, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        raise RuntimeError("wrk is missing and could not be installed: apt-get install wrk") from None
