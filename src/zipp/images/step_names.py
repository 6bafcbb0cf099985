"""BuildKit's names for steps -> the instructions as the Dockerfile has them.

BuildKit calls a step `[build 2/5] RUN …`, and fills variables into what follows: values that no log may show.
"""

from __future__ import annotations

from collections.abc import Mapping

from zipp.images.dockerfile_words import Instruction, instructions

_STEPS = frozenset({"FROM", "RUN", "COPY", "ADD", "WORKDIR"})  # the others leave no layer, and no step


def texts_of(dockerfile: str) -> Mapping[str, str]:
    """By the place that stands in brackets. Places that BuildKit counts otherwise are simply not found."""
    stages: dict[str, list[Instruction]] = {"scratch": []}
    for instruction in instructions(dockerfile):
        if instruction.name == "FROM":
            base, name = _names(instruction, f"stage-{len(stages) - 1}")
            current = stages[name] = [] if base in stages else [instruction]  # going on from a stage is no step
        elif len(stages) > 1 and instruction.name in _STEPS:
            current.append(instruction)
    del stages["scratch"]
    return {
        f"{f'{stage} ' if len(stages) > 1 else ''}{place}/{len(steps)}": " ".join([step.name, *step.words])
        for stage, steps in stages.items()
        for place, step in enumerate(steps, 1)
    }


def _names(start: Instruction, otherwise: str) -> tuple[str, str]:
    """The base's and the stage's own."""
    words = [word for word in start.words if not word.startswith("--")]
    named = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else otherwise
    return words[0].lower() if words else "", named
