"""What is sent to the builder for a plan: the source, and the project's own Dockerfile or a generated one."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zipp.domain.errors import BuildError
from zipp.images.context import Context
from zipp.images.dockerfile import may_reach_a_build, render
from zipp.images.dockerfile_words import arguments_of, instructions
from zipp.images.dockerignore import DockerIgnore
from zipp.images.images import BuildRequest
from zipp.images.left_out import excluded_besides

DOCKERFILE = ".zipp.Dockerfile"
SOURCE = "source"
IGNORE = ".dockerignore"
TEXT_MAX_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Sending:
    """`dockerfile` is the text, `name` its file in the context.

    `labels` are those that could not be written into its text. `build_args` are the variables of the site's
    environment that it takes: values that no log may show. `scope` names whose source it is: nothing that was sent
    for one is ever looked at for another.
    """

    context: Context
    dockerfile: str
    name: str
    labels: Mapping[str, str]
    build_args: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""


def prepare(request: BuildRequest, labels: Mapping[str, str], *, buildkit: bool) -> Sending:
    """Raises BuildError dockerfile_missing, source_escapes."""
    folder = _inside(request.tree, request.plan.root)
    if not request.plan.dockerfile:
        return _generated(request, folder, labels, buildkit=buildkit)
    return _own_for_buildkit(request, folder, labels) if buildkit else _own(request, folder, labels)


def _generated(request: BuildRequest, folder: Path, labels: Mapping[str, str], *, buildkit: bool) -> Sending:
    """The source lies in a folder of its own, so that no COPY of it takes our files along."""
    plan = request.plan
    original = render(
        plan,
        buildkit=buildkit,
        scope=_scope(_instance(labels), request.owner),
        site_scope=_site_scope(request, labels),
        environment=request.environment,
        source=SOURCE,
    )
    text, left = labelled(original, labels)
    made_anew = (*plan.dependency_folders, *plan.build_caches)
    context = Context(folder, excluded_besides(made_anew), {DOCKERFILE: text.encode()}, below=SOURCE)
    arguments = _build_args(original, request.environment)
    return Sending(context, text, DOCKERFILE, left, arguments, _site_scope(request, labels))


def _own(request: BuildRequest, folder: Path, labels: Mapping[str, str]) -> Sending:
    original = _text(folder, request.plan.dockerfile)
    text, left = labelled(original, labels)
    ignore_text = _ignore_text(folder)
    # The classic builder takes what is ignored out of the context once it has read it, so no COPY sees our copy.
    extra = {DOCKERFILE: _bytes(text), IGNORE: _bytes(f"{ignore_text}\n{DOCKERFILE}\n")}
    context = _as_ignored(folder, ignore_text, extra)
    return Sending(context, text, DOCKERFILE, left, _build_args(original, request.environment))


def _own_for_buildkit(request: BuildRequest, folder: Path, labels: Mapping[str, str]) -> Sending:
    """Sent as it is: BuildKit does not look at .dockerignore in an archive, and a label costs it nothing."""
    name = posixpath.normpath(request.plan.dockerfile)
    text = _text(folder, name)
    context = _as_ignored(folder, _ignore_text(folder), {name: _bytes(text)})
    arguments = _build_args(text, request.environment)
    return Sending(context, text, name, labels, arguments, _site_scope(request, labels))


def _as_ignored(folder: Path, ignore_text: str, extra: Mapping[str, bytes]) -> Context:
    ignore = DockerIgnore(ignore_text)
    return Context(folder, ignore.excluded, extra, ignore.brings_back)


def _build_args(text: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name: environment[name] for name in sorted(arguments_of(text) & environment.keys()) if may_reach_a_build(name)
    }


def _site_scope(request: BuildRequest, labels: Mapping[str, str]) -> str:
    return _scope(_instance(labels), request.owner, request.site)


def _instance(labels: Mapping[str, str]) -> str:
    return labels.get("zipp.instance", "")


def _scope(*parts: str) -> str:
    """Names what people may call as they like, in letters that every builder takes."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def labelled(text: str, labels: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The labels right after the last FROM, and what is left to do where that line can't be told from the text.

    They are the same in every build of the platform, and there the layer cache holds them: at the end, or left to the
    engine, they would cost each build a container and a layer more.
    """
    lines = text.splitlines()
    starts = [start for start in instructions(text) if start.name == "FROM" and start.words]
    if not labels or not starts or _goes_on(lines, starts[-1].first) or starts[-1].first != starts[-1].last:
        return text, labels
    pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
    lines.insert(starts[-1].last + 1, f"LABEL {pairs}")
    return "\n".join(lines) + "\n", {}


def _goes_on(lines: list[str], number: int) -> bool:
    """Whether the line is part of an instruction of several lines (comments between them don't end it)."""
    before = next((line for line in reversed(lines[:number]) if line.strip() and not line.lstrip().startswith("#")), "")
    return any(line.rstrip().endswith(("\\", "`")) for line in (before, lines[number]))


def _text(folder: Path, name: str) -> str:
    return _read(folder, name).decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _ignore_text(folder: Path) -> str:
    return _text(folder, IGNORE) if (folder / IGNORE).is_file() else f"{IGNORE}\n"


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
