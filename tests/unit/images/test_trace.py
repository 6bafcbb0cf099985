from __future__ import annotations

import base64

import pytest

from zipp.images.trace import Output, Vertex, fields, read

STEP = "sha256:bc0df5bd671a40e5608290f197c93d7a261738f3f17f259515638d0a5a7dc18f"
NAME = '[2/2] RUN ["/bin/sh","-ec","echo a; exit 3"]'

# What Docker 20.10.24 said of that step: when it began, what it printed, how it ended.
BEGAN = (
    "Cs4BCkdzaGEyNTY6YmMwZGY1YmQ2NzFhNDBlNTYwODI5MGYxOTdjOTNkN2EyNjE3MzhmM2YxN2YyNTk1MTU2MzhkMGE1YTdkYzE4ZhJHc2hhMj"
    "U2OmRjM2E5OGViMDU4NmEzZjRiZDVhZjU0MTk3MjIyNzUwYTgwMTg2Yzg1NGM1MDdkNWQzOGE5N2ZjM2QxODMyM2UaLFsyLzJdIFJVTiBbIi9i"
    "aW4vc2giLCItZWMiLCJlY2hvIGE7IGV4aXQgMyJdKgwIks2Q2AYQ0fKvwgI="
)
PRINTED = (
    "Gl0KR3NoYTI1NjpiYzBkZjViZDY3MWE0MGU1NjA4MjkwZjE5N2M5M2Q3YTI2MTczOGYzZjE3ZjI1OTUxNTYzOGQwYTVhN2RjMThmEgwIks2Q2A"
    "YQ5cuHwwMYASICYQo="
)
ENDED = (
    "CqACCkdzaGEyNTY6YmMwZGY1YmQ2NzFhNDBlNTYwODI5MGYxOTdjOTNkN2EyNjE3MzhmM2YxN2YyNTk1MTU2MzhkMGE1YTdkYzE4ZhJHc2hhMj"
    "U2OmRjM2E5OGViMDU4NmEzZjRiZDVhZjU0MTk3MjIyNzUwYTgwMTg2Yzg1NGM1MDdkNWQzOGE5N2ZjM2QxODMyM2UaLFsyLzJdIFJVTiBbIi9i"
    "aW4vc2giLCItZWMiLCJlY2hvIGE7IGV4aXQgMyJdKgwIks2Q2AYQ0fKvwgIyDAiSzZDYBhC2z4/SAzpCZXhlY3V0b3IgZmFpbGVkIHJ1bm5pbm"
    "cgWy9iaW4vc2ggLWVjIGVjaG8gYTsgZXhpdCAzXTogZXhpdCBjb2RlOiAz"
)


def said(recorded: str) -> list[Vertex | Output]:
    return list(read(base64.b64decode(recorded)))


def test_step_that_has_begun() -> None:
    (vertex,) = said(BEGAN)
    assert isinstance(vertex, Vertex)
    assert (vertex.digest, vertex.name, vertex.cached, vertex.error) == (STEP, NAME, False, "")
    assert vertex.started == pytest.approx(1795434130.676, abs=1e-3)
    assert vertex.completed is None


def test_what_a_step_printed() -> None:
    assert said(PRINTED) == [Output(STEP, "stdout", b"a\n")]


def test_step_that_failed() -> None:
    (vertex,) = said(ENDED)
    assert isinstance(vertex, Vertex)
    assert vertex.error == "executor failed running [/bin/sh -ec echo a; exit 3]: exit code: 3"
    assert vertex.started is not None
    assert vertex.completed == pytest.approx(vertex.started + 0.302, abs=1e-3)


def test_fields_that_are_not_known_are_passed_over() -> None:
    varint, fixed64, fixed32 = b"\x08\xac\x02", b"\x11" + bytes(8), b"\x1d" + bytes(4)
    assert list(fields(varint + fixed64 + fixed32)) == [(1, 300), (2, bytes(8)), (3, bytes(4))]
    assert list(read(b"\x4a\x02hi")) == []  # field 9, of a later version


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"\x0a", id="no length"),
        pytest.param(b"\x0a\x05ab", id="cut off"),
        pytest.param(b"\x0b", id="a group"),
        pytest.param(b"\xff" * 11, id="a number without an end"),
        pytest.param(b"\x08\x01", id="a number where a step should be"),
    ],
)
def test_what_is_no_such_message_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="not a"):
        list(read(message))
