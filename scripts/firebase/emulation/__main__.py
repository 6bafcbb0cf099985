"""scripts/emulators start | stop | status | env | running"""

from __future__ import annotations

import os
import shlex
import sys

from emulation.background import Background, told
from emulation.problem import Problem
from emulation.surroundings import Surroundings


def start(background: Background) -> int:
    background.start()
    return 0


def stop(background: Background) -> int:
    print("Emulators stopped; what they hold is kept." if background.stop() else "No emulator runs.")
    return 0


def status(background: Background) -> int:
    """0 when all answer, else 3, as systemctl has it."""
    found = told(background)
    for name, (_, text) in found.items():
        print(f"  {name:<10} {text}")
    return 0 if all(well for well, _ in found.values()) else 3


def running(background: Background) -> int:
    """For scripts: 0 when any does."""
    return 0 if background.running() else 1


def main(verb: str) -> int:
    surroundings = Surroundings.of(os.environ)
    if verb == "env":
        for name, value in surroundings.variables.items():
            print(f"export {name}={shlex.quote(value)}")
        return 0
    return {"start": start, "stop": stop, "status": status, "running": running}[verb](Background(surroundings))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Problem as problem:
        sys.exit(f"error: {problem}")
