"""Logs that are set aside: few are kept, and of those the newest."""

from __future__ import annotations

from pathlib import Path

from zipp.proxy.logs import earlier_logs, set_aside


def test_a_log_is_set_aside_once_it_has_grown_and_three_earlier_ones_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    set_aside(log, most_bytes=3)
    assert list(tmp_path.iterdir()) == []
    log.write_text("0")
    set_aside(log, most_bytes=3)
    assert log.read_text() == "0"
    for number in range(6):
        log.write_text(f"{number}" * 4)
        set_aside(log, most_bytes=3)
        assert not log.exists()
    assert [earlier.read_text()[0] for earlier in earlier_logs(log)] == ["5", "4", "3"]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_missing_one_in_between_is_no_hindrance(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text("now")
    (tmp_path / "access.log.2").write_text("two")
    set_aside(log, most_bytes=1)
    assert [earlier.read_text() for earlier in earlier_logs(log)] == ["now", "two"]
