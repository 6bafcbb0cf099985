from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from zipp.runtime.output import Entry, nanoseconds, parse


def frame(stream: int, payload: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(payload).to_bytes(4, "big") + payload


async def parsed(data: bytes) -> list[Entry]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return [entry async for entry in parse(reader)]


async def test_frames_become_lines_with_stream_and_time() -> None:
    data = frame(1, b"2026-01-02T03:04:05.123456789Z hello  world \n") + frame(2, b"2026-01-02T03:04:05.1Z oh\r\n")
    first, second = await parsed(data)
    assert (first.stream, first.text) == ("stdout", "hello  world ")
    assert (second.stream, second.text) == ("stderr", "oh")
    assert first.line().time == datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)


async def test_invalid_utf8_is_replaced() -> None:
    (entry,) = await parsed(frame(1, b"2026-01-02T03:04:05Z caf\xe9\n"))
    assert entry.text == "caf\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("cut", [3, 8, 20])
async def test_frame_that_is_cut_off_is_dropped(cut: int) -> None:
    whole = frame(1, b"2026-01-02T03:04:05Z whole\n")
    assert [entry.text for entry in await parsed(whole + whole[:cut])] == ["whole"]


async def test_empty_line_stays_a_line() -> None:
    (entry,) = await parsed(frame(1, b"2026-01-02T03:04:05Z \n"))
    assert entry.text == ""


@pytest.mark.parametrize(
    ("timestamp", "rest"),
    [("1970-01-01T00:00:01Z", 0), ("1970-01-01T00:00:01.5Z", 500_000_000), ("1970-01-01T00:00:01.000000001Z", 1)],
)
def test_timestamps_keep_their_nanoseconds(timestamp: str, rest: int) -> None:
    assert nanoseconds(timestamp) == 1_000_000_000 + rest
