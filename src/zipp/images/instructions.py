"""A Dockerfile's instruction as a person wants to read it in a log: what is run, without how it is wrapped."""

from __future__ import annotations

import json

from zipp.domain.plan import first_try

SHOWN_MAX = 200
_SHELL = ["/bin/sh", "-ec"]  # as dockerfile_lines.run writes it


def readable(instruction: str) -> str:
    """`RUN --mount=… ["/bin/sh", "-ec", "npm ci"]` -> `RUN npm ci`.

    One line, cut where it is long, without the options that only say how.
    """
    words = instruction.split(maxsplit=1)
    if len(words) < 2:
        return instruction
    name, rest = words
    said = [name]
    while rest.startswith("--") and " " in rest:
        option, rest = rest.split(maxsplit=1)
        said += [option] if option.startswith("--from=") else []
    shown = " ".join([*said, *_plain(rest).split()])
    return shown if len(shown) <= SHOWN_MAX else f"{shown[: SHOWN_MAX - 1]}…"


def _plain(arguments: str) -> str:
    try:
        argv = json.loads(arguments) if arguments.startswith("[") else None
    except ValueError:  # BuildKit shows the words between quotes, and nothing in them escaped
        argv = arguments.removeprefix('["').removesuffix('"]').split('", "')
    if not isinstance(argv, list) or not all(isinstance(word, str) for word in argv):
        return arguments
    if argv[:2] == _SHELL:  # a script, then perhaps its name and people's commands as its arguments
        return "; ".join(map(first_try, argv[4:] or argv[2:3]))
    return " ".join(argv)
