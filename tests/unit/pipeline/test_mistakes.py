"""Why a container does not run, as far as the engine shows it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from zipp.domain.log import LogLine
from zipp.pipeline.explain import of_the_start
from zipp.pipeline.mistakes import crash, only_port
from zipp.runtime.runtime import Container, Listener

ENDED = Container(
    id="c", deployment_id="d", site="s", state="restarting", address="", listen_port=3000, host_port=20000,
    exit_code=1, oom_killed=False, restarts=1, image="i",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "start_crashed"),
        ({"exit_code": 0}, "start_ended"),
        ({"exit_code": 0, "state": "exited"}, "start_ended"),
        ({"exit_code": 127}, "start_command_missing"),
        ({"exit_code": 0, "oom_killed": True}, "start_out_of_memory"),
        ({"exit_code": None, "state": "running"}, "start_crashed"),
    ],
)
def test_end_of_a_process_is_told_by_its_exit_code(changes: dict[str, Any], code: str) -> None:
    error = crash(dataclasses.replace(ENDED, **changes))
    assert error.code == code
    assert error.message.endswith(".")
    assert error.hint


def test_container_that_is_gone_is_told() -> None:
    assert crash(None).code == "start_crashed"


@pytest.mark.parametrize(
    ("listeners", "port"),
    [
        ([("0.0.0.0", 3333)], 3333),
        ([("0.0.0.0", 3333), ("::", 3333), ("127.0.0.1", 9229)], 3333),
        ([("0.0.0.0", 3333), ("0.0.0.0", 4444)], None),
        ([("127.0.0.1", 3333)], None),
        ([], None),
    ],
)
def test_only_one_port_that_others_reach_can_be_taken_over(listeners: list[tuple[str, int]], port: int | None) -> None:
    assert only_port([Listener(address, number) for address, number in listeners]) == port


def test_words_of_an_earlier_start_are_not_blamed_for_the_last_one() -> None:
    said = [
        ("build", "stdout", "built"),
        ("runtime", "stderr", "EROFS: read-only file system"),
        ("check", "zipp", "starting it once more"),
        ("runtime", "stderr", "something else"),
    ]
    at = datetime(2030, 1, 1, tzinfo=UTC)
    lines = [
        LogLine(seq=seq, time=at, stage=stage, stream=stream, text=text)  # type: ignore[arg-type]
        for seq, (stage, stream, text) in enumerate(said, 1)
    ]
    assert of_the_start(lines) == ["something else"]
    assert of_the_start(lines[:2]) == ["EROFS: read-only file system"]
