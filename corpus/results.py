"""A run's results: a JSON file that is written after each project, a table for people, and one summary line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from entries import Entry
from judging import Outcome, Verdict

ANSWER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Row:
    """`seconds` from the upload's first byte to the deployment's end."""

    id: str
    want: str
    must_answer: bool
    buildable_here: bool
    verdict: Verdict
    plan: str
    seconds: float
    answer: str

    @classmethod
    def of(cls, entry: Entry, verdict: Verdict, outcome: Outcome) -> Row:
        return cls(
            id=entry.id,
            want=entry.want,
            must_answer=entry.must_answer,
            buildable_here=entry.buildable_here,
            verdict=verdict,
            plan=outcome.plan,
            seconds=round(outcome.seconds, 1),
            answer=_answer(entry, verdict, outcome),
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """Only what can be built on this machine is counted; `must` of them have to go live, `live` do."""

    live: int
    must: int
    others_right: int
    others: int
    wrongly_running: int
    skipped: int

    @classmethod
    def of(cls, rows: list[Row]) -> Summary:
        counted = [row for row in rows if row.buildable_here and row.verdict is not Verdict.SKIPPED]
        right = [row for row in counted if row.verdict in (Verdict.OK, Verdict.REFUSED_OK)]
        verdicts = Counter(row.verdict for row in rows)
        return cls(
            live=sum(row.must_answer for row in right),
            must=sum(row.must_answer for row in counted),
            others_right=sum(not row.must_answer for row in right),
            others=sum(not row.must_answer for row in counted),
            wrongly_running=verdicts[Verdict.WRONG],
            skipped=verdicts[Verdict.SKIPPED],
        )

    def reaches(self, goal: float) -> bool:
        return self.wrongly_running == 0 and self.live >= goal * self.must

    def __str__(self) -> str:
        share = f"{self.live / self.must:.1%}" if self.must else "-"
        return (
            f"{self.live} of {self.must} that can be built here go live and answer as expected ({share}); "
            f"{self.others_right} of {self.others} that may be refused answer or are refused with a reason; "
            f"{self.wrongly_running} wrongly RUNNING; {self.skipped} skipped."
        )


class Results:
    """In a folder of their own: results.json, results.md, and a build log for each that did not go as wanted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rows: dict[str, Row] = {}

    def resume(self) -> None:
        """Take over what an earlier run has found."""
        file = self._folder / "results.json"
        if file.exists():
            for record in json.loads(file.read_text(encoding="utf-8")):
                self.rows[record["id"]] = Row(**record | {"verdict": Verdict(record["verdict"])})

    def add(self, row: Row, log: str = "") -> None:
        self.rows[row.id] = row
        (self._folder / "logs").mkdir(parents=True, exist_ok=True)
        if log:
            (self._folder / "logs" / f"{row.id}.log").write_text(log, encoding="utf-8")
        self.write()

    def write(self) -> None:
        rows = list(self.rows.values())
        _replace(self._folder / "results.json", json.dumps([asdict(row) for row in rows], indent=1) + "\n")
        _replace(self._folder / "results.md", markdown(rows))


def markdown(rows: list[Row]) -> str:
    table = "".join(
        f"| {row.id} | {_cell(row.plan)} | {row.seconds:.1f} | {_cell(row.answer)} | {row.verdict} |\n" for row in rows
    )
    return f"| Project | Plan | Seconds | Answer | Verdict |\n|---|---|---:|---|---|\n{table}\n{Summary.of(rows)}\n"


def _answer(entry: Entry, verdict: Verdict, outcome: Outcome) -> str:
    if verdict is Verdict.SKIPPED:
        return entry.why_not_here or "can't be built on this machine"
    if outcome.status != "RUNNING":
        return f"{outcome.code}: {outcome.message}"
    got = f"{outcome.answer_status} for {entry.path}"
    if verdict is Verdict.OK:
        return got
    if not entry.may_answer:
        return f"{got}, but an error was wanted"
    wanted = f"{entry.status} with {entry.body_contains!r}" if entry.body_contains else str(entry.status)
    return f"{got}, not {wanted}: {' '.join(outcome.answer.split())[:ANSWER_LENGTH]}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _replace(file: Path, text: str) -> None:
    """Whole or not at all: a run may be ended at any time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
