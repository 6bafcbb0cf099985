"""How a move is shown: a line per collection with its count, and the table at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any

from rich.text import Text

from zipp.cli.output import err, say, table
from zipp.domain.errors import Unavailable
from zipp.domain.user import User
from zipp.moving.compare import Comparison
from zipp.moving.move import Progress


class Shown(AbstractContextManager["Shown"]):
    """What is under way as it goes on, and a line that stays for what is done."""

    def __init__(self) -> None:
        self._status = err.status("…")
        self._last: Progress | None = None
        self._began = time.monotonic()

    def __enter__(self) -> Shown:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()
        if kind is None:
            self._done()

    def __call__(self, progress: Progress) -> None:
        if self._last is not None and self._last.what != progress.what:
            self._done()
            self._began = time.monotonic()
        self._last = progress
        self._status.update(_told(progress))

    def _done(self) -> None:
        if self._last is not None and not self._last.what.startswith(("looking", "reading")):
            err.print(f"  {_told(self._last):<52}{time.monotonic() - self._began:6.1f} s", markup=False)
        self._last = None


@contextmanager
def can_go_on() -> Iterator[None]:
    """What stops answering in the middle is no loss."""
    try:
        yield
    except Unavailable as error:
        hint = f"{error.hint} What has been moved stays there: say the same again to go on."
        raise Unavailable(error.message, code=error.code, hint=hint.strip()) from error


def show_table(found: Sequence[Comparison]) -> None:
    rows = [(each.name, each.at_origin, each.at_home, each.missing, each.different, each.extra) for each in found]
    table(
        ("WHAT", "FROM", "TO", "MISSING", "DIFFERENT", "MORE"),
        ([Text(str(cell), style="" if equal else "bold red") for cell in row] for row, equal in _marked(rows)),
    )


def _marked(rows: Sequence[tuple[Any, ...]]) -> list[tuple[tuple[Any, ...], bool]]:
    return [(row, not any(row[3:])) for row in rows]


def tell_new_passwords(people: Sequence[str]) -> None:
    if not people:
        return
    say(f"\n{len(people)} {'person needs' if len(people) == 1 else 'people need'} a new password there.")
    say("Once the platform runs, make each a link and send it to them:")
    for address in people:
        say(f"  zipp members password {address}")


def as_json(found: Sequence[Comparison]) -> dict[str, dict[str, int]]:
    return {
        each.name: {
            "from": each.at_origin,
            "to": each.at_home,
            "missing": each.missing,
            "different": each.different,
            "more": each.extra,
        }
        for each in found
    }


def addresses(users: Sequence[User]) -> list[str]:
    return [user.email or user.uid for user in users]


def _told(progress: Progress) -> str:
    if progress.total is None:
        return f"{progress.what} {progress.done}" if progress.done else f"{progress.what} …"
    return f"{progress.what} {progress.done} of {progress.total}"
