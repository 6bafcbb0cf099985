from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from zipp.detect.python.locks import constraints_of, pep440, requirements_of_pipfile_lock
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

Planned = Callable[[Mapping[str, object]], BuildPlan]
Refused = Callable[[Mapping[str, object]], DetectionError]
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
POETRY = (
    '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\nFastAPI = "^0.121"\n'
    'uvicorn = {version = "*", extras = ["standard"]}\nextra = {version = "1", optional = true}\n'
)


def test_included_requirement_files_are_copied_before_the_install(planned: Planned) -> None:
    tree = {
        "main.py": FASTAPI,
        "requirements.txt": "-r requirements/base.txt\n-c constraints.txt\n",
        "requirements/base.txt": "-r ./more.txt\nuvicorn ; python_version > '3'\n",
        "requirements/more.txt": "-r base.txt\nfastapi\n",
        "constraints.txt": "fastapi==1\n",
    }
    plan = planned(tree)
    assert plan.dependency_files == (
        "requirements.txt",
        "requirements/base.txt",
        "constraints.txt",
        "requirements/more.txt",
    )
    assert plan.dependencies == ("uv pip install -r requirements.txt",)


@pytest.mark.parametrize("line", ["-e .", ".", "./libs/x", "x @ file:///app/x", "-r ../up.txt", "-r $HOME/x.txt"])
def test_requirements_that_read_more_of_the_source_get_all_of_it_first(planned: Planned, line: str) -> None:
    plan = planned({"main.py": FASTAPI, "requirements.txt": f"fastapi\n{line}\n"})
    assert plan.dependency_files == ()


def test_with_hashes_the_server_is_installed_apart(planned: Planned) -> None:
    text = "fastapi==0.121 \\\n    --hash=sha256:abc\n"
    plan = planned({"main.py": FASTAPI, "requirements.txt": text})
    assert plan.dependencies == ("uv pip install -r requirements.txt", "uv pip install 'uvicorn[standard]'")


@pytest.mark.parametrize("line", ["uvicorn", "Uvicorn[standard]>=0.3", "uvicorn==0.54 # the server", "  uvicorn  "])
def test_a_server_that_is_named_is_not_added(planned: Planned, line: str) -> None:
    plan = planned({"main.py": FASTAPI, "requirements.txt": f"# uvloop\nfastapi\n{line}\n"})
    assert plan.dependencies == ("uv pip install -r requirements.txt",)


def test_a_list_that_powershell_wrote_is_read(planned: Planned) -> None:
    plan = planned({"main.py": FASTAPI, "requirements.txt": "fastapi\r\nuvicorn\r\n".encode("utf-16")})
    assert plan.dependencies == ("uv pip install -r requirements.txt",)


def test_half_a_utf16_character_is_refused_by_name(refused: Refused) -> None:
    assert refused({"main.py": FASTAPI, "requirements.txt": b"\xff\xfef"}).code == "file_not_utf8"


@pytest.mark.parametrize(
    ("listed", "added"),
    [
        ("flask==3.0\ngunicorn==20.1.0", "'setuptools<81'"),
        ("flask==2.0.1\ngunicorn", "'werkzeug<3'"),
        ("flask==2.0.1\nwerkzeug==2.0\ngunicorn", ""),
        ("flask==1.1.2\njinja2==2.11\ngunicorn", "'itsdangerous<2.1' 'werkzeug<2.1' 'markupsafe<2.1'"),
        ("flask>=2\ngunicorn", ""),
    ],
)
def test_old_releases_get_what_they_worked_with(planned: Planned, listed: str, added: str) -> None:
    source = "from flask import Flask\napp = Flask(__name__)"
    plan = planned({"app.py": source, "requirements.txt": listed})
    assert plan.dependencies == (f"uv pip install -r requirements.txt {added}".rstrip(),)


