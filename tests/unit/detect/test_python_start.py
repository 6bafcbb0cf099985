"""How each framework is started, and what is done before."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from zipp.domain.plan import BuildPlan

Planned = Callable[[Mapping[str, object]], BuildPlan]
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
GUNICORN = "gunicorn --bind 0.0.0.0:$PORT --threads 8"
UVICORN = "uvicorn main:app --host 0.0.0.0 --port $PORT"
TORNADO_OPTION = "from tornado.options import define, options\nimport tornado.web\ndefine('port', default=1)\n"
RUN_IN_A_FUNCTION = (
    "import os, uvicorn\ndef main():\n  uvicorn.run(make(), host='::', port=int(os.getenv('PORT', 5)))\n"
)
STARTS = {
    "litestar": ("from litestar import Litestar\napp = Litestar([])", UVICORN),
    "quart": ("from quart import Quart\napp = Quart(__name__)", "hypercorn --bind 0.0.0.0:$PORT main:app"),
    "sanic": (
        "from sanic import Sanic\napp = Sanic('x')",
        "sanic main:app --host 0.0.0.0 --port $PORT --single-process",
    ),
    "python-fasthtml": ("from fasthtml.common import *\napp, rt = fast_app()\nserve()", UVICORN),
    "falcon": ("import falcon\napp = falcon.App()", f"{GUNICORN} main:app"),
    "falcon>=4": ("import falcon.asgi\napp = falcon.asgi.App()", UVICORN),
    "pyramid": (
        "from pyramid.config import Configurator\nwith Configurator() as c:\n  app = c.make_wsgi_app()",
        f"{GUNICORN} main:app",
    ),
    "dash": ("import dash\napp = dash.Dash()\nserver = app.server", f"{GUNICORN} main:server"),
    "dash>=3": ("import dash\napp = dash.Dash()\napp.run(debug=True)", "python main.py"),
    "bottle": (
        "from bottle import route, run\nrun(host='localhost', port=80)",
        "python -m bottle --bind 0.0.0.0:$PORT --server waitress main",
    ),
    "aiohttp": (
        "from aiohttp import web\napp = web.Application()",
        "gunicorn --bind 0.0.0.0:$PORT --worker-class aiohttp.GunicornWebWorker main:app",
    ),
    "streamlit": (
        "import streamlit as st\nst.title('x')",
        "streamlit run main.py --server.port $PORT --server.address 0.0.0.0 --server.headless true",
    ),
    "gradio": ("import gradio as gr\ngr.Interface(str).launch()", "env GRADIO_SERVER_PORT=$PORT python main.py"),
    "tornado": (
        f"{TORNADO_OPTION}tornado.web.Application().listen(options.port)",
        "python main.py --port=$PORT",
    ),
    "uvicorn": (f"{RUN_IN_A_FUNCTION}main()", "python main.py"),
}


@pytest.mark.parametrize("packages", STARTS)
def test_each_framework_starts_in_its_own_way_on_the_port_that_it_is_given(planned: Planned, packages: str) -> None:
    source, start = STARTS[packages]
    plan = planned({"main.py": source, "requirements.txt": packages})
    assert (plan.start, plan.port) == (start, 8000)


@pytest.mark.parametrize(
    ("source", "port"),
    [
        ("import gradio as gr\ngr.Interface(str).launch(server_port=7000)", 7000),
        ("from nicegui import ui\nui.run()", 8080),
        ("import tornado.web\ntornado.web.Application([]).listen(8765)", 8765),
        ("from aiohttp import web\napp = web.Application()\nweb.run_app(app)", 8080),
        ("import http.server\nP = 9000\nhttp.server.HTTPServer(('', P), H).serve_forever()", 9000),
        ("import waitress\nwaitress.serve(app(), port=8123)", 8123),
    ],
)
def test_a_program_that_chooses_its_port_is_asked_there(planned: Planned, source: str, port: int) -> None:
    plan = planned({"main.py": source, "requirements.txt": "x"})
    assert (plan.start, plan.port) == ("python main.py", port)


def test_cherrypy_is_told_to_listen_to_others(planned: Planned) -> None:
    plan = planned({"main.py": "import cherrypy\ncherrypy.quickstart(object())", "requirements.txt": "cherrypy"})
    assert plan.start.startswith("python -c 'import os, runpy, cherrypy\n")
    assert '"server.socket_host": "0.0.0.0"' in plan.start
    own = "import cherrypy\ncherrypy.config.update({'server.socket_host': '0.0.0.0', 'server.socket_port': 9999})\n"
    plan = planned({"main.py": own + "cherrypy.quickstart(object())", "requirements.txt": "cherrypy"})
    assert (plan.start, plan.port) == ("python main.py", 9999)


def test_a_program_that_listens_on_localhost_is_told_so(planned: Planned) -> None:
    source = "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run(make(), port=8001)"
    summary = planned({"main.py": source, "requirements.txt": "uvicorn"}).summary
    assert 'main.py listens on localhost, where nobody else reaches it: set host="0.0.0.0" there' in summary


def test_a_helper_beside_a_page_is_no_site(planned: Planned) -> None:
    source = "import http.server\nhttp.server.HTTPServer(('', 8000), None).serve_forever()"
    assert planned({"serve.py": source, "index.html": ""}).framework == "static"


@pytest.mark.parametrize(
    ("line", "read_only"),
    [
        ("x = 'sqlite:///shop.db'", False),
        ("x = 'sqlite:///:memory:'", True),
        ("import sqlite3\nsqlite3.connect('shop.db')", False),
        ("import sqlite3\nsqlite3.connect(':memory:')", True),
        ("open('notes.txt', 'a')", False),
        ("open('notes.txt')", True),
        ("open('/tmp/notes.txt', 'w')", True),
        ("UPLOAD_FOLDER = 'uploads'", False),
        ("app.config['UPLOAD_FOLDER'] = 'x'", False),
    ],
)
def test_what_writes_beside_itself_may(planned: Planned, line: str, read_only: bool) -> None:
    plan = planned({"app.py": FLASK + line, "requirements.txt": "flask"})
    assert plan.read_only_root is read_only


def test_tables_that_only_a_direct_run_makes_are_made_before_the_start(planned: Planned) -> None:
    guard = "if __name__ == '__main__':\n    with app.app_context():\n        db.create_all()\n    app.run()"
    source = f"{FLASK}URI = 'sqlite:///x.db'\n{guard}"
    plan = planned({"app.py": source, "requirements.txt": "flask"})
    assert plan.before_start == "python -c 'import app as site\nwith site.app.app_context(): site.db.create_all()'"
    assert planned({"app.py": source, "requirements.txt": "flask", "x.db": ""}).before_start == ""


def test_a_command_that_makes_the_database_is_run_before_the_start(planned: Planned) -> None:
    database = "import click, sqlite3\n@click.command('init-db')\ndef init(): pass\nsqlite3.connect('x.db')"
    plan = planned({"shop/__init__.py": FACTORY, "shop/db.py": database, "requirements.txt": "flask"})
    assert plan.before_start == "flask --app shop:create_app init-db"
    assert not plan.read_only_root
