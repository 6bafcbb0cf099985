from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zipp.cli.exits import UsageMistake
from zipp.cli.options import Json
from zipp.cli.output import show_json, table
from zipp.cli.source_tree import source_tree

if TYPE_CHECKING:
    from zipp.domain.plan import BuildPlan, WantedLimits


def plan(
    source: Annotated[str, typer.Argument(metavar="[FOLDER|ZIP]", help="The project.")] = ".",
    dockerfile: Annotated[bool, typer.Option("--dockerfile", help="Print the Dockerfile that would be built.")] = False,
    json: Json = False,
) -> None:
    """Show how a folder (the current one by default) or a ZIP file would be built and run.

    Nothing is sent, built or run, and no platform needs to answer. What is not as it should be can be set in a
    zipp.toml: install, build, start, output, port, env and more.
    """
    from zipp.detect import detect

    if dockerfile and json:
        raise UsageMistake("--dockerfile and --json don't go together.")
    with source_tree(Path(source)) as tree:
        found = detect(tree)
        text = dockerfile_text(tree, found) if dockerfile else ""
    if dockerfile:
        sys.stdout.write(text)
    elif json:
        show_json(found.model_dump(mode="json"))
    else:
        table(("", ""), ((name, _printable(value)) for name, value in rows(found) if value))


def dockerfile_text(tree: Path, found: BuildPlan) -> str:
    """The project's own, or the one that is made for it. Raises UsageMistake where none is used."""
    from zipp.images.dockerfile import render

    if found.dockerfile:
        return (tree / found.root / found.dockerfile).read_text("utf-8", "replace")
    if not (found.start or found.is_built):
        raise UsageMistake("No Dockerfile is used: the files are served as they are.")
    return render(found, buildkit=True)


def rows(found: BuildPlan) -> Iterator[tuple[str, str]]:
    """What a person may want to know or change; an empty value says nothing."""
    yield "framework", found.framework
    yield "summary", found.summary
    yield "folder", "" if found.root == "." else found.root
    yield "dockerfile", found.dockerfile
    yield "built in", found.builder if found.is_built else ""
    yield "tools", _lines(found.tools)
    yield "dependencies", _lines(found.dependencies)
    yield "install", _lines(found.install)
    yield "build", _lines(found.build)
    yield "output", found.output if found.is_static else ""
    yield "fallback", found.fallback
    yield "runs in", found.base
    yield "before start", found.before_start
    yield "start", found.start
    yield "env", _variables(found.env)
    yield from _serving(found)


def _serving(found: BuildPlan) -> Iterator[tuple[str, str]]:
    from zipp.domain.plan import Serve

    in_container = found.serve is Serve.CONTAINER
    yield "serve", "a container" if in_container else "nginx itself, without a container"
    yield "port", str(found.port) if in_container else ""
    yield "health", found.health_path
    yield "file system", "" if found.read_only_root or not in_container else "writable"
    yield "limits", _limits(found.limits)


def _limits(wanted: WantedLimits) -> str:
    memory = f"{wanted.memory_bytes / 1024**2:g} MB of memory" if wanted.memory_bytes else ""
    cpus = f"{wanted.cpus:g} CPUs" if wanted.cpus else ""
    pids = f"{wanted.pids} processes" if wanted.pids else ""
    return ", ".join(part for part in (memory, cpus, pids) if part)


def _variables(values: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(values.items()))


def _lines(values: Iterable[str]) -> str:
    from zipp.domain.plan import first_try

    return "\n".join(map(first_try, values))


def _printable(text: str) -> str:
    """A project may be anybody's: nothing in it may steer the terminal."""
    return "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}" for character in text
    )
