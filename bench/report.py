"""The table as Markdown, for people and the terminal alike, and as JSON with every sample: pure text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from figures import Goal, Missing, Row, Series, Unit

COLUMNS = ("What", "Zipp", "Reference", "Ratio of medians", "Median of ratios", "Goal", "Met")


def markdown(results: Sequence[Row | Missing], environment: Mapping[str, str]) -> str:
    lines = ["# Zipp, measured", ""]
    lines += [f"- {name}: {value}" for name, value in environment.items()]
    lines += ["", *_table([COLUMNS, *map(_cells, results)]), ""]
    notes = [f"- **{_title(result)}**: {result.note}" for result in results if isinstance(result, Row) and result.note]
    if notes:
        lines += ["## Notes", "", *notes, ""]
    lines.append(
        "Median (smallest to largest) of the rounds. How each row is measured: [bench/README.md](../README.md)."
    )
    return "\n".join(lines) + "\n"


def as_json(results: Sequence[Row | Missing], environment: Mapping[str, str]) -> str:
    return json.dumps({"environment": environment, "rows": [result.as_json() for result in results]}, indent=1) + "\n"


def _cells(result: Row | Missing) -> tuple[str, ...]:
    if isinstance(result, Missing):
        return (result.group, "not measured", result.reason.replace("|", "/"), "", "", "", "**no**")
    return (
        result.measure,
        _series(result.zipp, result.unit),
        f"{result.reference.name}: {_series(result.reference, result.unit)}" if result.reference else "–",
        _ratio(result.ratio_of_medians),
        _ratio(result.median_ratio),
        _goal(result.goal, result.unit),
        {None: "", True: "yes", False: "**no**"}[result.met],
    )


def _title(row: Row) -> str:
    return row.measure if row.reference is None else f"{row.measure}, against {row.reference.name}"


def _series(series: Series, unit: Unit) -> str:
    median = _value(series.median, unit)
    if len(series.samples) == 1:
        return median
    return f"{median} ({_value(min(series.samples), unit)} to {_value(max(series.samples), unit)})"


def _value(value: float, unit: Unit) -> str:
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
    if unit == "MB":
        return f"{value:.1f} MB"
    return f"{value:,.0f} {unit}"


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3f}"


def _goal(goal: Goal | None, unit: Unit) -> str:
    if goal is None:
        return "–"
    sign, bound = ("≤", goal.at_most) if goal.at_most is not None else ("≥", goal.at_least)
    assert bound is not None
    return f"{sign} {bound:g} times" if goal.of == "ratio" else f"{sign} {_value(bound, unit)}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [_line([cell.ljust(width) for cell, width in zip(row, widths, strict=True)]) for row in rows]
    return [lines[0], _line(["-" * width for width in widths]), *lines[1:]]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
