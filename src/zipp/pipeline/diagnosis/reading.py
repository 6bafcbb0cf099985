"""A log's lines as the rules read them, and what rules find around a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

LINE_CHARACTERS = 500
_RAW_CHARACTERS = 4 * LINE_CHARACTERS  # colours take room too
_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HEADING = re.compile(
    r"Step \d{1,4}/\d{1,4} : |\[(?:[\w.-]{1,60} {1,9})?\d{1,4}/\d{1,4}\] (?:RUN|COPY|ADD|FROM|WORKDIR|ENV|USER|ARG) "
)

_OF_PYTHON = re.compile(r' File "(?P<file>[^"]{1,300})", line (?P<row>\d{1,7})')
_OF_NODE = re.compile(r"^(?:file://)?(?P<file>/[^\s:]{1,300}):(?P<row>\d{1,7})$")
_OF_BUNDLER = re.compile(
    r"^(?:ERROR in )?(?P<file>\.{0,2}/?[\w@()\[\]][^\s:]{0,300}\.\w{1,8})(?:[ :](?P<row>\d{1,7}):\d{1,7}\S{0,20})?:?$"
)
_NOT_OWN = ("/site-packages/", "/dist-packages/", "/lib/python3", "<frozen", "node_modules/", "/opt/venv/", "manage.py")


def cleaned(raw: Iterable[str]) -> list[str]:
    """Without colours and control characters, and no line longer than rules may read."""
    return [_CONTROL.sub("", _COLOUR.sub("", line[:_RAW_CHARACTERS]))[:LINE_CHARACTERS].rstrip() for line in raw]


def last_step(lines: Sequence[str]) -> Sequence[str]:
    """What the step of a build printed that was the last to print, which is the one that failed.

    Steps that run at the same time interrupt each other: each goes on under its heading.
    """
    headings = [at for at, line in enumerate(lines) if _HEADING.match(line)]
    if not headings:
        return lines
    ends = [*headings[1:], len(lines)]
    failed = lines[headings[-1]]
    return [line for at, end in zip(headings, ends, strict=True) if lines[at] == failed for line in lines[at + 1 : end]]


def near(lines: Sequence[str], at: int, pattern: re.Pattern[str], *, within: range) -> re.Match[str] | None:
    """The first match in the lines around `at`, asked in the order of `within` (offsets)."""
    for offset in within:
        if 0 <= at + offset < len(lines) and (found := pattern.search(lines[at + offset])):
            return found
    return None


def own(file: str) -> str:
    """A file's name as its owner knows it: the project lies in /app."""
    return file.removeprefix("file://").removeprefix("/app/").removeprefix("./").split(".timestamp-")[0]  # Vite's copy


def python_place(lines: Sequence[str], at: int) -> str:
    """Which of the project's own lines a traceback that ends at `at` names last; empty when it names none."""
    for offset in range(1, 61):
        if at - offset < 0 or lines[at - offset].startswith("Traceback "):
            break
        frame = _OF_PYTHON.search(lines[at - offset])
        if frame and not any(part in frame["file"] for part in _NOT_OWN):
            return f"{own(frame['file'])}, line {frame['row']}"
    return ""


def node_place(lines: Sequence[str], at: int) -> str:
    """The place that Node prints above an error, with the code between them."""
    found = near(lines, at, _OF_NODE, within=range(-1, -8, -1))
    if found is None or any(part in found["file"] for part in _NOT_OWN):
        return ""
    return f"{own(found['file'])}, line {found['row']}"


def bundler_place(lines: Sequence[str], at: int) -> str:
    """The file that a bundler names in a line of its own above the error."""
    found = near(lines, at, _OF_BUNDLER, within=range(-1, -4, -1))
    if found is None:
        return ""
    return own(found["file"]) + (f", line {found['row']}" if found["row"] else "")


def in_place(place: str) -> Mapping[str, str]:
    """For templates: ` in main.py, line 3`, or nothing."""
    return {"in_place": f" in {place}" if place else "", "place": place or "the file that the log names"}
