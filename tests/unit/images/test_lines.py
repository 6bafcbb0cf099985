from __future__ import annotations

from zipp.images.lines import LINE_MAX, Lines


def test_lines_are_put_together_from_pieces_even_within_a_character() -> None:
    lines = Lines()
    data = "één\ntwee".encode()
    assert [line for byte in data for line in lines.feed(bytes([byte]))] == ["één"]
    assert list(lines.end()) == ["twee"]
    assert list(lines.end()) == []


def test_of_a_progress_bar_the_last_state_is_kept() -> None:
    assert list(Lines().feed(b"10%\r50%\r100%\r\n")) == ["100%"]


def test_line_without_an_end_is_cut() -> None:
    lines = Lines()
    found = [*lines.feed(b"x" * (LINE_MAX * 2 + 1)), *lines.end()]
    assert [len(line) for line in found] == [LINE_MAX, LINE_MAX, 1]


def test_what_is_not_utf8_is_shown_all_the_same() -> None:
    assert list(Lines().feed(b"\xff!\n")) == ["\ufffd!"]
