from __future__ import annotations

import pytest

from zipp.images.left_out import excluded, excluded_besides


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("node_modules/express/index.js", True),
        ("web/node_modules/x.js", True),
        (".git/config", True),
        (".env", True),
        ("api/.env", True),
        (".env.local", True),
        (".env.production.local", True),
        (".venv/bin/python", True),
        ("app/__pycache__/x.pyc", True),
        ("__MACOSX/._index.html", True),
        (".DS_Store", True),
        ("zipp.toml", False),
        (".env.example", False),
        (".env.production", False),
        (".gitignore", False),
        ("src/git/config.js", False),
        ("docs/node_modules.md", False),
        ("venv.py", False),
        ("src/.next", False),
    ],
)
def test_what_stays_out_of_the_image(path: str, left_out: bool) -> None:
    assert excluded(path) is left_out


def test_a_folder_is_left_out_as_its_files_are() -> None:
    assert excluded("node_modules", is_folder=True)
    assert excluded("web/.git", is_folder=True)
    assert not excluded("node_modules", is_folder=False)
    assert not excluded("src", is_folder=True)


@pytest.mark.parametrize(
    ("path", "is_folder", "left_out"),
    [
        ("vendor", True, True),
        ("vendor", False, False),
        ("web/vendor", True, False),
        ("api/deps", True, True),
        ("src", True, False),
        (".git", True, True),
        ("opt/php", True, False),
    ],
)
def test_folders_that_the_build_fills_itself_are_left_out_too(path: str, is_folder: bool, left_out: bool) -> None:
    is_left_out = excluded_besides(("vendor", "./api/deps/", "/opt/php", "."))
    assert is_left_out(path, is_folder) is left_out
