from __future__ import annotations

from collections.abc import Callable

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
ENV = {"FORWARDED_ALLOW_IPS": "*", "PYTHONUNBUFFERED": "1", "UV_COMPILE_BYTECODE": "1", "UV_NO_CACHE": "1"}


def test_a_fastapi_app_is_served_by_uvicorn(planned: Planned) -> None:
    assert planned({"main.py": FASTAPI, "requirements.txt": "fastapi==0.121\n"}) == BuildPlan(
        framework="fastapi",
        summary="FastAPI app: uv pip install -r requirements.txt, then uvicorn main:app --host 0.0.0.0 --port $PORT",
        serve=Serve.CONTAINER,
        base="zipp/python:3.11",
        dependency_files=("requirements.txt",),
        install=("uv pip install -r requirements.txt 'uvicorn[standard]'",),
        start="uvicorn main:app --host 0.0.0.0 --port $PORT",
        port=8000,
        env=ENV,
    )


def test_a_flask_app_is_served_by_gunicorn(planned: Planned) -> None:
    plan = planned({"app.py": FLASK, "requirements.txt": "Flask\n"})
    assert plan.framework == "flask"
    assert plan.install == ("uv pip install -r requirements.txt gunicorn",)
    assert plan.start == "gunicorn --bind 0.0.0.0:$PORT app:app"


@pytest.mark.parametrize(
    ("source", "framework", "target"),
    [
        ("import fastapi\nservice = fastapi.FastAPI(title='x')", "fastapi", "main:service"),
        ("import fastapi as f\napp: f.FastAPI = f.FastAPI()", "fastapi", "main:app"),
        ("from fastapi import FastAPI as Api\nadmin = Api()\napp = Api()", "fastapi", "main:app"),
        ("try:\n  from fastapi import FastAPI\nexcept ImportError:\n  raise\napp = FastAPI()", "fastapi", "main:app"),
        ("from starlette.applications import Starlette\napp = Starlette()", "starlette", "main:app"),
        ("from fastapi import FastAPI\nif True:\n  application = FastAPI()\nx = 1", "fastapi", "main:application"),
    ],
)
def test_the_application_object_is_found_by_parsing(planned: Planned, source: str, framework: str, target: str) -> None:
    plan = planned({"main.py": source, "requirements.txt": "uvicorn"})
    assert (plan.framework, plan.start) == (framework, f"uvicorn {target} --host 0.0.0.0 --port $PORT")
    assert plan.install == ("uv pip install -r requirements.txt",)


def test_nothing_is_imported_or_run(planned: Planned, tmp_path: object) -> None:
    bomb = f"open('{tmp_path}/ran', 'w')\nraise SystemExit(3)\n"
    planned({"main.py": bomb + FASTAPI, "requirements.txt": "fastapi", "sitecustomize.py": bomb, "ast.py": bomb})
    assert not any(entry.name == "ran" for entry in tmp_path.iterdir())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("main.py", "uvicorn main:app"),
        ("server.py", "uvicorn server:app"),
        ("asgi.py", "uvicorn asgi:app"),
        ("app/main.py", "uvicorn app.main:app"),
        ("shop/__init__.py", "uvicorn shop:app"),
        ("src/main.py", "uvicorn src.main:app"),
        ("src/shop/main.py", "uvicorn shop.main:app"),
        ("zebra.py", "uvicorn zebra:app"),
    ],
)
def test_the_file_may_have_many_names(planned: Planned, path: str, start: str) -> None:
    plan = planned({path: FASTAPI, "requirements.txt": "fastapi", "tests/main.py": FLASK, "my-tool/main.py": FLASK})
    assert plan.start == f"{start} --host 0.0.0.0 --port $PORT"


def test_the_likelier_file_wins_whatever_the_alphabet_says(planned: Planned) -> None:
    tree = {"main.py": FASTAPI, "api.py": FLASK, "aaa/main.py": FLASK, "requirements.txt": "x"}
    assert planned(tree).framework == "fastapi"


def test_a_src_layout_puts_src_on_the_path(planned: Planned) -> None:
    plan = planned({"src/shop/main.py": FASTAPI, "requirements.txt": "fastapi"})
    assert plan.env["PYTHONPATH"] == "src"


def test_a_src_package_that_imports_itself_as_src_is_left_so(planned: Planned) -> None:
    plan = planned({"src/shop/main.py": "from src.shop import db\n" + FASTAPI, "requirements.txt": "fastapi"})
    assert plan.start.startswith("uvicorn src.shop.main:app ")
    assert "PYTHONPATH" not in plan.env


