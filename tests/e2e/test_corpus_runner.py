"""`make corpus` on three small projects of our own, one of which answers something else than its list says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from live import REPOSITORY, zipped

PROJECTS = {
    "plain": zipped({"index.html": "<h1>Plain and right</h1>"}),
    "other": zipped({"index.html": "<h1>Something else</h1>"}),
    "notes": zipped({"notes.txt": "nothing that could be a website"}),
}


def wanted(name: str, want: str = "deploy", **fields: Any) -> dict[str, Any]:
    expected = {"path": "/", "status": 200, "body_contains": "Plain and right"}
    return {"id": name, "want": want, "expected": expected, **fields}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(REPOSITORY / "corpus" / "run.py"), str(folder), "--out", str(folder / "out")]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=200)


def a_corpus(folder: Path, *entries: dict[str, Any]) -> Path:
    for name, content in PROJECTS.items():
        (folder / f"{name}.zip").write_bytes(content)
    (folder / "list.json").write_text(json.dumps(entries))
    return folder


def test_each_is_judged_by_what_it_answers_and_a_resumed_run_tries_only_what_is_new(tmp_path: Path) -> None:
    elsewhere = wanted("elsewhere", buildable_here=False, why_not_here="its registry is far away")
    folder = a_corpus(tmp_path, wanted("plain"), wanted("notes", "clean-error"), elsewhere)

    ended = run(folder)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 of 1 that can be built here go live and answer as expected (100.0%)" in ended.stdout
    rows = {row["id"]: row for row in json.loads((folder / "out" / "results.json").read_text())}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "plain": "ok", "notes": "refused-ok", "elsewhere": "skipped",
    }  # fmt: skip
    assert rows["plain"]["plan"].startswith("static: ")
    assert "its registry is far away" in (folder / "out" / "results.md").read_text()

    (folder / "list.json").write_text(json.dumps([wanted("plain"), wanted("other"), wanted("notes", "clean-error")]))
    resumed = run(folder, "--resume")

    assert resumed.returncode == 1
    assert "1 wrongly RUNNING" in resumed.stdout
    assert [line.split()[0] for line in resumed.stdout.splitlines() if " s  " in line] == ["wrong"]


def test_without_a_list_or_a_zip_nothing_is_started(tmp_path: Path) -> None:
    without_list = run(tmp_path)
    assert (without_list.returncode, "--list" in without_list.stderr) == (2, True)

    without_zip = run(a_corpus(tmp_path, wanted("absent")))
    assert (without_zip.returncode, "absent" in without_zip.stderr) == (2, True)
