from __future__ import annotations

from collections.abc import Callable, Mapping

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[Mapping[str, object]], BuildPlan]
Refused = Callable[[Mapping[str, object]], DetectionError]
LIBRARY = '[build-system]\nrequires = []\n[project]\nname = "x"\nversion = "1"\n'


def test_mkdocs_is_built_into_files(planned: Planned) -> None:
    text = "site_name: X\ntheme:\n  name: material\nplugins:\n  - search\n  - minify:\n      html: true\n"
    assert planned({"mkdocs.yml": text, "docs/index.md": "# X"}) == BuildPlan(
        framework="mkdocs",
        summary="MkDocs site: uv pip install mkdocs, then mkdocs build --site-dir site, serving site/",
        serve=Serve.NGINX,
        builder="zipp/python:3.11-build",
        caches=("uv",),
        dependency_folders=("/opt/venv",),
        install=("uv pip install 'mkdocs<2' mkdocs-material mkdocs-minify-plugin",),
        build=("mkdocs build --site-dir site",),
        output="site",
    )


def test_its_own_list_of_packages_comes_first(planned: Planned) -> None:
    listed = "mkdocs==1.6\nmkdocs-material\n"
    plan = planned({"mkdocs.yml": "theme: material\n", "docs/requirements.txt": listed, "requirements.txt": "requests"})
    assert plan.install == ("uv pip install -r docs/requirements.txt",)
    assert plan.dependency_files == ("docs/requirements.txt",)


def test_a_group_of_pyproject_is_such_a_list(planned: Planned) -> None:
    group = '[dependency-groups]\ndocs = ["mkdocs"]\n'
    assert planned({"mkdocs.yml": "", "pyproject.toml": LIBRARY + group}).install == ("uv pip install --group docs",)
    extra = '[project.optional-dependencies]\ndocs = ["mkdocs"]\n'
    plan = planned({"mkdocs.yml": "", "pyproject.toml": LIBRARY + extra})
    assert plan.install == ("uv pip install -r pyproject.toml --extra docs",)


def test_an_application_comes_before_its_manual(planned: Planned) -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()"
    assert planned({"main.py": app, "requirements.txt": "fastapi", "mkdocs.yml": ""}).framework == "fastapi"


def test_sphinx_is_built_into_files(planned: Planned) -> None:
    tree = {"docs/conf.py": 'project = "x"\nhtml_theme = "furo"\n', "docs/index.rst": "X\n=\n"}
    plan = planned(tree)
    assert plan.install == ("uv pip install sphinx furo",)
    assert (plan.build, plan.output) == (("sphinx-build -b html docs docs/_build/html",), "docs/_build/html")


def test_pelican_is_built_into_files(planned: Planned) -> None:
    plan = planned({"pelicanconf.py": "AUTHOR = 'x'", "content/a.md": ""})
    assert (plan.build, plan.output) == (("pelican content -o output -s pelicanconf.py",), "output")


def test_a_library_is_no_site_though_it_has_a_manual(refused: Refused) -> None:
    tree = {
        "pyproject.toml": LIBRARY,
        "src/x/__init__.py": "def app(): pass",
        "docs/conf.py": "project = 'x'",
        "docs/index.rst": "",
        "tests/test_app.py": "from flask import Flask\napp = Flask(__name__)",
        "examples/app.py": "from flask import Flask\napp = Flask(__name__)",
    }
    assert refused(tree).code == "python_no_app"


def test_the_manual_of_a_program_in_another_language_is_not_its_site(planned: Planned) -> None:
    server = "require('http').createServer().listen(process.env.PORT)"
    tree = {"mkdocs.yml": "", "package.json": {"scripts": {"start": "node a.js"}}, "a.js": server}
    assert planned(tree).framework == "node"
