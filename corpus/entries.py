"""The list beside a folder of ZIPs: what is in each, and what it must answer once it is live."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ListError(Exception):
    """What stands in the way of a run, in one sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`want` is "deploy", "clean-error", or several such words joined by "-or-"; without `body_contains` only the
    status counts."""

    id: str
    want: str
    buildable_here: bool = True
    why_not_here: str = ""
    path: str = "/"
    status: int = 200
    body_contains: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Entry:
        expected = record["expected"]
        return cls(
            id=str(record["id"]),
            want=str(record["want"]),
            buildable_here=bool(record.get("buildable_here", True)),
            why_not_here=str(record.get("why_not_here") or ""),
            path=str(expected.get("path") or "/"),
            status=int(expected.get("status") or 200),
            body_contains=str(expected.get("body_contains") or ""),
        )

    @property
    def must_answer(self) -> bool:
        """ "deploy" and its kind, without a way out."""
        return self.want.startswith("deploy") and "-or-" not in self.want

    @property
    def may_answer(self) -> bool:
        return self.want != "clean-error"


def read_list(file: Path) -> list[Entry]:
    """Raises ListError."""
    records = _records(file)
    if records is None:
        raise ListError(f"{file} is no list of projects: each needs at least id, want and expected.")
    entries = [Entry.of(record) for record in records]
    if len({entry.id for entry in entries}) != len(entries):
        raise ListError(f"{file} names a project twice.")
    return entries


def find_list(folder: Path) -> Path:
    """The one list in the folder, else the one beside it. Raises ListError."""
    for place in (folder, folder.resolve().parent):
        lists = [file for file in sorted(place.glob("*.json")) if _records(file) is not None]
        if len(lists) == 1:
            return lists[0]
        if lists:
            names = ", ".join(file.name for file in lists)
            raise ListError(f"{place} has several lists ({names}): choose one with --list.")
    raise ListError(f"There is no JSON list in {folder} or beside it: name it with --list.")


def chosen(entries: Sequence[Entry], only: Collection[str]) -> list[Entry]:
    """Those named, in the list's order; all without a name. Raises ListError."""
    if unknown := sorted(set(only) - {entry.id for entry in entries}):
        raise ListError(f"The list has no {', '.join(unknown)}.")
    return [entry for entry in entries if not only or entry.id in only]


def archive_of(entry: Entry, folder: Path) -> Path:
    return folder / f"{entry.id}.zip"


def _records(file: Path) -> list[dict[str, Any]] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    wanted = {"id", "want", "expected"}
    if not isinstance(content, list) or not content:
        return None
    return content if all(isinstance(each, dict) and wanted <= set(each) for each in content) else None
