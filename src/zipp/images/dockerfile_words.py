"""What a Dockerfile that somebody else wrote says: its instructions, the images it needs, the arguments it takes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^${}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))")
_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """`name` in capitals; `first` and `last` count the lines from 0, the lines of its heredocs among them."""

    name: str
    words: tuple[str, ...]
    first: int
    last: int


def instructions(text: str) -> Iterator[Instruction]:
    """Lines that end in a backslash go on, comments between them don't count."""
    lines = text.splitlines()
    ends = _places(lines)
    pending, first, number = "", -1, 0
    while number < len(lines):
        content = lines[number].strip()
        number += 1
        if not content or content.startswith("#"):
            continue
        first = number - 1 if first < 0 else first
        if content.endswith("\\"):
            pending += content[:-1] + " "
            continue
        whole, pending = pending + content, ""
        name = whole.split()[0].upper()
        if name in _WITH_HEREDOCS:
            for heredoc in _HEREDOC.finditer(whole):
                number = _after(ends.get(heredoc[2], ()), number)
        yield Instruction(name, tuple(whole.split()[1:]), first, number - 1)
        first = -1
    if pending.strip():
        yield Instruction(pending.split()[0].upper(), tuple(pending.split()[1:]), first, len(lines) - 1)


def bases_of(text: str) -> tuple[str, ...]:
    """The images named `zipp/...` that a Dockerfile builds on, copies from or mounts, each once, in the text's order.

    Understands the default values of ARGs before the first FROM, and leaves out names of earlier stages.
    """
    defaults: dict[str, str] = {}
    stages: set[str] = set()
    images: list[str] = []
    for instruction in instructions(text):
        words = instruction.words
        if instruction.name == "ARG" and not stages and not images:
            defaults |= {name: value.strip("\"'") for name, _, value in (word.partition("=") for word in words)}
        named = [_filled(word, defaults) for word in words if not word.startswith("--")]
        if instruction.name == "FROM" and named:
            if named[0].lower() not in stages:
                images.append(named[0])
            stages.add(named[2].lower() if len(named) > 2 and named[1].upper() == "AS" else "")
        elif instruction.name in ("COPY", "ADD", "RUN"):
            images += [source for source in _sources(words) if source.lower() not in stages]
    return tuple(dict.fromkeys(image for image in images if image.startswith("zipp/")))


def arguments_of(text: str) -> frozenset[str]:
    """The names that its stages take as build arguments.

    Not those that are declared before the first FROM: they choose the images that it builds on.
    """
    before: set[str] = set()
    inside: set[str] = set()
    has_stage = False
    for instruction in instructions(text):
        has_stage = has_stage or instruction.name == "FROM"
        if instruction.name == "ARG":
            (inside if has_stage else before).update(word.partition("=")[0] for word in instruction.words)
    return frozenset(inside - before)


def _sources(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if word.startswith("--from="):
            yield word.removeprefix("--from=")
        elif word.startswith("--mount="):
            options = word.removeprefix("--mount=").replace('"', "").split(",")
            yield from (option.removeprefix("from=") for option in options if option.startswith("from="))


def _places(lines: list[str]) -> dict[str, list[int]]:
    """Where each line that could end a heredoc stands."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line.strip("\t"), []).append(number)
    return places


def _after(ends: Sequence[int], number: int) -> int:
    """The line after a heredoc's last one; where nothing ends it, it is none."""
    index = bisect_left(ends, number)
    return ends[index] + 1 if index < len(ends) else number


def _filled(word: str, defaults: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, operator, alternative = match[1] or match[4], match[2] or "", match[3] or ""
        known = defaults.get(name)
        is_set = known is not None and (bool(known) or not operator.startswith(":"))
        if operator.endswith("+"):
            return alternative if is_set else ""
        if operator.endswith("-"):
            return (known or "") if is_set else alternative
        return known or ""

    return _VARIABLE.sub(value, word)
