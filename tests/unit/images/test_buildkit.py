from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from zipp.engine.client import Engine
from zipp.images.buildkit import BuildkitBuild
from zipp.images.classic import BuildFailure
from zipp.images.step_names import texts_of


class Written:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    async def __call__(self, line: str, stream: str) -> None:
        self.lines.append((line, stream))


def field(number: int, value: bytes | int) -> bytes:
    return varint(number << 3) + varint(value) if isinstance(value, int) else _sized(number, value)


def _sized(number: int, value: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def step(name: str, *, at: int = 0, until: int = 0, cached: bool = False, error: str = "") -> bytes:
    """A step as BuildKit tells it; its name is its digest."""
    text = field(1, name.encode()) + field(3, name.encode()) + field(4, int(cached))
    text += field(5, field(1, at)) if at else b""
    text += field(6, field(1, until)) if until else b""
    return field(1, text + (field(7, error.encode()) if error else b""))


def printed(name: str, data: bytes, stream: int = 1) -> bytes:
    return field(3, field(1, name.encode()) + field(3, stream) + field(4, data))


def trace(*messages: bytes) -> Mapping[str, Any]:
    return {"id": "moby.buildkit.trace", "aux": base64.b64encode(b"".join(messages)).decode()}


async def heard(*messages: Mapping[str, Any], dockerfile: str = "", **hidden: str) -> tuple[BuildkitBuild, Written]:
    written = Written()
    build = BuildkitBuild(Engine(), written, texts_of(dockerfile), hidden)
    for message in messages:
        await build.hear(message)
    return build, written


NPM = '[build 3/5] RUN --mount=type=cache,target=/c ["/bin/sh", "-ec", "npm ci"]'


async def test_each_step_is_named_once_in_words_and_its_output_follows() -> None:
    _, written = await heard(
        trace(step("[internal] load remote build context", at=1, until=2)),
        trace(step(NPM)),
        trace(step(NPM, at=10)),
        trace(printed(NPM, b"added 1"), printed(NPM, b" package\nwarn", 1), printed(NPM, b"old\n", 2)),
        trace(step(NPM, at=10, until=13)),
        trace(step(NPM, at=10, until=13)),
    )
    assert written.lines[:3] == [
        ("[build 3/5] RUN npm ci", "stdout"),
        ("added 1 package", "stdout"),
        ("old", "stderr"),
    ]
    assert written.lines[3:5] == [("warn", "stdout"), ("[build 3/5] took 3.0 s", "stdout")]


async def test_a_step_out_of_the_cache_says_so() -> None:
    _, written = await heard(trace(step(NPM, at=10, until=10, cached=True)))
    assert written.lines == [("[build 3/5] RUN npm ci (cached)", "stdout")]


async def test_lines_of_steps_that_run_at_once_can_be_told_apart() -> None:
    one, two = "[a 1/2] RUN one", "[b 1/2] RUN two"
    _, written = await heard(
        trace(step(one, at=1), step(two, at=1)),
        trace(printed(two, b"2\n")),
        trace(printed(one, b"1\n"), printed(one, b"1\n")),
        trace(printed(two, b"2\n")),
    )
    assert [line for line, _ in written.lines] == [one, two, "2", one, "1", "1", two, "2"]


async def test_the_failed_step_is_named_and_not_its_cancelled_sibling() -> None:
    reason = "executor failed running [/bin/sh -ec npm ci]: exit code: 66"
    build, _ = await heard(
        trace(step("[a 1/2] RUN sleep", at=1), step(NPM, at=5), printed(NPM, b"zipp: nothing\n", 2)),
        trace(step("[a 1/2] RUN sleep", at=1, until=6, error="context canceled")),
        trace(step(NPM, at=5, until=7, error=reason)),
    )
    with pytest.raises(BuildFailure) as caught:
        await build.hear({"errorDetail": {"message": f"failed to solve: {reason}"}, "error": "x"})
    assert caught.value.exit_code == 66
    assert (build.instruction, build.last_error) == ("RUN npm ci", "zipp: nothing")
    assert (build.began, build.ended) == (5, 7)


async def test_a_base_that_can_not_be_had_is_the_instruction() -> None:
    name, error = "[internal] load metadata for docker.io/library/nothere:1", "no such host"
    build, written = await heard(trace(step(name, at=1, until=1, error=error)))
    with pytest.raises(BuildFailure) as caught:
        await build.hear(
            {"error": f"failed to solve with frontend dockerfile.v0: failed to create LLB definition: {error}"}
        )
    assert (build.instruction, caught.value.exit_code, caught.value.reason) == ("FROM nothere:1", None, error)
    assert written.lines == []


async def test_values_of_arguments_are_named_not_told() -> None:
    build, written = await heard(
        trace(step("[2/2] RUN login right-horse", at=1, until=2, error="exit code: 1")),
        TOKEN="right-horse",
        SHORT="in",
    )
    with pytest.raises(BuildFailure) as caught:
        await build.hear({"error": "executor failed running [login right-horse]: exit code: 1"})
    assert build.instruction == "RUN login $TOKEN"
    assert "right-horse" not in caught.value.reason + "".join(line for line, _ in written.lines)


async def test_the_image_is_what_the_engine_calls_it() -> None:
    build, _ = await heard({"id": "moby.image.id", "aux": {"ID": "sha256:1"}}, {"stream": "Successfully tagged a:b\n"})
    assert build.image == "sha256:1"


DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=22
FROM node:$VERSION AS Build
WORKDIR /app
ENV A=1
COPY --chown=1:1 ["a b", "./"]
RUN --mount=type=cache,target=/c npm config set token $TOKEN \\
    && npm ci
FROM node:22-slim
COPY --from=Build /app /app
FROM build
RUN npm test
FROM scratch
COPY x /
"""


def test_each_step_is_found_in_the_dockerfile_by_its_place() -> None:
    assert texts_of(DOCKERFILE) == {
        "build 1/4": "FROM node:$VERSION AS Build",
        "build 2/4": "WORKDIR /app",
        "build 3/4": 'COPY --chown=1:1 ["a b", "./"]',
        "build 4/4": "RUN --mount=type=cache,target=/c npm config set token $TOKEN && npm ci",
        "stage-1 1/2": "FROM node:22-slim",
        "stage-1 2/2": "COPY --from=Build /app /app",
        "stage-2 1/1": "RUN npm test",
        "stage-3 1/1": "COPY x /",
    }
    assert texts_of("FROM a\nRUN b\n") == {"1/2": "FROM a", "2/2": "RUN b"}


async def test_steps_are_told_as_the_dockerfile_has_them() -> None:
    _, written = await heard(
        trace(step("[build 3/4] COPY --chown=1:1 [a b, ./]", at=1, until=1, cached=True)),
        trace(step("[build 4/4] RUN npm config set token in && npm ci", at=1)),
        trace(step("[stage-1 1/2] RUN something else", at=2)),
        dockerfile=DOCKERFILE,
    )
    assert [line for line, _ in written.lines] == [
        "[build 3/4] COPY a b ./ (cached)",
        "[build 4/4] RUN npm config set token $TOKEN && npm ci",
        "[stage-1 1/2] RUN something else",
    ]
