"""What counts as right for a project of the corpus, and what a run adds up to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "corpus"))

from entries import Entry, ListError, chosen, find_list, read_list
from judging import Outcome, Verdict, judge
from results import Results, Row, Summary

ANSWERED = Outcome(status="RUNNING", answer_status=200, answer="<h1>My blog</h1>")
EXPLAINED = Outcome(status="FAILED", code="detection_failed", message="No idea what this is.", hint="Add zipp.toml.")
BROKEN = Outcome(status="FAILED", code="build_failed", message="The build failed.", hint="Read the log.")


def entry(want: str = "deploy", **fields: Any) -> Entry:
    return Entry(**{"id": "blog", "want": want, "body_contains": "My blog"} | fields)


@pytest.mark.parametrize(
    ("want", "verdicts"),
    [
        ("deploy", ("ok", "failed", "failed")),
        ("deploy-with-hub", ("ok", "failed", "failed")),
        ("clean-error", ("wrong", "refused-ok", "failed")),
        ("deploy-or-clean-error", ("ok", "refused-ok", "failed")),
        ("ask-or-clean-error", ("ok", "refused-ok", "failed")),
        ("needs-config", ("ok", "refused-ok", "failed")),
    ],
)
def test_what_is_wanted_decides_what_is_right(want: str, verdicts: tuple[str, ...]) -> None:
    assert tuple(judge(entry(want), outcome) for outcome in (ANSWERED, EXPLAINED, BROKEN)) == verdicts


@pytest.mark.parametrize("want", ["deploy", "needs-config", "clean-error"])
@pytest.mark.parametrize(("status", "answer"), [(500, "My blog"), (200, "Welcome to nginx"), (None, "no answer")])
def test_running_without_the_expected_answer_is_wrong(want: str, status: int | None, answer: str) -> None:
    outcome = Outcome(status="RUNNING", answer_status=status, answer=answer)

    assert judge(entry(want), outcome) is Verdict.WRONG


def test_without_a_text_the_status_alone_counts() -> None:
    assert judge(entry(body_contains="", status=404), Outcome(status="RUNNING", answer_status=404)) is Verdict.OK


@pytest.mark.parametrize("missing", ["code", "message", "hint"])
def test_an_error_is_clean_only_with_a_code_a_sentence_and_a_hint(missing: str) -> None:
    said = {"code": "archive_empty", "message": "It is empty.", "hint": "Pack it again."} | {missing: ""}

    assert judge(entry("clean-error"), Outcome(status="REFUSED", **said)) is Verdict.FAILED


def test_one_wrongly_running_project_spoils_a_run_however_many_go_live() -> None:
    rows = [Row.of(entry(id=f"p{number}"), Verdict.OK, ANSWERED) for number in range(19)]
    rows.append(Row.of(entry(id="broken"), Verdict.FAILED, BROKEN))
    assert Summary.of(rows).reaches(0.95)
    assert "19 of 20 that can be built here go live and answer as expected (95.0%)" in str(Summary.of(rows))
    assert not Summary.of(rows).reaches(0.96)

    rows.append(Row.of(entry("needs-config", id="odd"), Verdict.WRONG, Outcome(status="RUNNING", answer_status=500)))
    assert not Summary.of(rows).reaches(0.5)


def test_what_can_not_be_built_here_is_never_counted() -> None:
    elsewhere = entry(id="elsewhere", buildable_here=False)
    rows = [
        Row.of(entry(), Verdict.OK, ANSWERED),
        Row.of(elsewhere, Verdict.FAILED, BROKEN),
        Row.of(elsewhere, Verdict.SKIPPED, Outcome(status="SKIPPED")),
    ]

    assert (Summary.of(rows).live, Summary.of(rows).must, Summary.of(rows).skipped) == (1, 1, 1)


def test_a_resumed_run_knows_what_was_found_and_people_can_read_it(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.add(Row.of(entry(), Verdict.FAILED, BROKEN), log="npm ERR!")

    again = Results(tmp_path)
    again.resume()

    assert again.rows == results.rows
    assert "| blog |  | 0.0 | build_failed: The build failed. | failed |" in (tmp_path / "results.md").read_text()
    assert (tmp_path / "logs" / "blog.log").read_text() == "npm ERR!"


def write_list(file: Path, *ids: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    expected = {"path": "/", "status": 200, "body_contains": "x"}
    file.write_text(json.dumps([{"id": each, "want": "deploy", "expected": expected} for each in ids]))
    return file


def test_the_list_is_found_in_the_folder_or_beside_it(tmp_path: Path) -> None:
    (tmp_path / "zips").mkdir()
    (tmp_path / "manifest.json").write_text('[{"id": "blog", "files": 7}]')
    beside = write_list(tmp_path / "projects.json", "blog")
    assert find_list(tmp_path / "zips") == beside

    inside = write_list(tmp_path / "zips" / "list.json", "blog")
    assert find_list(tmp_path / "zips") == inside


def test_a_list_that_can_not_be_told_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="--list"):
        find_list(tmp_path)
    write_list(tmp_path / "one.json", "blog")
    write_list(tmp_path / "two.json", "blog")
    with pytest.raises(ListError, match=r"one\.json, two\.json"):
        find_list(tmp_path)


def test_an_unknown_or_doubled_name_is_no_empty_run(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="shop"):
        chosen([entry()], ["shop"])
    with pytest.raises(ListError, match="twice"):
        read_list(write_list(tmp_path / "list.json", "blog", "blog"))
