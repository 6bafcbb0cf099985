"""Logs on disk: what a crash leaves, what is dropped, what is found again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.monitoring import segments
from zipp.monitoring.segments import Segments, last_output, read


def lines(first: int, count: int, *, stage: str = "build", text: str = "hello") -> list[LogLine]:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    return [
        LogLine(seq=seq, time=at, stage=stage, stream="stdout", text=f"{text} {seq}")
        for seq in range(first, first + count)
    ]


def opened(folder: Path, *, keep: int = 100_000) -> Segments:
    return Segments(folder, keep_runtime_lines=keep)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def seqs(folder: Path, *, after: int = 0, stage: str | None = None, limit: int = 10**6) -> list[int]:
    return [line.seq for line in read(folder, after=after, stage=stage, limit=limit).lines]


def test_a_new_segment_begins_after_5000_lines(tmp_path: Path) -> None:
    opened(tmp_path).append(lines(1, 12_000))
    assert names(tmp_path) == ["000000000001.jsonl", "000000005001.jsonl", "000000010001.jsonl"]
    assert seqs(tmp_path) == list(range(1, 12_001))


def test_long_lines_end_a_segment_at_a_megabyte(tmp_path: Path) -> None:
    opened(tmp_path).append(lines(1, 200, text="x" * 16_000))
    assert len(names(tmp_path)) == 4
    assert seqs(tmp_path) == list(range(1, 201))


@pytest.mark.parametrize("after", [0, 1, 4_999, 5_000, 5_001, 7_000, 11_999, 12_000, 99_999])
def test_reading_starts_right_after_the_asked_line(tmp_path: Path, after: int) -> None:
    opened(tmp_path).append(lines(1, 12_000))
    page = read(tmp_path, after=after, stage=None, limit=3)
    assert [line.seq for line in page.lines] == [n for n in range(after + 1, after + 4) if n <= 12_000]
    assert page.next == min(max(after, 0) + 3, 12_000) if after < 12_000 else page.next == after


@pytest.mark.parametrize("cut", range(1, 130, 7))
def test_a_torn_last_line_is_cut_off_and_numbering_goes_on(tmp_path: Path, cut: int) -> None:
    opened(tmp_path).append(lines(1, 10))
    file = tmp_path / "000000000001.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    survivors = whole[:-cut].count(b"\n")

    again = opened(tmp_path)
    assert again.last == survivors
    again.append(lines(survivors + 1, 5))
    assert seqs(tmp_path) == list(range(1, survivors + 6))


def test_a_reader_leaves_out_a_line_that_is_half_written(tmp_path: Path) -> None:
    opened(tmp_path).append(lines(1, 3))
    with (tmp_path / "000000000001.jsonl").open("ab") as file:
        file.write(b'{"seq":4,"time":"2030')
    assert seqs(tmp_path) == [1, 2, 3]


def test_a_segment_that_a_crash_left_empty_does_not_reset_the_numbers(tmp_path: Path) -> None:
    opened(tmp_path).append(lines(1, 5_000))
    (tmp_path / "000000005001.jsonl").touch()
    again = opened(tmp_path)
    assert again.last == 5_000
    again.append(lines(5_001, 1))
    assert seqs(tmp_path, after=4_999) == [5_000, 5_001]


def test_zeroes_after_a_power_cut_are_cut_off(tmp_path: Path) -> None:
    opened(tmp_path).append(lines(1, 3))
    with (tmp_path / "000000000001.jsonl").open("ab") as file:
        file.write(bytes(4096))
    again = opened(tmp_path)
    again.append(lines(4, 1))
    assert seqs(tmp_path) == [1, 2, 3, 4]


def test_oldest_runtime_lines_go_and_the_build_stays(tmp_path: Path) -> None:
    log = opened(tmp_path, keep=20_000)
    log.append(lines(1, 7_000))
    for first in range(7_001, 57_001, 1_000):
        log.append(lines(first, 1_000, stage=RUNTIME_STAGE))
    log.append(lines(57_001, 3, stage="route"))

    assert seqs(tmp_path, stage="build") == list(range(1, 7_001))
    runtime = seqs(tmp_path, stage=RUNTIME_STAGE)
    assert len(runtime) == 20_000
    assert runtime[-1] == 57_000
    assert seqs(tmp_path, after=57_000) == [57_001, 57_002, 57_003]
    assert opened(tmp_path, keep=20_000).last == 57_003


def test_runtime_lines_are_bounded_in_bytes_too(tmp_path: Path) -> None:
    log = opened(tmp_path, keep=5_000)
    for first in range(1, 2_001, 100):
        log.append(lines(first, 100, stage=RUNTIME_STAGE, text="x" * 16_000))
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert size < 5_000 * segments.RUNTIME_BYTES_PER_LINE + 3 * segments.SEGMENT_BYTES
    assert seqs(tmp_path)[-1] == 2_000


def test_a_stage_is_told_from_text_that_looks_like_one(tmp_path: Path) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    text = '","stage":"runtime","stream":'
    opened(tmp_path).append([LogLine(seq=1, time=at, stage="build", stream="stdout", text=text)])
    assert seqs(tmp_path, stage="runtime") == []
    assert read(tmp_path, after=0, stage="build", limit=9).lines[0].text == text


def test_a_filtered_page_says_how_far_it_looked(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.append(lines(1, 100))
    page = read(tmp_path, after=0, stage="fetch", limit=10)
    assert (list(page.lines), page.next) == ([], 100)


def test_last_output_counts_the_lines_of_the_last_moment(tmp_path: Path) -> None:
    assert last_output(tmp_path) == (None, 0)
    log = opened(tmp_path)
    log.append(lines(1, 2))
    log.append(lines(3, 4, stage=RUNTIME_STAGE))
    log.append(lines(7, 2, stage="route"))
    assert last_output(tmp_path) == (datetime(2030, 1, 1, tzinfo=UTC), 4)


def test_a_log_that_never_was_reads_as_empty(tmp_path: Path) -> None:
    page = read(tmp_path / "none", after=7, stage=None, limit=10)
    assert (list(page.lines), page.next) == ([], 7)