def test_an_app_that_imports_its_neighbours_gets_its_folder_on_the_path(planned: Planned) -> None:
    tree = {"backend/main.py": "import db\n" + FASTAPI, "backend/db.py": "", "requirements.txt": "fastapi"}
    assert planned(tree).env["PYTHONPATH"] == "backend"
    assert "PYTHONPATH" not in planned({**tree, "db.py": ""}).env


def test_a_flask_factory_is_called_by_gunicorn(planned: Planned) -> None:
    plan = planned({"shop/__init__.py": FACTORY, "requirements.txt": "flask\ngunicorn"})
    assert plan.start == "gunicorn --bind 0.0.0.0:$PORT 'shop:create_app()'"
    assert plan.install == ("uv pip install -r requirements.txt",)


def test_a_fastapi_factory_is_called_by_uvicorn(planned: Planned) -> None:
    source = "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    return FastAPI()\n"
    plan = planned({"main.py": source, "requirements.txt": "fastapi[standard]"})
    assert plan.start == "uvicorn main:create_app --host 0.0.0.0 --port $PORT --factory"
    assert plan.install == ("uv pip install -r requirements.txt",), "fastapi[standard] brings uvicorn"


def test_an_object_made_by_a_factory_elsewhere_is_preferred(planned: Planned) -> None:
    wsgi = "from shop import create_app\napp = create_app()\nif __name__ == '__main__':\n    app.run()\n"
    plan = planned({"wsgi.py": wsgi, "shop/__init__.py": FACTORY, "requirements.txt": "flask"})
    assert (plan.framework, plan.start) == ("flask", "gunicorn --bind 0.0.0.0:$PORT wsgi:app")


def test_what_only_a_direct_run_makes_does_not_count(planned: Planned) -> None:
    source = FACTORY + "if __name__ == '__main__':\n    app = create_app()\n    app.run()\n"
    plan = planned({"app.py": source, "requirements.txt": "flask"})
    assert plan.start == "gunicorn --bind 0.0.0.0:$PORT 'app:create_app()'"


def test_a_factory_that_needs_arguments_is_none(refused: Refused) -> None:
    source = "from flask import Flask\ndef create_app(config):\n    return Flask(config)\n"
    assert refused({"app.py": source, "requirements.txt": "flask"}).code == "python_no_app"


def test_a_django_project_is_served_through_its_wsgi_module(planned: Planned) -> None:
    wsgi = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    plan = planned({"manage.py": "", "mysite/wsgi.py": wsgi, "mysite/__init__.py": "", "requirements.txt": "Django"})
    assert (plan.framework, plan.start) == ("django", "gunicorn --bind 0.0.0.0:$PORT mysite.wsgi:application")


def test_the_procfile_decides_the_start(planned: Planned) -> None:
    plan = planned({"app.py": FLASK, "requirements.txt": "flask", "Procfile": "web: gunicorn -w 2 app:app"})
    assert plan.start == "gunicorn -w 2 app:app"
    assert plan.install == ("uv pip install -r requirements.txt gunicorn",)


def test_with_a_start_command_any_python_program_is_a_site(planned: Planned) -> None:
    plan = planned({"main.py": "import http.server", "requirements.txt": "", "zipp.toml": 'start = "python main.py"'})
    assert (plan.framework, plan.start) == ("python", "python main.py")
    assert plan.summary.endswith("then python main.py; zipp.toml sets start")


def test_without_an_app_the_places_are_named(refused: Refused) -> None:
    error = refused({"main.py": "print(1)", "requirements.txt": "requests"})
    assert error.code == "python_no_app"
    assert "main.py, app.py" in error.hint
    assert 'start = "python main.py"' in error.hint


def test_a_syntax_error_is_named_with_its_file_and_line(refused: Refused) -> None:
    error = refused({"main.py": "from fastapi import FastAPI\napp = FastAPI(\n", "requirements.txt": "fastapi"})
    assert error.code == "python_no_app"
    assert "main.py, line 2: '(' was never closed" in error.message


def test_a_server_without_a_list_of_packages_is_told_what_to_write(refused: Refused) -> None:
    error = refused({"app.py": FLASK, "templates/x.html": "", "index.html": ""})
    assert error.code == "python_no_requirements"
    assert error.message == "app has a Flask app, but there is no requirements.txt."
    assert error.hint.endswith("such as: flask")


