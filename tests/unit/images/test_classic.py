from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from zipp.engine.client import Engine
from zipp.images.classic import LINE_MAX, BuildFailure, ClassicBuild, json_messages


class Written:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    async def __call__(self, line: str, stream: str) -> None:
        self.lines.append((line, stream))


async def heard(*streamed: str) -> tuple[ClassicBuild, list[tuple[str, str]]]:
    written = Written()
    build = ClassicBuild(Engine(), written)
    for text in streamed:
        await build.hear({"stream": text})
    await build.flush()
    return build, written.lines


async def test_lines_are_put_together_from_pieces() -> None:
    _, lines = await heard("one", " line\ntwo", "\n", "rest")
    assert lines == [("one line", "stdout"), ("two", "stdout"), ("rest", "stdout")]


async def test_standard_error_is_told_apart() -> None:
    _, lines = await heard("out\n", "\x1b[91moh\n\x1b[0m", "out\n")
    assert lines == [("out", "stdout"), ("oh", "stderr"), ("out", "stdout")]


async def test_of_a_progress_bar_the_last_state_is_kept() -> None:
    _, lines = await heard("10%\r50%\r100%\r\n")
    assert lines == [("100%", "stdout")]


async def test_line_without_an_end_is_cut() -> None:
    _, lines = await heard("x" * (LINE_MAX * 2 + 1))
    assert [len(line) for line, _ in lines] == [LINE_MAX, LINE_MAX, 1]


async def test_what_the_builder_says_of_itself_is_remembered() -> None:
    build, lines = await heard(
        "Step 1/4 : FROM zipp/debian:bookworm AS tools\n", " ---> aaaaaaaaaaaa\n",
        "Step 2/4 : RUN make\n", " ---> Running in cccccccccccc\n", "made\n",
        "Removing intermediate container cccccccccccc\n", " ---> bbbbbbbbbbbb\n",
        "Step 3/4 : FROM zipp/debian:bookworm\n", " ---> aaaaaaaaaaaa\n",
        "Step 4/4 : COPY --from=tools /a /a\n", " ---> Using cache\n", " ---> dddddddddddd\n",
    )  # fmt: skip
    assert build.instruction == "COPY --from=tools /a /a"
    assert build.containers == ["cccccccccccc"]
    assert build.stages == ["bbbbbbbbbbbb", "dddddddddddd"]
    assert [line for line, _ in lines if not line.startswith("Step")] == ["made", " ---> Using cache"]


async def test_error_carries_the_exit_code() -> None:
    build = ClassicBuild(Engine(), Written())
    with pytest.raises(BuildFailure) as caught:
        await build.hear({"error": "it failed", "errorDetail": {"code": 3, "message": "it failed"}})
    assert (caught.value.exit_code, caught.value.reason) == (3, "it failed")


async def test_messages_are_read_however_they_are_cut() -> None:
    messages = [{"stream": "é" * 100_000}, {"aux": {"ID": "sha256:1"}}]
    data = "\r\n".join(json.dumps(message, ensure_ascii=False) for message in messages).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 999):
            yield data[start : start + 999]

    assert [message async for message in json_messages(pieces())] == messages


async def test_instructions_are_shown_in_words() -> None:
    build, lines = await heard('Step 2/4 : RUN ["/bin/sh", "-ec", "npm ci"]\n')
    assert lines == [("Step 2/4 : RUN npm ci", "stdout")]
    assert build.instruction == "RUN npm ci"


async def test_last_line_on_standard_error_is_remembered() -> None:
    build, _ = await heard("Step 1/1 : RUN x\n", "\x1b[91mone\n\x1b[0m", "out\n", "\x1b[91mzipp: no\n\x1b[0m", "out\n")
    assert build.last_error == "zipp: no"
