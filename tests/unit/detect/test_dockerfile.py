from __future__ import annotations

from collections.abc import Callable

import pytest

from zipp.detect.dockerfile import exposed_port
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]


def test_a_dockerfile_decides_before_everything_else(planned: Planned) -> None:
    tree = {
        "Dockerfile": "FROM zipp/debian:bookworm\nEXPOSE 5000\n",
        "package.json": {"scripts": {"start": "node x.js"}},
        "requirements.txt": "flask",
        "index.html": "",
    }
    plan = planned(tree)
    assert (plan.framework, plan.serve, plan.dockerfile, plan.port) == (
        "dockerfile",
        Serve.CONTAINER,
        "Dockerfile",
        5000,
    )
    assert (plan.base, plan.install, plan.build, plan.start) == ("", (), (), "")
    assert not plan.read_only_root
    assert plan.summary == "Dockerfile: docker build, then its own command on port 5000"


def test_without_expose_the_port_is_8080(planned: Planned) -> None:
    assert planned({"Dockerfile": "from scratch"}).port == 8080


def test_zipp_toml_sets_the_port_and_the_root_file_system(planned: Planned) -> None:
    plan = planned({"Dockerfile": "FROM scratch\nEXPOSE 80", "zipp.toml": "port = 9000\nread_only = true"})
    assert (plan.port, plan.read_only_root) == (9000, True)
    assert plan.summary == (
        "Dockerfile: docker build, then its own command on port 9000; zipp.toml sets port, read_only"
    )


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("FROM a\nEXPOSE 8080/tcp", 8080),
        ("FROM a\n  expose 3000 4000", 3000),
        ("FROM a\nEXPOSE 4000\nEXPOSE 5000", 4000),
        ("FROM a\nEXPOSE 53/udp 8053/TCP", 8053),
        ("FROM a\nEXPOSE $PORT", None),
        ("FROM a\nEXPOSE ${PORT:-3000} 7000", 7000),
        ('FROM a\nEXPOSE "9000"', 9000),
        ("FROM a\nEXPOSE 8000-8010", 8000),
        ("FROM a\nEXPOSE 0 70000 99999999999999999999 ٣", None),
        ("FROM a\nEXPOSE 6000 \\\n  7000", 6000),
        ("FROM a\n# EXPOSE 1234\nRUN echo EXPOSE 1234", None),
        ("FROM a AS build\nEXPOSE 1111\nFROM b\nEXPOSE 2222", 2222),
        ("FROM a AS base\nEXPOSE 1111\nFROM base", 1111),
        ("FROM a\nEXPOSE", None),
        ("", None),
    ],
)
def test_the_port_is_the_first_tcp_port_of_the_last_stage_that_exposes_one(text: str, port: int | None) -> None:
    assert exposed_port(text) == port


def test_a_dockerfile_without_from_is_refused(refused: Refused) -> None:
    assert refused({"Dockerfile": "RUN true\n# FROM x"}).code == "dockerfile_no_from"


def test_commands_in_zipp_toml_have_no_effect_on_a_dockerfile_and_are_refused(refused: Refused) -> None:
    error = refused({"Dockerfile": "FROM scratch", "zipp.toml": 'start = "x"'})
    assert error.code == "config_invalid"
    assert error.message == "zipp.toml: 'start' has no effect for a Dockerfile."


def test_a_folder_named_dockerfile_is_none(planned: Planned) -> None:
    assert planned({"Dockerfile/": "", "index.html": ""}).framework == "static"
