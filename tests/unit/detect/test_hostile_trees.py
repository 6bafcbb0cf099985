"""Sources made to do harm: detection ends soon, with a plan or with a DetectionError, whatever it is given."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zipp.detect import detect
from zipp.detect.project import Project
from zipp.detect.python.ast_scan import scan
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "index.html").write_text("secret")
    (folder / "package.json").write_text('{"scripts": {"start": "node secret.js"}}')
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def test_links_that_lead_out_of_the_tree_count_as_absent(tree: Path, outside: Path) -> None:
    (tree / "package.json").symlink_to(outside / "package.json")
    (tree / "index.html").symlink_to("../outside/index.html")
    (tree / "public").symlink_to(outside)
    with pytest.raises(DetectionError) as raised:
        detect(tree)
    assert raised.value.code == "detection_failed"


def test_output_and_root_do_not_follow_links_out_of_the_tree(tree: Path, outside: Path) -> None:
    (tree / "public").symlink_to(outside)
    for key, code in (("output", "static_no_index"), ("root", "config_invalid")):
        (tree / "zipp.toml").write_text(f'{key} = "public"')
        with pytest.raises(DetectionError) as raised:
            detect(tree)
        assert raised.value.code == code


def test_a_link_that_stays_inside_is_followed(tree: Path) -> None:
    (tree / "real.html").write_text("x")
    (tree / "index.html").symlink_to("real.html")
    assert detect(tree).framework == "static"


def test_links_in_a_circle_count_as_absent(tree: Path) -> None:
    (tree / "package.json").symlink_to("package.json")
    (tree / "a").symlink_to("b")
    (tree / "b").symlink_to("a")
    with pytest.raises(DetectionError):
        detect(tree)


def test_a_fifo_does_not_hold_up_detection(tree: Path) -> None:
    os.mkfifo(tree / "package.json")
    (tree / "index.html").write_text("x")
    assert detect(tree).framework == "static"


@pytest.mark.parametrize("name", ["package.json", "requirements.txt", "Dockerfile", "zipp.toml", "Procfile"])
def test_a_file_that_is_too_large_is_refused_by_name(refused: Refused, name: str) -> None:
    others = {"requirements.txt": "flask"} if name == "Procfile" else {}
    error = refused({**others, name: b"x" * 300_000})
    assert error.code in ("file_too_large", "config_invalid")
    assert f"{name} is larger than 256 KB" in error.message


def test_a_large_python_file_is_passed_over_and_named_when_no_app_is_found(planned: Planned, refused: Refused) -> None:
    tree = {"main.py": b"#" * 300_000, "requirements.txt": "flask"}
    assert "main.py, which is larger than 256 KB" in refused(tree).message
    assert planned({**tree, "app.py": "import flask\napp = flask.Flask(__name__)"}).framework == "flask"


@pytest.mark.parametrize("name", ["package.json", "requirements.txt", "Dockerfile", "zipp.toml"])
def test_a_file_that_is_not_utf8_is_refused_by_name(refused: Refused, name: str) -> None:
    error = refused({name: b"a\n\xff\xfe{\x00}"})
    assert f"{name} is not UTF-8 text (line 2)" in error.message


def test_a_byte_order_mark_is_no_harm(planned: Planned) -> None:
    assert planned({"package.json": b'\xef\xbb\xbf{"scripts": {"start": "x"}}'}).framework == "node"


@pytest.mark.parametrize(
    "text", ["a" + ".a" * 100_000 + " = 1", "x = " + "[" * 50_000, "x = " + "{a=" * 20_000, "d = 9999-99-99", "\0"]
)
def test_toml_made_to_be_slow_or_deep_is_refused(refused: Refused, text: str) -> None:
    assert refused({"zipp.toml": text}).code == "config_invalid"


@pytest.mark.parametrize(
    "source",
    [
        b"-" * 100_000 + b"1",
        b"(" * 50_000,
        b"1+" * 60_000 + b"1",
        b"a" + b".b" * 50_000,
        b"if a:\n pass\n" + b"elif b:\n pass\n" * 3_000,
        b"\0",
        b"# coding: no-such-codec\n",
        b"\xff\xfe",
        b"x = '\\d'\n",
        b"{" * 100,
    ],
)
def test_python_made_to_hurt_its_parser_is_survived(refused: Refused, source: bytes) -> None:
    assert refused({"main.py": source, "requirements.txt": "flask"}).code in ("python_no_app", "python_unreadable")


def test_good_files_are_found_beside_bad_ones(planned: Planned) -> None:
    flask = "from flask import Flask\napp = Flask(__name__)\n"
    plan = planned({"main.py": b"-" * 100_000 + b"1", "app.py": flask, "requirements.txt": "flask"})
    assert plan.start.endswith(" app:app")


def test_names_that_a_shell_would_understand_never_reach_a_command(refused: Refused) -> None:
    flask = "from flask import Flask\napp = Flask(__name__)\n"
    names = ["a;id.py", "$(id).py", "a b/main.py", "`id`/app.py", "ünï/main.py"]
    assert refused({**dict.fromkeys(names, flask), "requirements.txt": "flask"}).code == "python_no_app"


def test_a_folder_with_very_many_entries_is_read_up_to_a_limit_and_in_order(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zipp.detect.project.MAX_ENTRIES", 20)
    for number in range(50, 0, -1):
        (tree / f"{number:05}.txt").touch()
    assert Project(tree).files() == tuple(f"{number:05}.txt" for number in range(1, 21))


@pytest.mark.parametrize("name", ["../outside/index.html", "/etc/passwd", "a\0b", "x" * 5000, ".."])
def test_names_that_lead_outside_are_absent(tree: Path, outside: Path, name: str) -> None:
    project = Project(tree)
    assert not project.has(name)
    assert not project.has_folder(name)
    assert project.text(name) is None


def test_the_same_tree_gives_the_same_plan_in_whatever_order_it_was_written(tmp_path: Path) -> None:
    flask = "from flask import Flask\napp = Flask(__name__)\n"
    names = [f"{letter}/__init__.py" for letter in "fbdace"]
    plans = []
    for number, order in enumerate((names, names[::-1])):
        root = tmp_path / str(number)
        for name in order:
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(flask)
        (root / "requirements.txt").write_text("flask")
        plans.append(detect(root))
    assert plans[0] == plans[1]
    assert plans[0].start.endswith(" a:app")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["package.json", "zipp.toml", "Dockerfile", "Procfile", "pyproject.toml", "requirements.txt"]),
    content=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text(alphabet='{}[]":=.,#\n \\ab1$', max_size=120).map(str.encode),
    ),
)
def test_whatever_a_file_holds_the_answer_is_a_plan_or_a_refusal(tmp_path: Path, name: str, content: bytes) -> None:
    root = tmp_path / "fuzz"
    root.mkdir(exist_ok=True)
    for leftover in root.iterdir():
        leftover.unlink()
    (root / "package.json").write_text('{"scripts": {"start": "x"}}')
    (root / name).write_bytes(content)
    try:
        plan = detect(root)
        outcome = plan.framework, plan.summary
    except DetectionError as error:
        outcome = error.code, error.hint
    assert all(outcome)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="from fastapi import FastAPI\napp=()[]{}:.def if\t'\"\\#", max_size=200))
def test_whatever_python_text_there_is_the_scan_gives_an_answer(source: str) -> None:
    assert scan("main.py", source.encode())["path"] == "main.py"
