from __future__ import annotations

from pathlib import Path

import pytest

from zipp.cli.environment import environment
from zipp.cli.exits import UsageMistake


def test_a_file_and_pairs_of_which_the_pairs_win(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# comment\n\nA=1\nexport B='two words'\nC=\"x=y\"\nD=a # kept as it is\nE=\n")

    assert environment(["A=other", "F=f=f"], file) == {
        "A": "other",
        "B": "two words",
        "C": "x=y",
        "D": "a # kept as it is",
        "E": "",
        "F": "f=f",
    }


@pytest.mark.parametrize("pair", ["A", "=x", "1A=x", "A B=x", "a-b=x", ""])
def test_what_is_no_pair_is_refused_without_showing_it(pair: str) -> None:
    with pytest.raises(UsageMistake) as refused:
        environment([pair], None)

    assert refused.value.message == "--env is not of the form NAME=VALUE."


def test_a_files_mistake_is_told_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\nsecret without a name\n")

    with pytest.raises(UsageMistake, match=r"\.env, line 2 is not of the form"):
        environment([], file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="can't be read"):
        environment([], tmp_path / "none")
