from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

PAGE = "<h1>hello</h1>"
Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]


def test_an_index_page_at_the_root_is_served_by_nginx(planned: Planned) -> None:
    plan = planned({"index.html": PAGE, "style.css": "", "about.html": PAGE})
    assert (plan.framework, plan.serve, plan.root, plan.output) == ("static", Serve.NGINX, ".", ".")
    assert (plan.base, plan.start, plan.install, plan.build) == ("", "", (), ())
    assert plan.summary == "Static site: nginx serves ./"


def test_an_index_page_one_folder_deep_is_found(planned: Planned) -> None:
    plan = planned({"README.md": "", "public/index.html": PAGE, "drafts/notes.txt": "", ".hidden/index.html": PAGE})
    assert plan.output == "public"
    assert plan.summary == "Static site: nginx serves ./public/"


def test_an_index_page_two_folders_deep_is_found(planned: Planned) -> None:
    tree = {"README.md": "", "app/public/index.html": PAGE, "x/node_modules/y/index.html": PAGE}
    assert planned(tree).output == "app/public"


def test_a_page_one_folder_deep_comes_before_deeper_ones(planned: Planned) -> None:
    assert planned({"site/index.html": PAGE, "docs/old/index.html": PAGE}).output == "site"


def test_several_folders_with_an_index_page_are_named_and_not_guessed(refused: Refused) -> None:
    error = refused({"b/index.html": PAGE, "a/index.html": PAGE})
    assert error.code == "static_ambiguous"
    assert error.message == "Several folders have an index.html: ./a/, ./b/."
    assert 'output = "a"' in error.hint


VITE = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}
EXPRESS = {"scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}


@pytest.mark.parametrize(
    "tree",
    [
        {"client/package.json": VITE, "client/index.html": PAGE},
        {"client/package.json": VITE, "client/index.html": PAGE, "server/package.json": EXPRESS},
        {"server/package.json": EXPRESS, "server/public/index.html": PAGE, "docker-compose.yml": ""},
        {"api/requirements.txt": "flask", "api/static/index.html": PAGE},
        {"app/Dockerfile": "FROM zipp/debian:bookworm", "app/index.html": PAGE},
        {"a/package.json": VITE, "a/index.html": PAGE, "b/package.json": VITE, "b/index.html": PAGE},
        {"frontend/index.html": PAGE, "landing/package.json": VITE, "landing/index.html": PAGE},
    ],
    ids=["built", "built-beside-a-server", "a-servers-own", "python", "dockerfile", "two", "beside-pages"],
)
def test_pages_of_a_program_in_a_folder_are_not_handed_out_unbuilt(refused: Refused, tree: dict[str, Any]) -> None:
    error = refused(tree)
    assert error.code == "detection_failed"
    folders = sorted({name.partition("/")[0] for name in tree if "/" in name})
    assert all(f"{folder}/" in error.hint for folder in folders)
    assert f'root = "{folders[0]}"' in error.hint


def test_pages_beside_a_package_json_for_tools_are_handed_out(planned: Planned) -> None:
    assert (
        planned({"docs/package.json": {"devDependencies": {"prettier": "3"}}, "docs/index.html": PAGE}).output == "docs"
    )


def test_output_decides_between_several_folders(planned: Planned) -> None:
    tree = {"b/index.html": PAGE, "a/index.html": PAGE, "zipp.toml": 'output = "./b/"'}
    assert planned(tree).output == "b"


@pytest.mark.parametrize("name", ["resume.html", "Index.HTML", "index.htm"])
def test_a_page_of_another_name_is_told_how_to_be_called(refused: Refused, name: str) -> None:
    error = refused({name: PAGE})
    assert error.code == "static_no_index"
    assert name in error.message
    assert f"{name} -> index.html" in error.hint


def test_output_that_does_not_exist_is_refused(refused: Refused) -> None:
    error = refused({"index.html": PAGE, "zipp.toml": 'output = "dist"'})
    assert (error.code, error.message) == ("static_no_index", "The folder 'dist' does not exist.")


def test_output_without_an_index_page_is_refused(refused: Refused) -> None:
    error = refused({"index.html": PAGE, "dist/main.js": "", "zipp.toml": 'output = "dist"'})
    assert (error.code, error.message) == ("static_no_index", "./dist/ has no index.html.")


def test_a_static_site_may_ask_for_a_container(planned: Planned) -> None:
    plan = planned({"index.html": PAGE, "zipp.toml": 'serve = "container"\n[limits]\nmemory = "64MB"'})
    assert (plan.framework, plan.serve, plan.output, plan.port) == ("static", Serve.CONTAINER, ".", 8080)
    assert plan.limits is not None
    assert plan.limits.memory_bytes == 64 * 1024**2


def test_a_helper_script_beside_the_page_changes_nothing(planned: Planned) -> None:
    assert planned({"index.html": PAGE, "build.py": "print('no app here')"}).framework == "static"


def test_a_package_json_for_tools_only_leaves_a_page_a_page(planned: Planned) -> None:
    manifest = {"devDependencies": {"prettier": "3"}, "main": "app.js"}
    plan = planned({"index.html": PAGE, "package.json": manifest, "app.js": "document.title = 'hi'"})
    assert plan.framework == "static"
