"""What tests of builds share: what a build said, a request of few words, and looks at the engine from outside."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
from pathlib import Path
from typing import Literal

from dockercli import docker

from zipp.domain.ids import new_id
from zipp.domain.plan import BuildPlan
from zipp.images.images import BuildRequest

MIB = 1024**2
DEBIAN = "zipp/debian:bookworm"
OWN_DOCKERFILE = BuildPlan(framework="docker", summary="a Dockerfile", dockerfile="Dockerfile")

# Every platform's BuildKit steps are held to the limit of a test that runs at that time: it must not be too small.
SMALL_BYTES = {"classic": 128 * MIB, "buildkit": 1024 * MIB}


class Log:
    """What a build says, and an event for each line that somebody waits for."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._waiting: dict[str, asyncio.Event] = {}

    async def write(self, line: str, stream: Literal["stdout", "stderr", "zipp"]) -> None:
        self.lines.append((line, stream))
        for text, event in self._waiting.items():
            if text in line:
                event.set()

    @property
    def text(self) -> str:
        return "\n".join(line for line, _ in self.lines)

    async def says(self, text: str) -> None:
        event = self._waiting.setdefault(text, asyncio.Event())
        if text not in self.text:
            async with asyncio.timeout(60):
                await event.wait()

    def cached(self) -> set[str]:
        """The instructions that were taken from a cache."""
        lines = [line for line, _ in self.lines]
        classic = {step.split()[3] for step, said in itertools.pairwise(lines) if said == " ---> Using cache"}
        return classic | {line.split("] ")[1].split()[0] for line in lines if line.endswith(" (cached)")}


def written(tree: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    return tree


def a_request(tree: Path, plan: BuildPlan, **fields: object) -> BuildRequest:
    values: dict[str, object] = {"deployment_id": new_id(), "site": "test", "owner": "anna"}
    return BuildRequest(**{**values, "tree": tree, "plan": plan, **fields})  # type: ignore[arg-type]


def output_of(image: str, *command: str) -> str:
    return docker("run", "--rm", "--network", "none", image, *command)


def is_running(text: str) -> bool:
    """Whether a program with `text` among its arguments runs, in whatever container."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = file.read_bytes()
        except OSError:  # just ended
            continue
        if text.encode() in arguments:
            return True
    return False


def tags_of(instance: str, site: str = "test") -> set[str]:
    return set(docker("images", "--format", "{{.Tag}}", "--filter", f"reference={instance}/site-{site}").split())


def made_by(image: str) -> str:
    """Empty when another suite has removed it meanwhile."""
    command = ["docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", image]
    return subprocess.run(command, capture_output=True, text=True).stdout


def dangling_with(*texts: str) -> list[str]:
    """Images without a name or a child that were made by a command with one of `texts` in it."""
    images = docker("images", "--quiet", "--no-trunc", "--filter", "dangling=true").split()
    return [image for image in images if any(text in made_by(image) for text in texts)]