def test_a_list_of_packages_in_another_form_is_mentioned(refused: Refused) -> None:
    assert "(Pipfile is not read yet)" in refused({"app.py": FLASK, "Pipfile": ""}).message


def test_a_broken_server_is_not_published_as_static_files(refused: Refused) -> None:
    tree = {"main.py": "SECRET = 1", "requirements.txt": "streamlit", "index.html": ""}
    assert refused(tree).code == "python_no_app"


def test_a_python_app_comes_before_the_package_json_of_its_style_sheets(planned: Planned) -> None:
    tree = {"app.py": FLASK, "requirements.txt": "flask", "package.json": {"scripts": {"build": "tailwindcss"}}}
    assert planned(tree).framework == "flask"


def test_a_node_server_with_a_few_python_packages_is_a_node_server(planned: Planned) -> None:
    tree = {"package.json": {"scripts": {"start": "node a.js"}}, "requirements.txt": "pyyaml", "tool.py": ""}
    assert planned(tree).framework == "node"


# packages --------------------------------------------------------------------------------------------------------


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
    assert plan.install == ("uv pip install -r requirements.txt",)


@pytest.mark.parametrize("line", ["-e .", ".", "./libs/x", "x @ file:///app/x", "-r ../up.txt", "-r $HOME/x.txt"])
def test_requirements_that_read_more_of_the_source_get_all_of_it_first(planned: Planned, line: str) -> None:
    plan = planned({"main.py": FASTAPI, "requirements.txt": f"fastapi\n{line}\n"})
    assert plan.dependency_files == ()


def test_with_hashes_the_server_is_installed_apart(planned: Planned) -> None:
    text = "fastapi==0.121 \\\n    --hash=sha256:abc\n"
    plan = planned({"main.py": FASTAPI, "requirements.txt": text})
    assert plan.install == ("uv pip install -r requirements.txt", "uv pip install 'uvicorn[standard]'")


@pytest.mark.parametrize("line", ["uvicorn", "Uvicorn[standard]>=0.3", "uvicorn==0.54 # the server", "  uvicorn  "])
def test_a_server_that_is_named_is_not_added(planned: Planned, line: str) -> None:
    plan = planned({"main.py": FASTAPI, "requirements.txt": f"# uvloop\nfastapi\n{line}\n"})
    assert plan.install == ("uv pip install -r requirements.txt",)


def test_pyproject_dependencies_are_installed_without_building_the_project(planned: Planned) -> None:
    text = '[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi", "uvicorn>=0.3"]\n'
    plan = planned({"main.py": FASTAPI, "pyproject.toml": text, "uv.lock": ""})
    assert plan.install == ("uv pip install -r pyproject.toml",)
    assert plan.dependency_files == ("pyproject.toml",)
    assert plan.summary.endswith("; uv.lock is not used yet: uv chooses the versions")


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "x"\ndynamic = ["version", "dependencies"]\n',
        '[build-system]\nrequires = []\n[tool.poetry.dependencies]\npython = "^3.11"\nuvicorn = "*"\n',
    ],
)
def test_a_pyproject_that_must_be_built_is_built(planned: Planned, text: str) -> None:
    plan = planned({"main.py": FASTAPI, "pyproject.toml": text})
    assert plan.install[0].startswith("uv pip install .")
    assert plan.dependency_files == ()


def test_a_pyproject_for_tools_only_is_no_list_of_packages(refused: Refused) -> None:
    assert refused({"main.py": FASTAPI, "pyproject.toml": "[tool.ruff]\n"}).code == "python_no_requirements"


def test_requirements_come_before_pyproject(planned: Planned) -> None:
    tree = {"main.py": FASTAPI, "requirements.txt": "fastapi", "pyproject.toml": "not toml"}
    assert planned(tree).dependency_files == ("requirements.txt",)


def test_a_python_that_there_is_not_is_said(planned: Planned) -> None:
    text = '[project]\nname = "x"\nrequires-python = ">=3.13"\ndependencies = []\n'
    assert "requires-python is '>=3.13'" in planned({"main.py": FASTAPI, "pyproject.toml": text}).summary


def test_a_pyproject_that_cannot_be_read_is_named_with_its_line(refused: Refused) -> None:
    error = refused({"main.py": FASTAPI, "pyproject.toml": "[project]\nname = \n"})
    assert error.code == "file_invalid"
    assert "pyproject.toml can't be read: Invalid value (at line 2" in error.message
