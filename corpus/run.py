"""`make corpus DIR=…`: deploy every ZIP of a folder through a real platform and judge what each answers.

Exits 0 when the goal is reached, 1 when it is not or a project is wrongly RUNNING, 2 when there is nothing to run.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from entries import Entry, ListError, archive_of, chosen, find_list, read_list  # noqa: E402
from judging import Outcome, Verdict, judge  # noqa: E402
from live import LivePlatform  # noqa: E402
from results import Results, Row, Summary  # noqa: E402
from trying import PlatformBroke, Trial  # noqa: E402

GOAL = 0.95
TIMEOUT_SECONDS = 900

# As an installation has them, where the tests' own platforms are in more of a hurry.
SETTINGS = {"ZIPP_START_TIMEOUT_SECONDS": "60", "ZIPP_DRAIN_TIMEOUT_SECONDS": "0"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        entries = chosen(read_list(options.list or find_list(options.folder)), options.only)
        run = Run(options, entries)
    except ListError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        run.all()
    except PlatformBroke as error:
        print(f"{error}\nIts log ends with:\n{run.platform_log}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Ended early; --resume goes on from here.", file=sys.stderr)
        return 1
    summary = Summary.of(list(run.results.rows.values()))
    print(f"\n{summary}\n{options.out / 'results.md'}")
    return 0 if summary.reaches(options.goal) else 1


class Run:
    def __init__(self, options: argparse.Namespace, entries: list[Entry]) -> None:
        self._options = options
        self._entries = entries
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.platform_log = ""
        self.results = Results(options.out)
        if options.resume:
            self.results.resume()
        missing = [entry.id for entry in self._to_try() if not archive_of(entry, options.folder).is_file()]
        if missing:
            raise ListError(f"{options.folder} has no ZIP of {', '.join(missing)}.")

    def all(self) -> None:
        for entry in self._entries:
            if not self._is_tried(entry):
                self._note(entry, Verdict.SKIPPED, Outcome(status="SKIPPED"))
        jobs = ThreadPoolExecutor(self._options.jobs)
        with _platform() as platform:
            try:
                for _ in jobs.map(lambda each: self._try(platform, *each), enumerate(self._to_try(), 1)):
                    pass
            finally:
                self._ending.set()  # whoever is still at it finds no platform any more
                jobs.shutdown(wait=False, cancel_futures=True)
                self.platform_log = platform.log.read_text(errors="replace")[-4000:]

    def _is_tried(self, entry: Entry) -> bool:
        return entry.buildable_here or self._options.all

    def _to_try(self) -> list[Entry]:
        """Without what an earlier run has already found."""
        done = {row.id for row in self.results.rows.values() if row.verdict is not Verdict.SKIPPED}
        return [entry for entry in self._entries if self._is_tried(entry) and entry.id not in done]

    def _try(self, platform: LivePlatform, number: int, entry: Entry) -> None:
        trial = Trial(platform, entry, number)
        try:
            outcome = trial.run(archive_of(entry, self._options.folder), timeout_seconds=self._options.timeout)
        except PlatformBroke as broke:
            if self._ending.is_set() or not self._options.keep_going:
                raise
            outcome = Outcome(status="FAILED", code="platform_error", message=str(broke))
            self._revive(platform)
        verdict = judge(entry, outcome)
        self._note(entry, verdict, outcome, log="" if verdict in (Verdict.OK, Verdict.REFUSED_OK) else trial.log)

    def _revive(self, platform: LivePlatform) -> None:
        with self._lock:
            if not self._ending.is_set() and platform.process is not None and platform.process.poll() is not None:
                platform.start()

    def _note(self, entry: Entry, verdict: Verdict, outcome: Outcome, *, log: str = "") -> None:
        row = Row.of(entry, verdict, outcome)
        with self._lock:
            self.results.add(row, log)
            if verdict is not Verdict.SKIPPED:
                print(f"{row.verdict:10} {row.seconds:6.1f} s  {row.id}  [{row.plan}]  {row.answer}", flush=True)


@contextmanager
def _platform() -> Iterator[LivePlatform]:
    """One of the run's own, removed with all that it made."""
    platform = LivePlatform(**SETTINGS)
    try:
        yield platform.start()
    finally:
        platform.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make corpus", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("folder", type=Path, help="the folder of ZIPs, each named <id>.zip")
    add("--list", type=Path, help="the JSON list; by default the one in the folder or beside it")
    add("--only", nargs="+", default=[], metavar="ID", help="only these")
    add("--all", action="store_true", help="also those that the list calls not buildable on this machine")
    add("--jobs", type=int, default=1, metavar="N", help="how many at once (1)")
    add("--timeout", type=float, default=TIMEOUT_SECONDS, metavar="SECONDS", help=f"for each ({TIMEOUT_SECONDS})")
    add("--goal", type=float, default=GOAL, metavar="SHARE", help=f"of those that must go live ({GOAL})")
    add("--out", type=Path, default=HERE / "results", metavar="DIR", help="where the table is written (corpus/results)")
    add("--resume", action="store_true", help="go on from the results that are there already")
    add("--keep-going", action="store_true", help="also when the platform itself breaks on a project")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
