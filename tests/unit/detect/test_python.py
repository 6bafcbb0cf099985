from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[Mapping[str, object]], BuildPlan]
Refused = Callable[[Mapping[str, object]], DetectionError]
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
NODE = "require('http').createServer().listen(process.env.PORT)"
FACTORY = "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
GUNICORN = "gunicorn --bind 0.0.0.0:$PORT --threads 8"


def test_a_fastapi_app_is_served_by_uvicorn(planned: Planned) -> None:
    assert planned({"main.py": FASTAPI, "requirements.txt": "fastapi==0.121\n"}) == BuildPlan(
        framework="fastapi",
        summary="FastAPI app on Python 3.11: requirements.txt, then uvicorn main:app --host 0.0.0.0 --port $PORT",
        serve=Serve.CONTAINER,
        builder="zipp/python:3.11-build",
        base="zipp/python:3.11-slim",
        caches=("uv",),
        dependency_files=("requirements.txt",),
        dependencies=("uv pip install -r requirements.txt 'uvicorn[standard]'",),
        dependency_folders=("/opt/venv",),
        build_env={"UV_COMPILE_BYTECODE": "1"},
        start="uvicorn main:app --host 0.0.0.0 --port $PORT",
        port=8000,
        env={"FORWARDED_ALLOW_IPS": "*", "PYTHONUNBUFFERED": "1"},
    )


def test_a_flask_app_is_served_by_gunicorn(planned: Planned) -> None:
    plan = planned({"app.py": FLASK, "requirements.txt": "Flask\n"})
    assert plan.framework == "flask"
    assert plan.dependencies == ("uv pip install -r requirements.txt gunicorn",)
    assert plan.start == f"{GUNICORN} app:app"
    assert plan.env["GUNICORN_CMD_ARGS"] == "--worker-tmp-dir /dev/shm"


def test_app_run_in_the_middle_of_a_file_holds_nothing_up(planned: Planned) -> None:
    plan = planned({"app.py": FLASK + "app.run(port=5000)\n", "requirements.txt": "flask"})
    assert (plan.start, plan.env["FLASK_RUN_FROM_CLI"]) == (f"{GUNICORN} app:app", "true")


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
    plan = planned({"main.py": source, "requirements.txt": "fastapi\nstarlette\nuvicorn"})
    assert (plan.framework, plan.start) == (framework, f"uvicorn {target} --host 0.0.0.0 --port $PORT")
    assert plan.dependencies == ("uv pip install -r requirements.txt",)


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
    assert plan.start == f"{GUNICORN} 'shop:create_app()'"
    assert plan.dependencies == ("uv pip install -r requirements.txt",)


def test_a_fastapi_factory_is_called_by_uvicorn(planned: Planned) -> None:
    source = "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    return FastAPI()\n"
    plan = planned({"main.py": source, "requirements.txt": "fastapi[standard]"})
    assert plan.start == "uvicorn main:create_app --host 0.0.0.0 --port $PORT --factory"
    assert plan.dependencies == ("uv pip install -r requirements.txt",), "fastapi[standard] brings uvicorn"


def test_an_object_made_by_a_factory_elsewhere_is_preferred(planned: Planned) -> None:
    wsgi = "from shop import create_app\napp = create_app()\nif __name__ == '__main__':\n    app.run()\n"
    plan = planned({"wsgi.py": wsgi, "shop/__init__.py": FACTORY, "requirements.txt": "flask"})
    assert (plan.framework, plan.start) == ("flask", f"{GUNICORN} wsgi:app")


def test_what_only_a_direct_run_makes_does_not_count(planned: Planned) -> None:
    source = FACTORY + "if __name__ == '__main__':\n    app = create_app()\n    app.run()\n"
    plan = planned({"app.py": source, "requirements.txt": "flask"})
    assert plan.start == f"{GUNICORN} 'app:create_app()'"


def test_a_factory_that_needs_arguments_is_none(refused: Refused) -> None:
    source = "from flask import Flask\ndef create_app(config):\n    return Flask(config)\n"
    assert refused({"app.py": source, "requirements.txt": "flask"}).code == "python_no_app"


def test_the_procfile_decides_the_start(planned: Planned) -> None:
    plan = planned({"app.py": FLASK, "requirements.txt": "flask", "Procfile": "web: gunicorn -w 2 app:app"})
    assert plan.start == "gunicorn -w 2 app:app"
    assert plan.dependencies == ("uv pip install -r requirements.txt gunicorn",)


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


def test_without_a_list_of_packages_the_known_ones_that_are_imported_are_installed(planned: Planned) -> None:
    source = "import flask_cors, PIL, notflask, helper, os\n" + FLASK
    plan = planned({"app.py": source, "helper.py": "", "templates/x.html": "", "index.html": ""})
    assert plan.dependencies == ("uv pip install flask flask-cors pillow gunicorn",)
    assert plan.dependency_files == ("app.py",)
    assert "no requirements.txt, so what is imported: flask, flask-cors, pillow" in plan.summary


def test_a_framework_that_the_list_lacks_is_added(planned: Planned) -> None:
    assert planned({"app.py": FLASK, "requirements.txt": "requests"}).dependencies == (
        "uv pip install -r requirements.txt flask gunicorn",
    )
    assert planned({"app.py": FLASK, "requirements.txt": "flask-restful"}).dependencies == (
        "uv pip install -r requirements.txt gunicorn",
    )


def test_the_procfiles_release_runs_before_the_start(planned: Planned) -> None:
    procfile = "release: flask db upgrade\nweb: gunicorn app:app\n"
    plan = planned({"app.py": FLASK, "requirements.txt": "flask", "Procfile": procfile})
    assert (plan.before_start, plan.start) == ("flask db upgrade", "gunicorn app:app")


def test_a_server_that_is_called_without_an_address_is_given_one(planned: Planned) -> None:
    plan = planned({"main.py": FASTAPI, "requirements.txt": "fastapi", "Procfile": "web: uvicorn main:app"})
    assert (plan.env["UVICORN_HOST"], plan.env["UVICORN_PORT"]) == ("0.0.0.0", "8000")


def test_a_given_program_with_a_fixed_port_is_asked_there(planned: Planned) -> None:
    source = "import waitress\nwaitress.serve(app, port=9123)"
    plan = planned({"run_it.py": source, "requirements.txt": "waitress", "Procfile": "web: python run_it.py"})
    assert plan.port == 9123


def test_a_broken_server_is_not_published_as_static_files(refused: Refused) -> None:
    tree = {"main.py": "SECRET = 1", "requirements.txt": "streamlit", "index.html": ""}
    assert refused(tree).code == "python_no_app"


def test_a_python_app_comes_before_the_package_json_of_its_style_sheets(planned: Planned) -> None:
    tree = {"app.py": FLASK, "requirements.txt": "flask", "package.json": {"scripts": {"build": "tailwindcss"}}}
    assert planned(tree).framework == "flask"


def test_a_node_server_with_a_few_python_packages_is_a_node_server(planned: Planned) -> None:
    tree = {
        "package.json": {"scripts": {"start": "node a.js"}},
        "requirements.txt": "pyyaml",
        "tool.py": "",
        "a.js": NODE,
    }
    assert planned(tree).framework == "node"
