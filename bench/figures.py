"""Measurements, and what they say about a goal: pure."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import Any, Literal

Unit = Literal["s", "req/s", "MB", "failed"]


@dataclass(frozen=True, slots=True)
class Series:
    """What one contestant got, round by round."""

    name: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)


@dataclass(frozen=True, slots=True)
class Goal:
    """`of` tells what is compared: Zipp's figure itself, or its ratio to the reference."""

    of: Literal["figure", "ratio"]
    at_most: float | None = None
    at_least: float | None = None

    def holds(self, value: float) -> bool:
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Samples of the same index were taken in the same round, one right after the other.

    With `paired` False the reference is a count or an absolute figure that no ratio is made of.
    """

    group: str
    measure: str
    unit: Unit
    zipp: Series
    reference: Series | None = None
    goal: Goal | None = None
    note: str = ""
    paired: bool = True

    @property
    def ratio_of_medians(self) -> float | None:
        if self.reference is None or not self.paired:
            return None
        return self.zipp.median / self.reference.median

    @property
    def median_ratio(self) -> float | None:
        """The median of the rounds' own ratios: what the whole machine did at that moment cancels out."""
        if self.reference is None or not self.paired:
            return None
        return statistics.median(a / b for a, b in zip(self.zipp.samples, self.reference.samples, strict=True))

    @property
    def met(self) -> bool | None:
        """None without a goal. A ratio must hold both ways of taking it, an absolute figure in every round."""
        if self.goal is None:
            return None
        if self.goal.of == "figure":
            return all(map(self.goal.holds, self.zipp.samples))
        ratios = (self.ratio_of_medians, self.median_ratio)
        return all(ratio is not None and self.goal.holds(ratio) for ratio in ratios)

    def as_json(self) -> dict[str, Any]:
        made = {"ratio_of_medians": self.ratio_of_medians, "median_of_ratios": self.median_ratio, "met": self.met}
        return {**asdict(self), **made}


@dataclass(frozen=True, slots=True)
class Missing:
    """A group that could not be measured, and why: never passed over in silence."""

    group: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": False}