@pytest.mark.parametrize(("listed", "is_held"), [("fastapi\nuvicorn", True), ("fastapi==0.121\nuvicorn", False)])
def test_templates_called_in_the_old_way_hold_starlette_back(planned: Planned, listed: str, is_held: bool) -> None:
    source = FASTAPI + "def page(request):\n    return templates.TemplateResponse('a.html', {'request': request})\n"
    plan = planned({"main.py": source, "requirements.txt": listed})
    assert plan.dependencies[0].endswith("'starlette<1'") is is_held


def test_a_list_with_the_framework_comes_before_one_without(planned: Planned) -> None:
    text = '[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi", "uvicorn"]\n'
    plan = planned({"main.py": FASTAPI, "requirements.txt": "black", "pyproject.toml": text})
    assert plan.dependencies == ("uv pip install -r pyproject.toml",)


def test_requirements_come_before_pyproject(planned: Planned) -> None:
    tree = {"main.py": FASTAPI, "requirements.txt": "fastapi", "pyproject.toml": "not toml"}
    assert planned(tree).dependency_files == ("requirements.txt",)


def test_pyproject_dependencies_are_installed_without_building_the_project(planned: Planned) -> None:
    text = '[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi", "uvicorn>=0.3"]\n'
    plan = planned({"main.py": FASTAPI, "pyproject.toml": text})
    assert plan.dependencies == ("uv pip install -r pyproject.toml",)
    assert plan.dependency_files == ("pyproject.toml",)


def test_a_uv_lock_decides_the_versions(planned: Planned) -> None:
    text = '[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi"]\n'
    plan = planned({"main.py": FASTAPI, "pyproject.toml": text, "uv.lock": ""})
    assert plan.dependency_files == ("pyproject.toml", "uv.lock")
    assert plan.dependencies[0].startswith("uv export --quiet --frozen --no-dev ")
    assert plan.dependencies[1] == "uv pip install -r /tmp/locked.txt 'uvicorn[standard]'"


@pytest.mark.parametrize(
    "table", ["[tool.uv.sources]\nlib = {path = './lib'}\n", "[tool.uv.workspace]\nmembers = []\n"]
)
def test_packages_of_the_project_itself_need_the_whole_source(planned: Planned, table: str) -> None:
    text = '[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi"]\n'
    assert planned({"main.py": FASTAPI, "pyproject.toml": text + table, "uv.lock": ""}).dependency_files == ()


def test_a_poetry_lock_decides_the_versions(planned: Planned) -> None:
    plan = planned({"main.py": FASTAPI, "pyproject.toml": POETRY, "poetry.lock": "x" * 300_000})
    assert plan.dependency_files == ("pyproject.toml", "poetry.lock")
    assert plan.dependencies == (
        constraints_of("poetry.lock"),
        "uv pip install -c /tmp/locked.txt FastAPI 'uvicorn[standard]'",
    )
    assert "poetry.lock" in plan.summary


def test_poetry_without_a_lock_chooses_within_its_limits(planned: Planned) -> None:
    plan = planned({"main.py": FASTAPI, "pyproject.toml": POETRY})
    assert plan.dependencies == ("uv pip install 'FastAPI>=0.121,<0.122' 'uvicorn[standard]'",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^3", ">=3,<4"),
        ("~1.2.3", ">=1.2.3,==1.2.*"),
        ("~=1.2", "~=1.2"),
        ("*", ""),
        ("1.2.*", "==1.2.*"),
        ("2.0", "==2.0"),
        (">=1, <3", ">=1,<3"),
        ("^1 || ^2", ">=2,<3"),
    ],
)
def test_poetrys_limits_are_written_as_others_write_them(written: str, meant: str) -> None:
    assert pep440(written) == meant


def test_a_pipfile_lock_decides_the_versions(planned: Planned) -> None:
    lock = {"default": {"fastapi": {"version": "==0.121"}, "uvicorn": {"version": "==0.3"}}}
    plan = planned({"main.py": FASTAPI, "Pipfile": "[packages]\nfastapi = '*'\n", "Pipfile.lock": lock})
    assert plan.dependency_files == ("Pipfile.lock",)
    assert plan.dependencies == (requirements_of_pipfile_lock(), "uv pip install -r /tmp/locked.txt")


