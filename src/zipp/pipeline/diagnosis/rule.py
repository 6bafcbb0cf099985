"""What a cause looks like in a log, and what to say about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Phase = Literal["build", "start"]
Look = Callable[[Sequence[str], int, Mapping[str, str]], Mapping[str, str] | None]

VALUE_CHARACTERS = 200  # of what a log says, in a sentence


class Weight(IntEnum):
    """Which of several causes is told: the lightest number, and of those the first in the log."""

    DECIDED = 0  # the tool itself says that it ends because of this
    LIKELY = 1
    SYMPTOM = 2  # may be a consequence, or something that the project lives with


@dataclass(frozen=True, slots=True)
class Cause:
    """`name` follows `build_` or `start_` in the error's code; `line` is the log's own."""

    name: str
    message: str
    hint: str
    line: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line that holds one of `needles` (the cheap test) and fits `pattern` has this cause.

    `message` and the hints are templates of the pattern's named groups. `look` sees the lines around and may add to
    them (a file's name, or another `line` to quote), or answer None: it was something else after all. `hint_at_start`
    replaces the hint where a site failed at its start; `phase` limits the rule to one of the two.

    Patterns meet hostile text. They have no repetition inside a repetition and none without an upper bound.
    """

    name: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    message: str
    hint: str
    hint_at_start: str = ""
    weight: Weight = Weight.LIKELY
    phase: Phase | None = None
    look: Look | None = None

    def cause(self, lines: Sequence[str], at: int, phase: Phase) -> Cause | None:
        line = lines[at]
        if self.phase not in (None, phase) or not any(needle in line for needle in self.needles):
            return None
        found = self.pattern.search(line)
        if found is None:
            return None
        values: Mapping[str, str] = {name: (value or "").strip() for name, value in found.groupdict().items()}
        if self.look is not None:
            more = self.look(lines, at, values)
            if more is None:
                return None
            values = {**values, **more}
        shown = {name: value[:VALUE_CHARACTERS] for name, value in values.items()}
        hint = self.hint_at_start if phase == "start" and self.hint_at_start else self.hint
        quoted = values.get("line") or line.strip()
        return Cause(self.name, self.message.format_map(shown), hint.format_map(shown), quoted)
