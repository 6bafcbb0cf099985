"""Logs are other people's text: whatever they hold, reading them is short and ends in a bounded sentence."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.pipeline.diagnosis import LINES, QUOTED_CHARACTERS, RULES, diagnose, offending
from zipp.pipeline.diagnosis.reading import LINE_CHARACTERS, cleaned
from zipp.pipeline.diagnosis.rule import VALUE_CHARACTERS

NEEDLES = sorted({needle for rule in RULES for needle in rule.needles})
LONG = 16 * 1024  # the longest line that the log store keeps
SECONDS = 5.0  # measured: 0.2

HOSTILE = {
    "letters": "a" * LONG,
    "spaces": " " * LONG,
    "capitals": "A_" * (LONG // 2),
    "names": "AB_C is not " * (LONG // 12),
    "module": "Cannot find module '" + "@a/" * (LONG // 3),
    "resolve": "Could not resolve '" * (LONG // 19),
    "compiler": "x(1,1): error TS2307: Cannot find module '" * (LONG // 42),
    "colours": "\x1b[31m" * (LONG // 5),
    "half-colours": "\x1b[" * (LONG // 2),
    "file": '  File "' + "/x" * (LONG // 2),
    "digits": "1" * LONG,
    "colons": "a:" * (LONG // 2),
    "lockfile": "npm error code EUSAGE",
    "settings": "ValidationError: 1 validation error for ",
    "traceback": "ModuleNotFoundError: No module named 'x'",
    "needles": " ".join(NEEDLES),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_megabytes_of_hostile_log_are_read_in_a_moment(name: str) -> None:
    lines = [HOSTILE[name]] * (LINES + 100)
    began = time.process_time()
    for phase in ("build", "start"):
        diagnose(lines, phase)
    offending(lines)
    assert time.process_time() - began < SECONDS


def test_patterns_have_no_repetition_without_a_bound() -> None:
    for rule in RULES:
        unescaped = re.sub(r"\\.|\[[^\]]*\]", "x", rule.pattern.pattern)
        assert not re.search(r"[*+]", unescaped.replace("[ERROR]", "")), rule.pattern.pattern
        assert not re.search(r"\{\d+,\}", unescaped), rule.pattern.pattern


def test_every_needle_stands_in_what_its_pattern_looks_for() -> None:
    """A rule whose cheap test never fits would never be asked."""
    for rule in RULES:
        assert rule.needles
        assert all(needle for needle in rule.needles)


@given(
    st.lists(st.one_of(st.text(max_size=80), st.sampled_from(NEEDLES)), max_size=30),
    st.sampled_from(["build", "start"]),
)
def test_any_lines_give_a_bounded_cause_or_none(lines: list[str], phase: str) -> None:
    cause = diagnose(lines, phase)  # type: ignore[arg-type]
    if cause is not None:
        assert len(cause.line) <= QUOTED_CHARACTERS
        assert len(cause.message) < 5 * VALUE_CHARACTERS
        assert cause.hint


def test_random_mixtures_of_needles_never_break_a_rule() -> None:
    chance = random.Random(7)
    for _ in range(300):
        line = "".join(chance.choice(NEEDLES) + chance.choice(" '\":(/,.1\n") for _ in range(20))
        diagnose(line.split("\n") * 3, "build")
        diagnose(line.split("\n") * 3, "start")


def test_cleaned_lines_have_no_colours_no_controls_and_an_end() -> None:
    (line,) = cleaned(["\x1b[1;31mred\x1b[0m\x07 text\r" + "x" * 10_000])
    assert line.startswith("red text")
    assert len(line) == LINE_CHARACTERS


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["listening", "TypeError: x is not a function", "    at f (/app/a.js:1:1)", "Node.js v22.23.3"], "TypeError"),
        (["ZeroDivisionError: division by zero", "[1] [ERROR] Reason: Worker failed to boot."], "ZeroDivisionError"),
        (["no error here but this", "goodbye", ""], "no error here"),
        (["all is well", "goodbye"], "goodbye"),
        ([], ""),
    ],
)
def test_log_that_no_rule_knows_still_shows_its_line_about_an_error(lines: list[str], line: str) -> None:
    assert offending(lines).startswith(line)
