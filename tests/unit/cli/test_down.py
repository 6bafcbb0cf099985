from __future__ import annotations

from typing import Any

import pytest


def test_sites_are_left_alone_when_that_is_wanted(zipp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither nginx nor the engine is so much as asked."""

    def build(_: object) -> None:
        raise AssertionError("touched")

    monkeypatch.setattr("zipp.wiring.build", build)
    stopped = zipp("down", "--keep-sites")
    assert stopped.exit_code == 0, stopped.output
    assert "live sites go on being served" in stopped.stderr
