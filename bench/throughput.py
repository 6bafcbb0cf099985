"""Rows: requests a second through Zipp's nginx, against a minimal nginx in front of the same container or files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from figures import Goal, Row, Series
from measuring import Bench
from on_zipp import OnZipp
from rounds import interleaved
from sources import Files, express_site, static_site, token, write
from visits import first_answer

THREADS, CONNECTIONS = 2, 32
GOAL = Goal("ratio", at_least=0.95)
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_BAD = re.compile(r"(Socket errors:.*|Non-2xx or 3xx responses:.*)")


def throughput(bench: Bench) -> Iterator[Row]:
    ensure_wrk()
    yield from _container(bench, "node", "an Express container", express_site)
    yield from _container(bench, "static", "a static container", lambda mark: static_site(mark, container=True))
    yield from _files(bench)


def _container(bench: Bench, kind: str, what: str, make: Callable[[str], Files]) -> Iterator[Row]:
    """The hand-written nginx leads to the container's own address, as Zipp's does."""
    zipp, hand, site = OnZipp(bench.platform), bench.hand, f"rate-{kind}"
    address = _own_address(bench.platform.inspect(zipp.deploy(make(token(site, 0)), site)))
    hand.nginx.route(f"{site}-plain", address)
    hand.nginx.route(f"{site}-kept", address, keep_alive=True)
    hand.nginx.reload()
    rate = _measured(
        bench,
        {
            "Zipp": (bench.platform.http_port, bench.platform.host(site)),
            "nginx by hand": (hand.nginx.port, hand.nginx.host(f"{site}-plain")),
            "nginx by hand, upstream keep-alive": (hand.nginx.port, hand.nginx.host(f"{site}-kept")),
        },
        token(site, 0),
    )
    for name in (f"{site}-plain", f"{site}-kept"):
        hand.nginx.forget(name)
    zipp.forget(site)
    for name, goal in (("nginx by hand", GOAL), ("nginx by hand, upstream keep-alive", None)):
        yield Row("requests", f"Requests to {what}", "req/s", rate["Zipp"], rate[name], goal)


def _files(bench: Bench) -> Iterator[Row]:
    """An index page of 8 kB; the hand-written nginx has the same files as its root."""
    zipp, hand, site = OnZipp(bench.platform), bench.hand, "rate-files"
    files = static_site(token(site, 0))
    zipp.deploy(files, site)
    hand.nginx.serve_files(site, write(files, hand.folder / site))
    hand.nginx.reload()
    rate = _measured(
        bench,
        {
            "Zipp": (bench.platform.http_port, bench.platform.host(site)),
            "nginx by hand, its root": (hand.nginx.port, hand.nginx.host(site)),
        },
        token(site, 0),
    )
    hand.nginx.forget(site)
    zipp.forget(site)
    yield Row("requests", "Requests to static files", "req/s", rate["Zipp"], rate["nginx by hand, its root"])


def _measured(bench: Bench, targets: dict[str, tuple[int, str]], mark: str) -> dict[str, Series]:
    """Begun only once every target gives the right answer: a reload takes effect some time after it was asked for."""
    for target in targets.values():
        first_answer(*target, mark)

    def asked(target: tuple[int, str]) -> Callable[[int], float]:
        return lambda number: _wrk(*target, seconds=1 if number < 0 else bench.plan.wrk_seconds)

    contestants = {name: asked(target) for name, target in targets.items()}
    return interleaved(contestants, rounds=bench.plan.wrk_rounds)


def _wrk(port: int, host: str, *, seconds: int) -> float:
    """Requests a second. A single request that is not answered as it should be makes the figure worthless."""
    argv = [
        "wrk",
        f"-t{THREADS}",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "-H",
        f"Host: {host}",
        f"http://127.0.0.1:{port}/",
    ]
    said = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    if bad := _BAD.search(said):
        raise RuntimeError(f"wrk against {host}: {bad[1]}")
    rate = _RATE.search(said)
    if rate is None:
        raise RuntimeError(f"wrk says no rate: {said[-300:]}")
    return float(rate[1])


def _own_address(container: dict[str, Any]) -> str:
    (network,) = container["NetworkSettings"]["Networks"].values()
    port = next(each.removeprefix("PORT=") for each in container["Config"]["Env"] if each.startswith("PORT="))
    return f"{network['IPAddress']}:{port}"


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
