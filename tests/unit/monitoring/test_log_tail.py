"""The end of a log, for whoever asks why a deployment failed."""

from __future__ import annotations

import pytest

from zipp.monitoring import segments
from zipp.monitoring.logs import LogStore

ID = "0197aaaa-0000-7000-8000-000000000001"


async def test_tail_is_the_last_lines_of_every_stage_in_order(logs: LogStore) -> None:
    await logs.write(ID, "build", "\n".join(f"line {number}" for number in range(20)), stream="stdout")
    await logs.write(ID, "check", "said")
    tail = await logs.tail(ID, limit=3)
    assert [(line.stage, line.text) for line in tail] == [("build", "line 18"), ("build", "line 19"), ("check", "said")]


async def test_tail_reaches_over_the_ends_of_segments(logs: LogStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SEGMENT_LINES", 4)
    for number in range(10):
        await logs.write(ID, "build", f"line {number}", stream="stdout")
    assert [line.text for line in await logs.tail(ID, limit=7)] == [f"line {number}" for number in range(3, 10)]
    assert len(await logs.tail(ID, limit=100)) == 10


async def test_tail_of_no_log_is_empty(logs: LogStore) -> None:
    assert await logs.tail(ID, limit=5) == []