def test_a_pipfile_without_a_lock_is_read(planned: Planned) -> None:
    plan = planned({"main.py": FASTAPI, "Pipfile": "[packages]\nfastapi = '>=0.100'\nuvicorn = '*'\n"})
    assert plan.dependencies == ("uv pip install 'fastapi>=0.100' uvicorn",)


def _written(command: str, folder: Path) -> list[str]:
    """What the command would write to its file, with this Python."""
    (folder / "python").symlink_to(sys.executable)
    shown = command.replace("> /tmp/locked.txt", "")
    run = subprocess.run(
        ["/bin/sh", "-c", shown], cwd=folder, env={"PATH": str(folder)}, capture_output=True, text=True, check=True
    )
    return run.stdout.split("\n")[:-1]


def test_the_command_for_a_poetry_lock_writes_what_is_locked_once(tmp_path: Path) -> None:
    packages = [("flask", "3.1", ""), ("numpy", "1", ""), ("numpy", "2", ""), ("mine", "1", 'type = "git"')]
    text = "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\n[package.source]\n{s}\n' for n, v, s in packages)
    (tmp_path / "poetry.lock").write_text(text)
    assert _written(constraints_of("poetry.lock"), tmp_path) == ["flask==3.1"]


def test_the_command_for_a_pipfile_lock_keeps_extras_markers_and_repositories(tmp_path: Path) -> None:
    lock = {
        "default": {
            "flask": {"version": "==3.1", "extras": ["async"], "markers": "python_version >= '3.9'"},
            "lib": {"git": "https://host/lib.git", "ref": "abc"},
            "mine": {"path": ".", "editable": True},
        },
        "develop": {"pytest": {"version": "==8"}},
    }
    (tmp_path / "Pipfile.lock").write_text(json.dumps(lock))
    assert _written(requirements_of_pipfile_lock(), tmp_path) == [
        "flask[async]==3.1 ; python_version >= '3.9'",
        "lib @ git+https://host/lib.git@abc",
    ]


@pytest.mark.parametrize(
    "tree",
    [
        {"pyproject.toml": '[project]\nname = "x"\ndynamic = ["version", "dependencies"]\n'},
        {"pyproject.toml": "[build-system]\nrequires = []\n"},
        {"setup.py": "from setuptools import setup\nsetup()"},
    ],
)
def test_a_project_that_must_be_built_is_built(planned: Planned, tree: dict[str, object]) -> None:
    plan = planned({"main.py": FASTAPI, **tree})
    assert plan.dependencies[0].startswith("uv pip install . ")
    assert plan.dependency_files == ()


def test_a_pyproject_for_tools_only_is_no_list_of_packages(planned: Planned) -> None:
    plan = planned({"main.py": FASTAPI, "pyproject.toml": "[tool.ruff]\n"})
    assert plan.dependencies == ("uv pip install fastapi 'uvicorn[standard]'",)


def test_a_pyproject_that_cannot_be_read_is_named_with_its_line(refused: Refused) -> None:
    error = refused({"main.py": FASTAPI, "pyproject.toml": "[project]\nname = \n"})
    assert error.code == "file_invalid"
    assert "pyproject.toml can't be read: Invalid value (at line 2" in error.message


def test_what_is_listed_never_becomes_part_of_a_shells_command(planned: Planned) -> None:
    text = "[tool.poetry.dependencies]\nfastapi = \"1'; id; '\"\n'$(id)' = '*'\ngood = {git = \"https://h/$(id)\"}\n"
    command = planned({"main.py": FASTAPI, "pyproject.toml": text}).dependencies[0]
    assert command == (
        "uv pip install 'fastapi==1'\"'\"'; id; '\"'\"'' 'good @ git+https://h/$(id)' 'uvicorn[standard]'"
    )
