"""What is sent to the builder for a plan: the source, and the project's own Dockerfile or a generated one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan
from zipp.images import dockerfile
from zipp.images.context import Context
from zipp.images.dockerignore import DockerIgnore

DOCKERFILE = ".zipp.Dockerfile"
IGNORE = ".dockerignore"
TEXT_MAX_BYTES = 1024**2
_FROM = re.compile(r"\s*FROM\s+\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sending:
    """The Dockerfile is DOCKERFILE in the context; `labels` are those that could not be written into its text."""

    context: Context
    dockerfile: str
    labels: Mapping[str, str]


def prepare(tree: Path, plan: BuildPlan, labels: Mapping[str, str]) -> Sending:
    """Raises BuildError dockerfile_missing, source_escapes."""
    folder = _inside(tree, plan.root)
    own = plan.dockerfile
    original = _read(folder, own).decode(errors="surrogateescape") if own else dockerfile.render(plan)
    text, left = labelled(original, labels)
    ignore_text = _read(folder, IGNORE) if own and (folder / IGNORE).is_file() else f"{IGNORE}\n".encode()
    # The engine takes what is ignored out of the context once it has read it, so that no COPY sees our copy.
    extra = {DOCKERFILE: text.encode(errors="surrogateescape"), IGNORE: ignore_text + f"\n{DOCKERFILE}\n".encode()}
    if not own:
        return Sending(Context(folder, dockerfile.excluded, extra), text, left)
    ignore = DockerIgnore(ignore_text.decode(errors="replace"))
    return Sending(Context(folder, ignore.excluded, extra, ignore.brings_back), text, left)


def labelled(text: str, labels: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The labels right after the last FROM, and what is left to do where that line can't be told from the text.

    They are the same in every build of the platform, and there the layer cache holds them: at the end, or left to the
    engine, they would cost each build a container and a layer more.
    """
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _FROM.match(line) and not _goes_on(lines, number)]
    if not starts or not labels:
        return text, labels
    pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
    lines.insert(starts[-1] + 1, f"LABEL {pairs}")
    return "\n".join(lines) + "\n", {}


def _goes_on(lines: list[str], number: int) -> bool:
    """Whether the line is part of an instruction of several lines (comments between them don't end it)."""
    before = next((line for line in reversed(lines[:number]) if line.strip() and not line.lstrip().startswith("#")), "")
    return any(line.rstrip().endswith(("\\", "`")) for line in (before, lines[number]))


def _read(folder: Path, name: str) -> bytes:
    try:
        with open(_inside(folder, name), "rb") as file:
            return file.read(TEXT_MAX_BYTES)
    except OSError as error:
        raise BuildError(
            f"{name[:200]} can't be read.", code="dockerfile_missing", hint="It must be a text file inside the project."
        ) from error


def _inside(folder: Path, name: str) -> Path:
    """Links are followed, so that none leads to a file of the host."""
    resolved = (folder / name).resolve()
    if not resolved.is_relative_to(folder.resolve()):
        raise BuildError(
            f"{name[:200]} lies outside the source.",
            code="source_escapes",
            hint="Use paths inside the project, without links that lead out of it.",
        )
    return resolved
