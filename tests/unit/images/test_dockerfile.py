from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.domain.plan import BuildPlan
from zipp.images.dockerfile import bases_of, excluded, is_simple, render, start_argv

NODE = BuildPlan(
    framework="express",
    summary="Express app",
    base="zipp/node:22",
    dependency_files=("package.json", "package-lock.json"),
    install=("npm ci --include=dev", "rm -rf ~/.npm"),
    build=("npm run build",),
    start="node server.js",
    port=3000,
    env={"NODE_ENV": "production"},
)


def test_a_node_plan_becomes_this_dockerfile() -> None:
    assert render(NODE) == (
        "# Made by Zipp. To change the build: write a zipp.toml, or take this file over as your own Dockerfile.\n"
        "FROM zipp/node:22\n"
        "WORKDIR /app\n"
        'RUN ["/bin/sh", "-ec", "getent passwd 10001 >/dev/null || useradd --uid 10001 --user-group --no-create-home'
        ' --home-dir /tmp app\\nchown 10001:10001 /app"]\n'
        "USER 10001:10001\n"
        'ENV HOME="/tmp" NODE_ENV="production" PORT="3000"\n'
        'COPY --chown=10001:10001 ["package.json", "package-lock.json", "./"]\n'
        'RUN ["/bin/sh", "-ec", "npm ci --include=dev\\nrm -rf ~/.npm"]\n'
        "EXPOSE 3000\n"
        'CMD ["/bin/sh", "-c", "exec node server.js"]\n'
        "COPY --chown=10001:10001 . .\n"
        'RUN ["/bin/sh", "-ec", "npm run build"]\n'
    )


def test_a_python_plan_becomes_this_dockerfile() -> None:
    plan = BuildPlan(
        framework="flask",
        summary="Flask app",
        base="zipp/python:3.11",
        dependency_files=("requirements.txt", "requirements/base.txt", "constraints.txt"),
        install=("uv pip install -r requirements.txt gunicorn",),
        start="gunicorn --bind 0.0.0.0:$PORT 'shop:create_app()'",
        port=8000,
        env={"PYTHONUNBUFFERED": "1"},
    )
    assert render(plan) == (
        "# Made by Zipp. To change the build: write a zipp.toml, or take this file over as your own Dockerfile.\n"
        "FROM zipp/python:3.11\n"
        "WORKDIR /app\n"
        'RUN ["/bin/sh", "-ec", "getent passwd 10001 >/dev/null || useradd --uid 10001 --user-group --no-create-home'
        ' --home-dir /tmp app\\nchown 10001:10001 /app"]\n'
        'RUN ["/bin/sh", "-ec", "test -x /opt/venv/bin/python || uv venv /opt/venv\\nchown -R 10001:10001 /opt/venv"]\n'
        'ENV VIRTUAL_ENV="/opt/venv" PATH="/opt/venv/bin:$PATH"\n'
        "USER 10001:10001\n"
        'ENV HOME="/tmp" PORT="8000" PYTHONUNBUFFERED="1"\n'
        'COPY --chown=10001:10001 ["requirements.txt", "constraints.txt", "./"]\n'
        'COPY --chown=10001:10001 ["requirements/base.txt", "./requirements/"]\n'
        'RUN ["/bin/sh", "-ec", "uv pip install -r requirements.txt gunicorn"]\n'
        "EXPOSE 8000\n"
        'CMD ["/bin/sh", "-c", "exec gunicorn --bind 0.0.0.0:$PORT \'shop:create_app()\'"]\n'
        "COPY --chown=10001:10001 . .\n"
    )


def test_an_install_that_reads_the_whole_source_comes_after_it() -> None:
    lines = render(NODE.model_copy(update={"dependency_files": ()})).splitlines()
    assert lines[6:] == [
        "COPY --chown=10001:10001 . .",
        'RUN ["/bin/sh", "-ec", "npm ci --include=dev\\nrm -rf ~/.npm"]',
        "EXPOSE 3000",
        'CMD ["/bin/sh", "-c", "exec node server.js"]',
        'RUN ["/bin/sh", "-ec", "npm run build"]',
    ]


def test_without_an_install_only_the_source_is_copied() -> None:
    lines = render(NODE.model_copy(update={"install": (), "build": ()})).splitlines()
    assert lines[6:] == ["EXPOSE 3000", 'CMD ["/bin/sh", "-c", "exec node server.js"]', "COPY --chown=10001:10001 . ."]


def test_a_change_of_the_source_only_leaves_everything_above_the_copy_as_it_was() -> None:
    above, _, below = render(NODE).partition("COPY --chown=10001:10001 . .\n")
    assert "npm ci" in above
    assert all(line.startswith("RUN ") for line in below.splitlines())


INJECTIONS = [
    'x"]\nUSER root\nRUN ["id',
    "x\nRUN id",
    "x\r\nRUN id",
    "x \\",
    "x\u2028RUN id",
    "x\x85RUN id",
    "\ud800",
    "'; id; '",
]


