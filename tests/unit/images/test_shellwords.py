from __future__ import annotations

import subprocess

import pytest

from zipp.images.shellwords import is_simple, start_argv


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


def run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=10)


def test_what_comes_before_the_start_runs_first_in_a_shell_of_its_own() -> None:
    result = run(start_argv("printf %s:%s started $HERE", "cd /tmp; HERE=there; echo migrated"))
    assert (result.stdout, result.returncode) == ("migrated\nstarted:", 0)


@pytest.mark.parametrize("before", ["exit 3", "false", "sh -c 'exit 3'; true"])
def test_a_server_does_not_start_after_what_failed_before_it(before: str) -> None:
    result = run(start_argv("echo started", before))
    assert result.stdout == ""
    assert result.returncode in (1, 3)


def test_quotes_and_line_ends_in_either_command_stay_in_it() -> None:
    result = run(start_argv("echo '$1' \"b\"; echo c", "echo '$0'\necho \"a\""))
    assert result.stdout == "$0\na\n$1 b\nc\n"


def test_a_simple_server_is_the_process_that_gets_the_signals() -> None:
    script = run(["/bin/sh", "-c", 'echo $$; exec "$@"', "sh", *start_argv("/bin/sh -c 'echo $$'", "true")])
    outer, inner = script.stdout.split()
    assert outer == inner
