"""Rows: what the idle platform takes, and what a large upload adds to it."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Goal, Row, Series
from measuring import Bench
from on_zipp import OnZipp
from sources import static_site, token

MB = 1_000_000
_KIB = 1024
ROOM = 4.5  # of the archive's size: itself, while it arrives, as it is stored, extracted; and some air


def idle(bench: Bench) -> Iterator[Row]:
    """A platform just started, with one static site; run first, because every deployment leaves something behind."""
    platform = bench.platform
    began = time.monotonic()
    OnZipp(platform).deploy(static_site(token("idle", 0)), "idle")
    time.sleep(max(0.0, bench.plan.idle_seconds - (time.monotonic() - began)))
    assert platform.process is not None
    processes = _family(platform.process.pid)
    resident, shared_out = (sum(_rollup(pid, key) for pid in processes) for key in ("Rss", "Pss"))
    master = int((platform.data_dir / "nginx" / "nginx.pid").read_text())
    nginx = _family(master)
    nginx_rss, nginx_pss = (sum(_rollup(pid, key) for pid in nginx) for key in ("Rss", "Pss"))
    OnZipp(platform).forget("idle")
    yield Row(
        "memory",
        "Memory of the idle platform (RSS)",
        "MB",
        Series("Zipp", (resident,)),
        goal=Goal("figure", at_most=150),
        note=f"`zipp serve`, {len(processes)} process(es), {bench.plan.idle_seconds} s after its start: "
        f"RSS {resident:.1f} MB, PSS {shared_out:.1f} MB. Beside it its nginx, {len(nginx)} processes: "
        f"RSS {nginx_rss:.1f} MB, PSS {nginx_pss:.1f} MB.",
    )


def upload(bench: Bench) -> Iterator[Row]:
    """A ZIP that does not compress, until it is live; as the command line sends it, and as a browser does."""
    zipp, size = OnZipp(bench.platform), bench.plan.upload_bytes
    free = shutil.disk_usage(bench.platform.data_dir).free
    if free < ROOM * size:
        raise RuntimeError(f"{ROOM * size / MB:,.0f} MB of free disk are needed, there are {free / MB:,.0f}")
    archive = bench.hand.folder / "big.zip"
    _write_archive(archive, size)
    ways: tuple[tuple[str, Callable[[Path, str], str]], ...] = (
        ("raw body", zipp.upload_file),
        ("form", zipp.upload_form),
    )
    for way, send in ways:
        site = f"big-{way.split()[0]}"
        growth, seconds = _growth(bench, lambda: zipp.running(send(archive, site)))  # noqa: B023 called at once
        zipp.forget(site)
        yield Row(
            "upload",
            f"Memory that an upload of {archive.stat().st_size / MB:,.0f} MB adds ({way})",
            "MB",
            Series("Zipp", (growth,)),
            goal=Goal("figure", at_most=20),
            note=f"Peak of the platform's RSS until the site is live, less what it was before; {seconds:.1f} s.",
        )
    archive.unlink()


def _growth(bench: Bench, work: Callable[[], object]) -> tuple[float, float]:
    """MB by which the process's peak exceeds what it had at the beginning (the kernel's own high-water mark)."""
    assert bench.platform.process is not None
    pid = bench.platform.process.pid
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # resets the mark: proc(5)
    before, began = _status(pid, "VmRSS"), time.monotonic()
    work()
    return _status(pid, "VmHWM") - before, time.monotonic() - began


def _write_archive(file: Path, size: int) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("index.html", "<!doctype html>big")
        with archive.open("film.bin", "w", force_zip64=True) as film:
            for _ in range(size // MB):
                film.write(os.urandom(MB))


def _family(pid: int) -> list[int]:
    """The process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _rollup(pid: int, key: str) -> float:
    return _megabytes(Path(f"/proc/{pid}/smaps_rollup").read_text(), key)


def _status(pid: int, key: str) -> float:
    return _megabytes(Path(f"/proc/{pid}/status").read_text(), key)


def _megabytes(text: str, key: str) -> float:
    match = re.search(rf"^{key}:\s+(\d+) kB$", text, re.MULTILINE)
    if match is None:
        raise RuntimeError(f"the kernel does not tell {key}")
    return int(match[1]) * _KIB / MB