@pytest.mark.parametrize("command", INJECTIONS)
def test_no_command_can_add_an_instruction(command: str) -> None:
    plan = NODE.model_copy(update={"install": (command,), "build": (command,), "start": command})
    text = render(plan)
    assert len(text.splitlines()) == len(render(NODE).splitlines())
    assert [line.split(" ")[0] for line in text.splitlines()] == [
        line.split(" ")[0] for line in render(NODE).splitlines()
    ]
    assert json.loads(text.splitlines()[-1].removeprefix("RUN ")) == ["/bin/sh", "-ec", command]


@given(st.text(max_size=80))
def test_whatever_the_command_it_arrives_unchanged_as_one_argument(command: str) -> None:
    lines = render(NODE.model_copy(update={"build": (command,)})).split("\n")
    assert json.loads(lines[-2].removeprefix("RUN ")) == ["/bin/sh", "-ec", command]


def test_values_of_variables_are_taken_as_they_are() -> None:
    plan = NODE.model_copy(update={"env": {"A": 'say "hi" \\ $HOME', "B": "c:\\x\\", "C": ""}})
    assert r'ENV A="say \"hi\" \\ \$HOME" B="c:\\x\\" C="" HOME="/tmp" PORT="3000"' in render(plan)


def test_a_value_of_several_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="several lines"):
        render(NODE.model_copy(update={"env": {"A": "x\nRUN id"}}))


@pytest.mark.parametrize(
    "command",
    [
        "node server.js",
        "npm start",
        "uvicorn main:app --host 0.0.0.0 --port $PORT",
        "gunicorn 'shop:create_app()'",
        'node -e "a && b"',
        "./bin/server ${PORT:-3000}",
        "python3.11 -m http.server",
    ],
)
def test_a_simple_command_replaces_its_shell(command: str) -> None:
    assert is_simple(command)
    assert start_argv(command) == ["/bin/sh", "-c", f"exec {command}"]


@pytest.mark.parametrize(
    "command",
    [
        "node server.js && x",
        "a; b",
        "a | b",
        "a &",
        "(a)",
        "a > /tmp/log",
        "a $(b)",
        "a `b`",
        "a\nb",
        "cd app && node x",
        "cd",
        "export A=1",
        "A=1 node x",
        "exec node x",
        "if",
        "'node' x",
        "node 'x",
        "$RUNNER x",
        "",
        "   ",
    ],
)
def test_any_other_command_is_left_to_the_shell(command: str) -> None:
    assert not is_simple(command)
    assert start_argv(command) == ["/bin/sh", "-c", command]


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
    ("text", "bases"),
    [
        ("FROM zipp/node:22", ("zipp/node:22",)),
        ("from zipp/node", ("zipp/node",)),
        ("FROM debian:12\nFROM scratch", ()),
        (
            "FROM zipp/node:22 AS build\nRUN x\nFROM zipp/debian:bookworm\nCOPY --from=build /a /b",
            ("zipp/node:22", "zipp/debian:bookworm"),
        ),
        ("FROM zipp/node:22 as Build\nFROM build\nFROM BUILD AS x", ("zipp/node:22",)),
        ("FROM zipp/node:22\nFROM zipp/node:22", ("zipp/node:22",)),
        ("FROM --platform=linux/amd64 zipp/python:3.11", ("zipp/python:3.11",)),
        ("ARG V=22\nFROM zipp/node:${V}", ("zipp/node:22",)),
        ("ARG V=22\nFROM zipp/node:$V", ("zipp/node:22",)),
        ('ARG IMAGE="zipp/node:20"\nFROM $IMAGE', ("zipp/node:20",)),
        ("ARG A=1 V=24\nFROM zipp/node:$V", ("zipp/node:24",)),
        ("ARG V\nFROM zipp/node:${V:-18}", ("zipp/node:18",)),
        ("FROM zipp/node:${V-18}", ("zipp/node:18",)),
        ("ARG V=20\nFROM zipp/node:22${V:+}", ("zipp/node:22",)),
        ("FROM zipp/node:22\nARG V=18\nFROM zipp/node:${V:-20}", ("zipp/node:22", "zipp/node:20")),
        ("FROM \\\n  # a comment\n\n  zipp/node:22 \\\n  AS x", ("zipp/node:22",)),
        ("# FROM zipp/node:18\nFROM a\nRUN echo \\\n  FROM zipp/x", ()),
        ("FROM a\nCOPY --from=zipp/static:1 /x /y", ("zipp/static:1",)),
        ("FROM", ()),
        ("FROM zipp/node:22 \\", ("zipp/node:22",)),
        ("", ()),
    ],
)
def test_the_bases_of_a_dockerfile_are_those_it_builds_on_or_copies_from(text: str, bases: tuple[str, ...]) -> None:
    assert bases_of(text) == bases


@given(st.text(alphabet="FROM ARG=zip/:$n{}-+AS\\\n#\t", max_size=200))
def test_whatever_the_dockerfile_its_bases_are_ours(text: str) -> None:
    assert all(base.startswith("zipp/") for base in bases_of(text))
