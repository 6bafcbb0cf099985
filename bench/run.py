"""`make bench`: the measured claims, each against the same done by hand, in one run on one machine.

Exits 0 whatever the figures are, since they depend on the machine; 1 when something could not be measured at all.
"""

from __future__ import annotations

import argparse
import os
import platform as machine
import secrets
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
sys.path.insert(0, str(HERE.parent / "tests"))

from builds import builds  # noqa: E402
from deploys import rollback, static_zip  # noqa: E402
from figures import Missing, Row  # noqa: E402
from gapless import failed_requests  # noqa: E402
from hand import RUN_LABEL, ByHand  # noqa: E402
from hand_nginx import nginx_binary  # noqa: E402
from live import LivePlatform  # noqa: E402
from measuring import FULL, QUICK, Bench, Plan  # noqa: E402
from memory import idle, upload  # noqa: E402
from report import as_json, markdown  # noqa: E402
from throughput import throughput  # noqa: E402
from together import together  # noqa: E402

Group = Callable[[Bench], Iterator[Row]]

# In this order: the memory of an idle platform can only be measured before anything else has been done with it.
GROUPS: dict[str, Group] = {
    "memory": idle,
    "upload": upload,
    "static": static_zip,
    "rollback": rollback,
    "requests": throughput,
    "gapless": failed_requests,
    "builds": builds,
    "together": together,
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    _on_signals(_interrupt)
    if options.clean:
        hand = ByHand("clean")
        hand.remove_labelled(RUN_LABEL)
        hand.close()
        return 0
    plan = QUICK if options.quick else FULL
    chosen = [name for name in GROUPS if name in (options.only or GROUPS)]
    results, environment = _measured(plan, chosen)
    environment["Extent"] = _extent(plan, chosen)
    is_whole = plan is FULL and len(chosen) == len(GROUPS)
    text = markdown(results, environment)
    _save("latest" if is_whole else "partial", text, as_json(results, environment))
    print(f"\n{text}", flush=True)
    return 1 if any(isinstance(result, Missing) for result in results) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure Zipp against the same done by hand.")
    parser.add_argument("--only", nargs="+", choices=GROUPS, metavar="GROUP", help=f"of: {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="few rounds: does it work? The figures mean little")
    parser.add_argument("--clean", action="store_true", help="remove what a killed run has left in the engine")
    return parser.parse_args(arguments)


def _measured(plan: Plan, chosen: Sequence[str]) -> tuple[list[Row | Missing], dict[str, str]]:
    run = f"{os.getpid()}-{secrets.token_hex(3)}"
    began = time.monotonic()
    hand = ByHand(run)
    results: list[Row | Missing] = []
    try:
        hand.start()
        environment = _environment(hand)
        has_buildkit = hand.has_buildkit()
        platform = LivePlatform()
        try:
            _make_base_images(platform)
            bench = Bench(plan, platform.start(), hand, has_buildkit)
            for name in chosen:
                _say(f"{time.monotonic() - began:5.0f} s  {name}")
                results += _group(name, bench)
        finally:
            _on_signals(signal.SIG_IGN)
            platform.close()
    finally:
        _on_signals(signal.SIG_IGN)
        hand.close()
    environment["Load at the end"] = _load()
    environment["Duration"] = f"{time.monotonic() - began:.0f} s"
    return results, environment


def _make_base_images(platform: LivePlatform) -> None:
    """Both sides build on them; nothing to do where `make up` has been run."""
    subprocess.run([sys.executable, "-m", "zipp", "bases"], env=platform.env, check=True, stdout=sys.stderr)


def _group(name: str, bench: Bench) -> list[Row | Missing]:
    rows: list[Row | Missing] = []
    try:
        for row in GROUPS[name](bench):
            rows.append(row)
            _say(f"         {row.measure}: {row.zipp.median:.3f} {row.unit}")
    except Exception as error:  # one broken measurement must not hide the others; it is named in the table
        traceback.print_exc()
        rows.append(Missing(name, str(error).splitlines()[0] if str(error) else repr(error)))
    return rows


def _environment(hand: ByHand) -> dict[str, str]:
    cpu = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    engine = hand.docker("version", "--format", "{{.Server.Version}}, command line {{.Client.Version}}")
    nginx = _output([nginx_binary(), "-v"]).rpartition("/")[2]
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Zipp": _output(["git", "-C", str(HERE), "describe", "--always", "--dirty"]) or "not in a Git repository",
        "Machine": f"{os.cpu_count()} x {cpu or machine.machine()}, {memory / 1024**2:.1f} GiB, {machine.release()}",
        "Programs": f"Python {machine.python_version()}, Docker engine {engine}, nginx {nginx}",
        "Load at the beginning": _load(),
    }


def _extent(plan: Plan, chosen: Sequence[str]) -> str:
    kind = "whole" if plan is FULL else "quick: these figures only show that it works"
    which = "" if len(chosen) == len(GROUPS) else f"; only {', '.join(chosen)}"
    return (
        f"{kind}{which}; {plan.deploys} rounds of deployments, {plan.wrk_rounds} x {plan.wrk_seconds} s of wrk, "
        f"{plan.redeploys} redeploys under load"
    )


def _save(name: str, text: str, data: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    for suffix, content in ((".md", text), (".json", data)):
        file = RESULTS / f"{name}{suffix}"
        temporary = file.with_suffix(f"{suffix}.tmp")
        temporary.write_text(content)
        temporary.replace(file)


def _load() -> str:
    return f"{os.getloadavg()[0]:.2f}"


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


def _output(argv: Sequence[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip() if done.returncode == 0 else ""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _on_signals(action: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """A run that is ended tidies up first, and tidying up is not interrupted in its turn."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, action)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
