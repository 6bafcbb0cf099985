from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from zipp.domain.plan import BuildPlan

Planned = Callable[[Mapping[str, object]], BuildPlan]
APP = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "requirements.txt": "fastapi\nuvicorn"}


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [
        (".python-version", "3.13", "3.13"),
        (".python-version", "3.13.2\n3.9\n", "3.13"),
        (".python-version", ">= 3.10", "3.11"),
        (".python-version", "my-env", "3.11"),
        ("runtime.txt", "python-3.13.0", "3.13"),
        ("runtime.txt", "# a comment\npython-3.11.x", "3.11"),
        (".tool-versions", "nodejs 22\npython 3.13.1\n", "3.13"),
        ("Pipfile", "[requires]\npython_version = '3.13'", "3.13"),
        ("pyproject.toml", "[project]\nrequires-python = '>=3.12'", "3.13"),
        ("pyproject.toml", "[project]\nrequires-python = '>=3.9,<3.12'", "3.11"),
        ("pyproject.toml", "[project]\nrequires-python = '>=3.8'", "3.11"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.12'", "3.13"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '~3.11'", "3.11"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '*'", "3.11"),
    ],
)
def test_the_version_is_the_one_that_is_asked_for(planned: Planned, file: str, text: str, version: str) -> None:
    plan = planned({**APP, file: text})
    assert (plan.builder, plan.base) == (f"zipp/python:{version}-build", f"zipp/python:{version}-slim")
    assert " asks for " not in plan.summary


@pytest.mark.parametrize(
    ("text", "version"),
    [("3.12", "3.13"), ("3.9.1", "3.11"), ("3.14", "3.13"), (">=3.15", "3.13"), ("==3.12.*", "3.13")],
)
def test_where_there_is_none_the_nearest_that_reads_the_syntax_is_taken_and_said(
    planned: Planned, text: str, version: str
) -> None:
    plan = planned({**APP, ".python-version": text})
    assert plan.base == f"zipp/python:{version}-slim"
    assert f".python-version asks for Python {text!r}, {version} is the nearest that there is" in plan.summary


def test_the_version_that_deployments_read_comes_first(planned: Planned) -> None:
    tree = {**APP, ".python-version": "3.11", "pyproject.toml": "[project]\nrequires-python = '>=3.13'"}
    assert planned(tree).base == "zipp/python:3.11-slim"
