"""Why nobody is reached on the port that a site was given."""

from __future__ import annotations

import pytest

from zipp.pipeline.mistakes import misplaced
from zipp.runtime.runtime import Listener


@pytest.mark.parametrize(
    ("listeners", "code"),
    [
        ([], None),
        ([("0.0.0.0", 3000)], None),
        ([("::", 3000)], None),
        ([("127.0.0.1", 3000), ("0.0.0.0", 3000)], None),
        ([("127.0.0.1", 9229), ("0.0.0.0", 3000)], None),
        ([("127.0.0.1", 3000)], "start_localhost_only"),
        ([("::1", 3000)], "start_localhost_only"),
        ([("0.0.0.0", 8080)], "start_wrong_port"),
        ([("127.0.0.1", 8080)], "start_wrong_port"),
    ],
)
def test_mistake_is_named_by_what_listens(listeners: list[tuple[str, int]], code: str | None) -> None:
    mistake = misplaced([Listener(address, port) for address, port in listeners], 3000)
    assert (mistake.code if mistake else None) == code


def test_wrong_port_names_both_ports() -> None:
    mistake = misplaced([Listener("0.0.0.0", 8080), Listener("0.0.0.0", 9090)], 3000)
    assert mistake is not None
    assert "8080, 9090" in mistake.message
    assert "3000" in mistake.message
    assert "port = 8080" in mistake.hint
