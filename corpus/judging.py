"""What became of a project, and whether that is what its list entry wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from entries import Entry

# A symptom, or the platform's own mistake: none of these tells people what their project lacks.
UNEXPLAINED = frozenset(
    {
        "build_failed",
        "build_timeout",
        "cancelled",
        "health_failed",
        "internal_error",
        "not_ended",
        "platform_error",
        "start_crashed",
        "start_timeout",
    }
)


class Verdict(StrEnum):
    OK = "ok"
    REFUSED_OK = "refused-ok"  # an error was wanted, or allowed, and it says what is missing
    WRONG = "wrong"  # RUNNING, but the answer is not the expected one, or there should have been an error
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` is the deployment's at its end, "REFUSED" where the upload was answered with an error already."""

    status: str
    plan: str = ""
    seconds: float = 0.0
    answer_status: int | None = None
    answer: str = ""
    code: str = ""
    message: str = ""
    hint: str = ""


def judge(entry: Entry, outcome: Outcome) -> Verdict:
    if outcome.status == "RUNNING":
        return Verdict.OK if entry.may_answer and answers(entry, outcome) else Verdict.WRONG
    return Verdict.REFUSED_OK if not entry.must_answer and is_clean_error(outcome) else Verdict.FAILED


def answers(entry: Entry, outcome: Outcome) -> bool:
    return outcome.answer_status == entry.status and entry.body_contains in outcome.answer


def is_clean_error(outcome: Outcome) -> bool:
    """It names a cause, in a sentence, and says what to do next."""
    named = bool(outcome.code) and outcome.code not in UNEXPLAINED
    return named and bool(outcome.message) and bool(outcome.hint)
