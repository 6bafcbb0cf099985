from __future__ import annotations

import pytest

from zipp.cli.events import Event, events

STREAM = (
    ": ping\n\n"
    "id: 1\nevent: log\ndata: first\n\n"
    "event: status\ndata: two\ndata: lines\n\n"
    "id: 2\r\nevent: log\r\ndata: cut at\u2028nothing, \x85 ü\r\n\r\n"
    "data:no name\n\n"
    "event: log\nid: 3\ndata: never finished\n"
).encode()
EXPECTED = [
    Event("log", "first", "1"),
    Event("status", "two\nlines", "1"),
    Event("log", "cut at\u2028nothing, \x85 ü", "2"),
    Event("message", "no name", "2"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_events_are_the_same_however_the_stream_is_cut(size: int) -> None:
    pieces = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]

    assert list(events(pieces)) == EXPECTED
