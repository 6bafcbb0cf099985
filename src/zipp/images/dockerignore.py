"""A project's .dockerignore, which is the client's to apply (Docker's reference, "Dockerfile: .dockerignore file")."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    regex: re.Pattern[str]
    brings_back: bool


class DockerIgnore:
    """The last pattern that fits decides; one that fits a folder fits all below it."""

    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.splitlines() if not line.startswith("#")]
        self._patterns = [pattern for line in lines if (pattern := _pattern(line))]

    @property
    def brings_back(self) -> bool:
        """Whether an excluded folder may hold files that are not."""
        return any(pattern.brings_back for pattern in self._patterns)

    def excluded(self, path: str, is_folder: bool = False) -> bool:
        verdict = False
        for pattern in self._patterns:
            if pattern.brings_back == verdict and pattern.regex.match(path):
                verdict = not pattern.brings_back
        return verdict


def _pattern(line: str) -> Pattern | None:
    brings_back = line.startswith("!")
    text = line.removeprefix("!").strip()
    cleaned = posixpath.normpath(text).lstrip("/") if text else ""
    if cleaned in ("", "."):
        return None
    try:
        return Pattern(re.compile(_regex(cleaned) + r"(?:/|\Z)"), brings_back)
    except re.error:  # an unclosed [, for example: it fits nothing
        return None


def _regex(pattern: str) -> str:
    """`**` is any number of folders, `*` and `?` stay inside one name, [a-z] is a class, a backslash quotes."""
    out, rest = "", pattern
    while rest:
        if rest.startswith("**"):
            rest = rest.lstrip("*").removeprefix("/")
            out += "(?:.*/)?" if rest else ".*"
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            out += rest[: end + 1]
            rest = rest[end + 1 :]
        else:
            character = rest[1] if rest[0] == "\\" and len(rest) > 1 else rest[0]
            quoted = rest[0] == "\\" and len(rest) > 1
            out += re.escape(character) if quoted else {"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character))
            rest = rest[2:] if quoted else rest[1:]
    return out
