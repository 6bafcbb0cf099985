"""The lines of a log -> a named cause. Pure: what is read was printed by other people's programs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zipp.pipeline.diagnosis import (
    environment,
    languages,
    machine,
    network,
    node_code,
    node_imports,
    node_install,
    python,
)
from zipp.pipeline.diagnosis.reading import cleaned, last_step
from zipp.pipeline.diagnosis.rule import Cause, Phase, Rule, Weight

__all__ = ["LINES", "RULES", "Cause", "Phase", "diagnose", "offending"]

LINES = 400  # of a log's end are read
QUOTED_CHARACTERS = 300

# Where two rules fit the same line, the first is taken: installers before the code that they install, a language before
# what the machine refused to it.
RULES: tuple[Rule, ...] = (
    *node_install.RULES,
    *python.RULES,
    *node_imports.RULES,
    *node_code.RULES,
    *languages.RULES,
    *environment.RULES,
    *network.RULES,
    *machine.RULES,
)

_SOURCE = "throw new "  # a line of code that Node shows above the error: the error's own line follows
_ERROR = re.compile(
    r"(?:^|[\s.])[A-Z]?\w{0,60}(?:Error|Exception)\b|\b(?:error|ERROR|Error|fatal|FATAL|failed|panic):?\s"
)
_AFTERMATH = re.compile(
    r"A complete log of this run|(?:ERR!|error) (?:code|path|command|errno)\b|exited with code|^Node\.js v|"
    r"Worker failed|ELIFECYCLE|^Exited|error Command failed|returned a non-zero code|^\s{1,20}at "
)


def diagnose(raw: Sequence[str], phase: Phase) -> Cause | None:
    """What went wrong, as far as the last lines of a log tell it; None when they tell nothing that is known.

    The first cause in the log is told, not its consequences, unless the tool itself names another as its reason.
    """
    lines = cleaned(raw[-LINES:])
    if phase == "build":
        lines = list(last_step(lines))
    best: tuple[int, Cause] | None = None
    for at, line in enumerate(lines):
        if _SOURCE in line:
            continue
        for rule in RULES:
            if (best is None or rule.weight < best[0]) and (cause := rule.cause(lines, at, phase)):
                best = rule.weight, cause
        if best is not None and best[0] == Weight.DECIDED:
            break
    return _quoting(best[1]) if best else None


def offending(raw: Sequence[str]) -> str:
    """The last line that speaks of an error, else the last one at all, for a log that no rule knows."""
    lines = [line.strip() for line in cleaned(raw[-LINES:]) if line.strip()]
    telling = [line for line in lines if not _AFTERMATH.search(line)]
    errors = [line for line in telling if _ERROR.search(line)]
    return next(iter((errors or telling or lines)[-1:]), "")[:QUOTED_CHARACTERS]


def _quoting(cause: Cause) -> Cause:
    return Cause(cause.name, cause.message, cause.hint, cause.line.strip()[:QUOTED_CHARACTERS])
