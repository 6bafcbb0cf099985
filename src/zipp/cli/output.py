"""What is printed, and where: answers on stdout, everything said meanwhile on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH = 500  # a table that is read by a program is not squeezed into a terminal's width
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

# Rich honours NO_COLOR, and leaves colours out where the output is no terminal.
out = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False)
err = Console(stderr=True, width=None if sys.stderr.isatty() else _PIPE_WIDTH, highlight=False)

_STATUS_STYLE = {"RUNNING": "green", "FAILED": "red", "STOPPED": "dim"}


def show_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def say(text: str, *, style: str | None = None) -> None:
    """A message to the person, never part of an answer."""
    err.print(Text(text), style=style, soft_wrap=True)


def complain(message: str, *, hint: str = "", code: str = "") -> None:
    line = Text.assemble(("error: ", "bold red"), message, (f" [{code}]" if code else "", "dim"))
    err.print(line, soft_wrap=True)
    if hint:
        err.print(Text(f"  {hint}"), soft_wrap=True)


def log_line(text: str, *, stage: str = "", console: Console = out) -> None:
    """A line that a site's code printed: its colours are kept, whatever else could steer a terminal is not."""
    line = Text.from_ansi(text) if "\x1b" in text else Text(text)
    line.plain = _CONTROL.sub("", line.plain)
    if stage:
        line = Text.assemble((f"{stage:>7} ", "dim"), line)
    console.print(line, soft_wrap=True)


def status_text(status: str) -> Text:
    return Text(status, style=_STATUS_STYLE.get(status, "yellow"))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    out.print(grid)


def ago(moment: str) -> str:
    """'5 m ago' for an RFC 3339 time."""
    seconds = max(0, int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
