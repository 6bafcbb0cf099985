"""A site's environment as people write it: K=V on the command line, or a file of such lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from zipp.cli.exits import UsageMistake

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def environment(pairs: Iterable[str], file: Path | None) -> dict[str, str]:
    """The file's lines, then the pairs, which win. Raises UsageMistake."""
    from_file = dict(_read(file)) if file is not None else {}
    return {**from_file, **dict(_pair(pair, "--env") for pair in pairs)}


def check_names(names: Iterable[str]) -> list[str]:
    """Raises UsageMistake."""
    for name in (found := list(names)):
        if not _NAME.match(name):
            raise UsageMistake(f"{name[:60]!r} is no variable's name.", hint="A name is letters, digits and '_'.")
    return found


def _read(file: Path) -> Iterator[tuple[str, str]]:
    """Lines K=V as in a .env file: '#' begins a comment line, `export ` and quotes around a value are dropped."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageMistake(f"{file} can't be read: {error}.", hint="Name a text file of lines K=V.") from None
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("export ").strip()
        if text and not text.startswith("#"):
            name, value = _pair(text, f"{file}, line {number}")
            yield name, _unquoted(value)


def _pair(text: str, where: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _NAME.match(name):
        # The text itself is not shown: it may be a secret.
        raise UsageMistake(f"{where} is not of the form NAME=VALUE.", hint="A name is letters, digits and '_'.")
    return name, value


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
