"""Each example is a test (expect.json): here its plan, in tests/integration the running site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zipp.detect import DETECTORS, detect
from zipp.domain.plan import Serve

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_each_example_is_the_expected_one(name: str) -> None:
    expected = json.loads((EXAMPLES / name / "expect.json").read_text())
    assert set(expected) == {"framework", "path", "status", "text"}
    assert detect(EXAMPLES / name).framework == expected["framework"]


def test_there_is_an_example_of_each_family() -> None:
    frameworks = {detect(EXAMPLES / name).framework for name in NAMES}
    assert {"static", "node", "express", "fastapi", "flask", "django", "dockerfile"} <= frameworks
    names = [detector.name for detector in DETECTORS]
    assert (names[0], names[-1]) == ("dockerfile", "static")
    assert names.index("php") < names.index("python") < names.index("node")


def test_the_first_example_needs_no_container_and_nothing_from_elsewhere() -> None:
    assert detect(EXAMPLES / "hello-static").serve is Serve.NGINX
    for file in ("index.html", "404.html", "style.css"):
        text = (EXAMPLES / "hello-static" / file).read_text()
        assert "http://" not in text
        assert "https://" not in text


def test_the_express_example_is_installed_from_its_lock_file() -> None:
    assert detect(EXAMPLES / "hello-express").summary == "Express app: npm ci, then node server.js on $PORT"


def test_the_flask_example_starts_as_its_procfile_says() -> None:
    start = (EXAMPLES / "hello-flask" / "Procfile").read_text().removeprefix("web: ").strip()
    assert detect(EXAMPLES / "hello-flask").start == start


def test_the_container_example_asks_for_its_container() -> None:
    assert detect(EXAMPLES / "hello-container").serve is Serve.CONTAINER
