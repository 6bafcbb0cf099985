"""Contestants measured in turns, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from figures import Series

QUIET_SECONDS = 1.0  # what a contestant leaves to be tidied up must not fall into the next one's time


def interleaved(
    contestants: Mapping[str, Callable[[int], float]], *, rounds: int, warm_up: int = 1
) -> dict[str, Series]:
    """Every contestant once a round, another one first each time; the `warm_up` rounds before are not counted."""
    names = list(contestants)
    samples: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-warm_up, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            sample = contestants[name](number)
            if number >= 0:
                samples[name].append(sample)
            time.sleep(QUIET_SECONDS)
    return {name: Series(name, tuple(values)) for name, values in samples.items()}
