"""What is sent to the builder for a plan: the source, and the project's own Dockerfile or a generated one."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from zipp.domain.errors import BuildError
from zipp.domain.plan import BuildPlan
from zipp.images import dockerfile
from zipp.images.context import Context
from zipp.images.dockerignore import DockerIgnore

GENERATED = ".zipp/Dockerfile"
TEXT_MAX_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Sending:
    """`dockerfile` is its path in the context."""

    context: Context
    dockerfile: str
    dockerfile_text: str


def prepare(tree: Path, plan: BuildPlan) -> Sending:
    """Raises BuildError dockerfile_missing, source_escapes."""
    folder = _inside(tree, plan.root)
    if not plan.dockerfile:
        text = dockerfile.render(plan)
        return Sending(Context(folder, dockerfile.excluded, {GENERATED: text.encode()}), GENERATED, text)
    name = posixpath.normpath(plan.dockerfile)
    content = _read(folder, name)
    ignore = DockerIgnore(_read(folder, ".dockerignore").decode(errors="replace") if _has_ignore(folder) else "")
    # The engine needs its Dockerfile, whatever is ignored.
    context = Context(folder, ignore.excluded, {name: content}, looks_inside_excluded=ignore.brings_back)
    return Sending(context, name, content.decode(errors="replace"))


def _has_ignore(folder: Path) -> bool:
    return (folder / ".dockerignore").is_file()


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
