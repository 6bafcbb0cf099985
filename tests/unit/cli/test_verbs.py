"""Verbs against a small real HTTP server: what is asked of the platform, what is printed, which exit code."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from zipp.cli.login_file import Login, Logins, read_logins, write_logins

ID = "01a20766-31f1-71fb-96f3-053a09e70ebf"
LOGS = f"/api/deployments/{ID}/logs"


@pytest.fixture
def signed_in(server: Any) -> Any:
    write_logins(Logins().with_login(server.url, Login("secret")))
    return server


# exit codes --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (401, "token_expired", 3),
        (403, "not_allowed", 6),
        (404, "not_found", 4),
        (409, "stale", 6),
        (413, "too_large", 6),
        (422, "invalid", 6),
        (429, "rate_limited", 6),
        (500, "internal", 5),
        (503, "engine_unreachable", 5),
    ],
)
def test_each_kind_of_refusal_has_its_exit_code_and_is_told(
    signed_in: Any, zipp: Any, status: int, code: str, exit_code: int
) -> None:
    signed_in.problem("GET", "/api/sites", status, code, detail="It can't be done.")

    result = zipp("sites")

    assert result.exit_code == exit_code
    assert f"error: It can't be done. [{code}]" in result.stderr
    assert result.stdout == ""


def test_a_platform_that_does_not_answer_is_5(zipp: Any) -> None:
    result = zipp("ls", "--url", "http://127.0.0.1:1")

    assert result.exit_code == 5
    assert "Nothing answers at http://127.0.0.1:1" in result.stderr
    assert "zipp up" in result.stderr


def test_something_else_at_the_address_is_5_and_no_traceback(signed_in: Any, zipp: Any) -> None:
    signed_in.on("GET", "/api/sites", 500, "<html>nginx</html>")

    result = zipp("sites")

    assert result.exit_code == 5
    assert "is no Zipp platform" in result.stderr


def test_without_a_sign_in_it_is_3_and_says_how(server: Any, zipp: Any) -> None:
    server.problem("GET", "/api/sites", 401, "not_authenticated")

    result = zipp("sites", "--url", server.url)

    assert result.exit_code == 3
    assert "zipp login" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuch",),
        ("ls", "--nosuch"),
        ("ls", "--limit", "0"),
        ("ls", "--url", "ftp://x"),
        ("rm",),
        ("rm", ID, "--site", "blog"),
        ("rm", "blog"),
        ("env", "blog"),
        ("env", "blog", "A=1", "--clear"),
        ("env", "blog", "A"),
        ("env", "blog", "--unset", "A=1"),
        ("env", "blog", "--replace"),
        ("env", "blog", "A=1", "--replace", "--unset", "B"),
        ("deploy", "/nosuch"),
        ("deploy", "--ref", "main", "."),
    ],
)
def test_a_command_line_that_can_not_be_used_is_2_and_asks_the_platform_nothing(
    signed_in: Any, zipp: Any, arguments: tuple[str, ...]
) -> None:
    result = zipp(*arguments)

    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.output
    assert signed_in.requests == []


def test_a_mistake_in_zipp_itself_shows_no_traceback_but_keeps_it(signed_in: Any, zipp: Any) -> None:
    signed_in.on("GET", "/api/sites", 200, {"unexpected": 1})

    result = zipp("sites")

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    kept = re.search(r"is in (\S+\.log)", result.stderr)
    assert kept is not None
    assert "KeyError" in Path(kept[1]).read_text()
    Path(kept[1]).unlink()


def test_settings_that_can_not_be_used_name_their_variable(zipp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIPP_PORT", "many")
    monkeypatch.setenv("ZIPP_ADMIN_PASSWORD", "hunter2-hunter2")

    result = zipp("serve")

    assert result.exit_code == 6
    assert "ZIPP_PORT" in result.stderr
    assert "hunter2" not in result.stderr


# reading -----------------------------------------------------------------------------------------------------------
def test_json_is_all_that_stdout_has(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("GET", "/api/deployments", 200, {"items": [a_deployment()], "next_cursor": None})

    result = zipp("ls", "--json", "--site", "blog", "--status", "running")

    assert json.loads(result.stdout) == [a_deployment()]
    assert signed_in.requests[0].path == "/api/deployments?site=blog&status=RUNNING&limit=20"
    assert signed_in.requests[0].headers["Authorization"] == "Bearer secret"


def test_every_page_of_sites_is_listed(signed_in: Any, zipp: Any) -> None:
    def site(name: str) -> dict[str, Any]:
        return {"name": name, "url": "u", "framework": None, "live_deployment": None, "created_at": "2026-01-01T00:00Z"}

    signed_in.on("GET", "/api/sites", 200, {"items": [site("a")], "next_cursor": "more"})
    signed_in.on("GET", "/api/sites", 200, {"items": [site("b")], "next_cursor": None})

    names = [item["name"] for item in json.loads(zipp("sites", "--json").stdout)]

    assert names == ["a", "b"]
    assert signed_in.requests[1].path == "/api/sites?limit=100&cursor=more"


def test_a_table_is_not_squeezed_when_it_is_piped(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("GET", "/api/deployments", 200, {"items": [a_deployment(site="s" * 40)], "next_cursor": None})

    lines = zipp("ls").stdout.splitlines()

    assert len(lines) == 2
    assert lines[1].startswith(f"{ID}  {'s' * 40}  RUNNING")


def test_a_site_stands_for_its_live_deployment(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("GET", "/api/sites/blog", 200, {"live_deployment": ID})
    signed_in.on("GET", f"/api/deployments/{ID}", 200, a_deployment())
    signed_in.on("POST", f"/api/deployments/{ID}/stop", 200, a_deployment(status="STOPPED"))

    assert zipp("stop", "blog").stderr == "blog: STOPPED\n"


def test_a_site_without_a_live_deployment_stands_for_its_latest(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("GET", "/api/sites/blog", 200, {"live_deployment": None})
    signed_in.on("GET", "/api/deployments", 200, {"items": [a_deployment(status="BUILDING")], "next_cursor": None})
    signed_in.on("POST", f"/api/deployments/{ID}/stop", 200, a_deployment(status="FAILED"))

    assert zipp("stop", "blog").exit_code == 0
    assert signed_in.requests[1].path == "/api/deployments?site=blog&limit=1"


def test_what_is_typed_as_a_name_never_becomes_another_path(signed_in: Any, zipp: Any) -> None:
    zipp("rm", "--site", "../deployments/x?y=1#z", "--yes")

    assert signed_in.requests[0].path == "/api/sites/..%2Fdeployments%2Fx%3Fy%3D1%23z"


def test_log_lines_can_not_steer_the_terminal(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    text = "progress 1%\r\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2Jcleared \x9b1mbold [bold]not markup[/bold] \x08end"
    line = {"seq": 1, "time": "t", "stage": "build", "stream": "stdout", "text": text}
    signed_in.on("GET", f"/api/deployments/{ID}", 200, a_deployment())
    signed_in.on("GET", LOGS, 200, {"lines": [line], "next": 1})
    signed_in.on("GET", LOGS, 200, {"lines": [], "next": 1})

    out = zipp("logs", ID).stdout

    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", out) is None
    assert "[bold]not markup[/bold]" in out


# removing ----------------------------------------------------------------------------------------------------------
def test_nothing_is_removed_when_the_answer_is_no(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("GET", f"/api/deployments/{ID}", 200, a_deployment())

    result = zipp("rm", ID, stdin="n\n")

    assert result.exit_code == 1
    assert {request.method for request in signed_in.requests} == {"GET"}


def test_yes_removes_without_asking(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("GET", f"/api/deployments/{ID}", 200, a_deployment())
    signed_in.on("DELETE", f"/api/deployments/{ID}", 204)

    result = zipp("rm", ID, "--yes", "--json")

    assert json.loads(result.stdout) == {"removed": ID}
    assert signed_in.requests[-1].method == "DELETE"


# deploying ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "my site"
    top.mkdir()
    (top / "index.html").write_text("<h1>hello</h1>")
    return top


def _accepts(server: Any, a_deployment: Any, stream: bytes, **result: Any) -> None:
    server.on("POST", "/api/deployments/zip", 202, a_deployment(status="PENDING"))
    server.on("GET", LOGS, 200, stream)
    server.on("GET", LOGS, 200, {"lines": [], "next": 0})
    server.on("GET", f"/api/deployments/{ID}", 200, a_deployment(**result))


def test_a_folder_is_sent_raw_and_followed_until_it_runs(
    signed_in: Any, zipp: Any, a_deployment: Any, an_event: Any, folder: Path
) -> None:
    stream = (
        an_event("status", a_deployment(status="BUILDING"))
        + an_event("log", {"seq": 1, "stage": "build", "text": "Step 1"}, number=1)
        + an_event("log", {"seq": 2, "stage": "runtime", "text": "noise of the container"}, number=2)
        + an_event("status", a_deployment())
    )
    _accepts(signed_in, a_deployment, stream)

    result = zipp("deploy", str(folder))

    assert result.exit_code == 0, result.output
    assert result.stdout == "  build Step 1\nLive at http://blog.zipp.localhost:8080\n"
    sent = signed_in.requests[0]
    assert sent.path == "/api/deployments/zip?filename=my+site.zip"
    assert sent.headers["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(BytesIO(sent.body)).namelist() == ["index.html"]


def test_variables_travel_in_the_body_never_in_the_address(
    signed_in: Any, zipp: Any, a_deployment: Any, an_event: Any, folder: Path
) -> None:
    _accepts(signed_in, a_deployment, an_event("status", a_deployment()))

    result = zipp("deploy", str(folder), "--site", "blog", "--env", "KEY=geheim", "--json")

    assert json.loads(result.stdout)["status"] == "RUNNING"
    sent = signed_in.requests[0]
    assert sent.path == "/api/deployments/zip?site=blog"
    assert b'name="env"\r\n\r\n{"KEY": "geheim"}\r\n' in sent.body
    assert b'name="file"; filename="my site.zip"' in sent.body


def test_a_zip_file_is_sent_as_it_is(
    signed_in: Any, zipp: Any, a_deployment: Any, tmp_path: Path, an_event: Any
) -> None:
    archive = tmp_path / "built.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.html", "x")
    _accepts(signed_in, a_deployment, an_event("status", a_deployment()))

    assert zipp("deploy", str(archive)).exit_code == 0
    assert signed_in.requests[0].body == archive.read_bytes()


def test_a_git_url_is_sent_as_json(signed_in: Any, zipp: Any, a_deployment: Any) -> None:
    signed_in.on("POST", "/api/deployments/git", 202, a_deployment(status="PENDING"))

    result = zipp("deploy", "https://git.example/x.git", "--ref", "main", "--env", "A=1", "--no-follow", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["status"] == "PENDING"
    assert json.loads(signed_in.requests[0].body) == {
        "url": "https://git.example/x.git",
        "ref": "main",
        "env": {"A": "1"},
    }


def test_a_failed_deployment_is_1_and_says_why(
    signed_in: Any, zipp: Any, a_deployment: Any, an_event: Any, folder: Path
) -> None:
    error = {"code": "build_failed", "message": "npm ci failed.", "hint": "Mend package.json.", "stage": "build"}
    failed = a_deployment(status="FAILED", error=error, is_live=False)
    _accepts(signed_in, a_deployment, an_event("status", failed) + an_event("end", {}), status="FAILED", error=error)

    result = zipp("deploy", str(folder))

    assert result.exit_code == 1
    assert "error: npm ci failed. [build_failed]\n  Mend package.json.\n" in result.stderr
    assert "Live at" not in result.stdout


def test_a_broken_connection_is_taken_up_after_the_last_line(
    signed_in: Any, zipp: Any, a_deployment: Any, an_event: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zipp.cli.follow.RECONNECT_SECONDS", 0)
    lines = [
        an_event("log", {"seq": number, "stage": "build", "text": f"line {number}"}, number=number)
        for number in (1, 2, 3)
    ]
    last = {"seq": 4, "time": "t", "stage": "route", "stream": "zipp", "text": "line 4"}
    signed_in.on("POST", "/api/deployments/zip", 202, a_deployment(status="PENDING"))
    signed_in.on("GET", LOGS, 200, lines[0] + lines[1][:20])  # cut in the middle of the second
    signed_in.problem("GET", LOGS, 503, "unavailable")  # the platform is starting again
    signed_in.on("GET", LOGS, 200, lines[1] + lines[2] + an_event("status", a_deployment()))
    signed_in.on("GET", LOGS, 200, {"lines": [last], "next": 4})
    signed_in.on("GET", LOGS, 200, {"lines": [], "next": 4})
    signed_in.on("GET", f"/api/deployments/{ID}", 200, a_deployment())

    result = zipp("deploy", str(folder))

    assert [line.split()[-1] for line in result.stdout.splitlines()[:4]] == ["1", "2", "3", "4"]
    resumed = [request.headers.get("Last-Event-ID") for request in signed_in.requests[1:4]]
    assert resumed == [None, "1", "1"]
    assert signed_in.requests[4].path == f"{LOGS}?after=3"


# signing in --------------------------------------------------------------------------------------------------------
def test_a_token_that_is_refused_is_not_stored(server: Any, zipp: Any) -> None:
    server.problem("GET", "/api/auth/me", 401, "token_invalid")

    assert zipp("login", "--url", server.url, "--token", "wrong").exit_code == 3
    assert read_logins() == Logins()


def test_signing_out_ends_the_session_and_removes_it(signed_in: Any, zipp: Any) -> None:
    signed_in.on("POST", "/api/auth/logout", 204)

    assert zipp("logout").exit_code == 0
    assert signed_in.requests[0].headers["Authorization"] == "Bearer secret"
    assert read_logins() == Logins()


def test_signing_out_also_where_the_session_had_ended(signed_in: Any, zipp: Any) -> None:
    signed_in.problem("POST", "/api/auth/logout", 401, "token_expired")

    assert zipp("logout").exit_code == 0
    assert read_logins() == Logins()


# env ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "method", "body"),
    [
        (("A=1", "B=x=y"), "PATCH", {"A": "1", "B": "x=y"}),
        (("A=1", "--unset", "B", "--unset", "C"), "PATCH", {"A": "1", "B": None, "C": None}),
        (("--unset", "B"), "PATCH", {"B": None}),
        (("A=1", "--replace"), "PUT", {"A": "1"}),
        (("--clear",), "PUT", {}),
    ],
)
def test_env_changes_what_is_named_and_leaves_the_rest_unless_told(
    signed_in: Any, zipp: Any, arguments: tuple[str, ...], method: str, body: dict[str, str | None]
) -> None:
    signed_in.on(method, "/api/sites/blog/env", 200, {"name": "blog", "env_keys": ["A", "OLD"]})

    result = zipp("env", "blog", *arguments)

    assert result.exit_code == 0
    assert [(sent.method, json.loads(sent.body)) for sent in signed_in.requests] == [(method, body)]
    assert "blog has 2 variable(s): A, OLD." in " ".join(result.stderr.split())
    assert "x=y" not in result.output
