"""What a framework's configuration file says, read without running it: `key: "text"` and `key: false` in JavaScript.

One pass over the text, comments left out. What is computed stays unknown; a value that stands in the text twice counts
as it stands first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from zipp.detect.frameworks import content_of
from zipp.detect.project import Project

SUFFIXES = ("ts", "mts", "js", "mjs", "cjs", "cts")
_QUOTES = "\"'`"
_COLON = ":"
_LITERALS = ("true", "false")
_MAX_VALUE = 300


@dataclass(frozen=True, slots=True)
class Settings:
    """`texts` are all the strings there are: the names of what is imported among them."""

    values: Mapping[str, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()

    def get(self, key: str) -> str:
        return self.values.get(key, "")

    def mentions(self, text: str) -> bool:
        return text in self.texts


def settings_of(project: Project, *stems: str) -> Settings:
    """Of the first file there is: ("next.config",) looks for next.config.ts, next.config.mjs and so on."""
    for stem in stems:
        for suffix in SUFFIXES:
            if project.has(f"{stem}.{suffix}"):
                return read_settings(content_of(project, f"{stem}.{suffix}"))
    return Settings()


def read_settings(text: str) -> Settings:
    values: dict[str, str] = {}
    texts: set[str] = set()
    key, colon = "", False
    for kind, token in _tokens(text):
        if kind == "text":
            texts.add(token)
        if colon and (kind == "text" or token in _LITERALS):
            values.setdefault(key, token)
            key, colon = "", False
        elif kind in ("text", "name"):
            key, colon = token, False
        else:
            key, colon = (key, True) if key and token in _COLON else ("", False)
    return Settings(values, frozenset(texts))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Strings, words (true, 5 and names alike) and single characters; spaces and comments left out."""
    at, end = 0, len(text)
    while at < end:
        character = text[at]
        if character.isspace():
            at += 1
        elif text.startswith("//", at):
            at = _after(text, "\n", at)
        elif text.startswith("/*", at):
            at = _after(text, "*/", at + 2)
        elif character in _QUOTES:
            content, at = _string(text, at)
            yield "text", content
        elif character.isalnum() or character in "_$":
            start = at
            while at < end and (text[at].isalnum() or text[at] in "_$"):
                at += 1
            yield "name", text[start:at][:_MAX_VALUE]
        else:
            yield "sign", character
            at += 1


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _string(text: str, start: int) -> tuple[str, int]:
    """The string that opens at `start`, and where it is over: " and ' end with their line at the latest."""
    quote, at = text[start], start + 1
    while at < len(text) and text[at] != quote and not (text[at] == "\n" and quote != "`"):
        at += 2 if text[at] == "\\" else 1
    return text[start + 1 : at][:_MAX_VALUE], at + 1
