"""`zipp login` and `zipp logout` against a real platform; httpx plays the browser with the dashboard's page in it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from apistand import PASSWORD, app_of, make_stand
from live import free_port, until

from zipp.cli import browser, login_file, sign_in
from zipp.cli.client import Client
from zipp.cli.login_file import Login, Logins, read_logins, write_logins
from zipp.cli.sign_in import this_host
from zipp.domain.errors import ZippError

ADA, EVE = "ada@example.com", "eve@example.com"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a platform where Ada and Eve have accounts."""
    port = free_port()
    app = app_of(make_stand(tmp_path_factory.mktemp("platform")))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", http="httptools"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started, what="the platform's start")
    address = f"http://127.0.0.1:{port}"
    for email in (ADA, EVE):
        made = httpx.post(f"{address}/api/auth/signup", json={"email": email, "password": PASSWORD})
        assert made.status_code == 201, made.text
    yield address
    server.should_exit = True
    thread.join()


def tokens_of(platform: str, email: str) -> dict[str, str]:
    """Their API tokens: id -> name."""
    with person(platform, email) as api:
        return {token["id"]: token["name"] for token in api.get("/api/auth/tokens").json()["items"]}


@contextlib.contextmanager
def person(platform: str, email: str) -> Iterator[httpx.Client]:
    answer = httpx.post(f"{platform}/api/auth/login", json={"email": email, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    with httpx.Client(base_url=platform, headers=headers) as api:
        yield api


def works(platform: str, token: str) -> bool:
    return httpx.get(f"{platform}/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def handed_over(platform: str, email: str, challenge: str) -> str:
    """What the page does once its person has allowed it."""
    with person(platform, email) as api:
        made = api.post("/api/auth/handover", json={"challenge": challenge})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


@dataclass
class Browser:
    """Somebody's browser: the page /cli is opened, allows it and comes back. `pages` are the addresses it was given."""

    email: str = ADA
    pages: list[str] = field(default_factory=list)
    answers: list[httpx.Response] = field(default_factory=list)
    before: Callable[[dict[str, str]], object] = lambda _: None
    challenge: str | None = None

    def open(self, page: str) -> None:
        threading.Thread(target=self._visit, args=(page,)).start()

    def _visit(self, page: str) -> None:
        self.pages.append(page)
        asked = query_of(page)
        self.before(asked)
        platform = page.partition("/cli?")[0]
        token = handed_over(platform, self.email, self.challenge or asked["challenge"])
        back = f"http://127.0.0.1:{asked['port']}/callback"
        self.answers.append(httpx.get(back, params={"state": asked["state"], "token": token}))


def query_of(page: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page).query, strict_parsing=True).items()}


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setattr(sign_in, "can_open", lambda: True)
    monkeypatch.setattr(sign_in, "open_in_background", made.open)
    return made


# in the browser ----------------------------------------------------------------------------------------------------
def test_the_browser_allows_it_and_an_api_token_is_kept(platform: str, zipp: Any, visitor: Browser) -> None:
    result = zipp("login", "--url", platform)

    assert result.exit_code == 0, result.output
    assert f"Signed in at {platform} as {ADA}" in result.stderr
    kept = read_logins().platforms[platform]
    assert kept.token.startswith("zipp_t_")
    assert kept.email == ADA
    assert tokens_of(platform, ADA)[str(kept.token_id)] == f"zipp on {this_host()}"
    assert works(platform, kept.token)
    assert visitor.answers[0].status_code == 200


def test_the_page_gets_what_it_needs_and_no_secret(platform: str, zipp: Any, visitor: Browser) -> None:
    result = zipp("login", "--url", platform)

    asked = query_of(visitor.pages[0])
    assert asked.keys() == {"port", "state", "challenge", "name"}
    assert asked["name"] == this_host()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["challenge"])
    assert visitor.pages[0] in result.stderr, "for a browser that does not open by itself"
    assert read_logins().platforms[platform].token not in result.output


def test_nothing_but_the_api_token_lives_on(
    platform: str, zipp: Any, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions: list[str] = []
    take_over = Client.take_over

    def watched(self: Client, token: str, verifier: str) -> Any:
        session = take_over(self, token, verifier)
        sessions.append(session["token"])
        return session

    monkeypatch.setattr(Client, "take_over", watched)
    zipp("login", "--url", platform)

    assert len(sessions) == 1
    assert not works(platform, sessions[0])


def test_signing_in_again_leaves_no_heap_of_tokens(platform: str, zipp: Any, visitor: Browser) -> None:
    with person(platform, ADA) as api:  # another machine of the same name
        other = api.post("/api/auth/tokens", json={"name": f"zipp on {this_host()}"}).json()
    zipp("login", "--url", platform)
    first = read_logins().platforms[platform]
    known = tokens_of(platform, ADA)

    zipp("login", "--url", platform)

    second = read_logins().platforms[platform]
    assert tokens_of(platform, ADA).keys() == known.keys() - {first.token_id} | {second.token_id}
    assert not works(platform, first.token)
    assert works(platform, other["token"])


def test_somebody_elses_sign_in_here_is_ended_when_another_takes_its_place(
    platform: str, zipp: Any, visitor: Browser
) -> None:
    zipp("login", "--url", platform)
    adas = read_logins().platforms[platform]
    visitor.email = EVE

    result = zipp("login", "--url", platform, "--json")

    assert json.loads(result.stdout)["user"]["email"] == EVE
    assert not works(platform, adas.token)
    assert read_logins().platforms[platform].email == EVE


def test_a_token_that_was_made_for_another_program_is_refused(platform: str, zipp: Any, visitor: Browser) -> None:
    visitor.challenge = "x" * 43

    result = zipp("login", "--url", platform)

    assert result.exit_code == 3
    assert "handover_invalid" in result.stderr
    assert read_logins() == Logins()


def test_what_strangers_send_meanwhile_does_not_end_it(platform: str, zipp: Any, visitor: Browser) -> None:
    def strangers(asked: dict[str, str]) -> None:
        back = f"http://127.0.0.1:{asked['port']}/callback"
        assert httpx.get(back, params={"state": "guessed", "token": "theirs"}).status_code == 403
        assert httpx.post(back, params={"state": asked["state"], "token": "theirs"}).status_code == 405

    visitor.before = strangers

    assert zipp("login", "--url", platform).exit_code == 0
    assert read_logins().platforms[platform].email == ADA


def test_a_login_file_that_can_not_be_written_leaves_no_token_behind(
    platform: str, zipp: Any, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tokens_of(platform, ADA)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(login_file.os, "replace", full)
    result = zipp("login", "--url", platform)

    assert result.exit_code == 6
    assert "login_file_unwritable" in result.stderr
    assert tokens_of(platform, ADA) == known


# without one -------------------------------------------------------------------------------------------------------
@dataclass
class Program:
    """`zipp` as a process of its own, on pipes."""

    home: Path

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        environment = {**os.environ, "XDG_CONFIG_HOME": str(self.home), **options.pop("env", {})}
        return subprocess.Popen(
            [sys.executable, "-m", "zipp", *arguments], env=environment, text=True, **self._pipes() | options
        )

    @staticmethod
    def _pipes() -> dict[str, int]:
        return dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "config")


def page_in(stream: Any) -> str:
    while line := stream.readline():
        if found := re.search(r"http://\S+/cli\?\S+", line):
            return found[0]
    raise AssertionError("no page was named")


def test_without_a_terminal_the_page_is_named_and_its_code_pasted(platform: str, program: Program) -> None:
    process = program.start("login", "--url", platform)
    page = page_in(process.stderr)
    asked = query_of(page)
    assert asked.keys() == {"challenge", "name"}, "without a port the page shows the code"

    token = handed_over(platform, ADA, asked["challenge"])
    _, said = process.communicate(f"  {token}\n", timeout=60)

    assert process.returncode == 0, said
    assert works(platform, read_logins().platforms[platform].token)


@pytest.mark.parametrize("pasted", ["no code\n", "zipp_handover_guessed\n", ""])
def test_what_is_pasted_and_is_no_code_signs_nobody_in(platform: str, program: Program, pasted: str) -> None:
    process = program.start("login", "--no-browser", "--url", platform)

    _, said = process.communicate(pasted, timeout=60)

    assert process.returncode == 3, said
    assert "Traceback" not in said
    assert "zipp login --email" in said, "local accounts have passwords too"
    assert "ZIPP_TOKEN" in said
    assert read_logins() == Logins()


@pytest.mark.parametrize(
    ("terminal", "environment", "opens"),
    [
        (True, {"DISPLAY": ":0"}, True),
        (True, {"WAYLAND_DISPLAY": "wayland-0"}, True),
        (True, {"BROWSER": "my-browser"}, True),
        (True, {"BROWSER": "editors-own", "SSH_CONNECTION": "1 2 3 4"}, True),
        (True, {}, False),
        (True, {"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, False),
        (True, {"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, False),
        (False, {"DISPLAY": ":0"}, False),
        (False, {"BROWSER": "my-browser"}, False),
    ],
)
def test_a_browser_is_opened_where_its_person_sees_it(
    terminal: bool, environment: dict[str, str], opens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")

    assert browser.can_open(environment) is opens


@pytest.fixture
def terminal(program: Program) -> Iterator[Callable[..., tuple[subprocess.Popen[str], Any]]]:
    """`zipp` on a terminal of its own: the process, and what it prints there."""
    with contextlib.ExitStack() as opened:

        def start(*arguments: str, **environment: str) -> tuple[subprocess.Popen[str], Any]:
            ours, theirs = pty.openpty()
            screen = opened.enter_context(open(ours, encoding="utf-8", errors="replace"))
            options: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
            env = {"COLUMNS": "500", "TERM": "dumb", **environment}
            process = program.start(*arguments, env=env, start_new_session=True, **options)
            os.close(theirs)
            opened.callback(process.wait)
            opened.callback(process.kill)
            return process, screen

        yield start


def rest_of(screen: Any) -> str:
    """What was printed since, once the process has ended: a terminal then ends with an error (Linux: EIO)."""
    printed = ""
    with contextlib.suppress(OSError):
        while line := screen.readline():
            printed += line
    return printed


def test_the_persons_own_browser_is_opened_on_a_terminal(platform: str, terminal: Any, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    opener = tmp_path / "browser"
    opener.write_text(f'#!/bin/sh\necho noise of a browser\nprintf %s "$1" > {seen}.new\nmv {seen}.new {seen}\n')
    opener.chmod(0o755)

    process, screen = terminal("login", "--url", platform, BROWSER=str(opener))
    until(seen.exists, what="the browser's start")
    Browser().open(seen.read_text())

    assert process.wait(timeout=60) == 0
    assert works(platform, read_logins().platforms[platform].token)
    printed = rest_of(screen)
    assert f"Signed in at {platform} as {ADA}" in printed
    assert "noise of a browser" not in printed


def test_ctrl_c_ends_the_wait_at_once(platform: str, terminal: Any) -> None:
    process, screen = terminal("login", "--url", platform, BROWSER="true")
    port = query_of(page_in(screen))["port"]

    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=30) == 130
    assert "Traceback" not in rest_of(screen)
    assert read_logins() == Logins()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/callback")


# by a password, by a token -----------------------------------------------------------------------------------------
def test_an_address_and_a_password_do_for_local_accounts(platform: str, zipp: Any) -> None:
    result = zipp("login", "--url", platform, "--email", ADA, stdin=f"{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    kept = read_logins().platforms[platform]
    assert kept.token_id in tokens_of(platform, ADA)
    assert PASSWORD not in result.output


def test_a_wrong_password_says_so_and_keeps_nothing(platform: str, zipp: Any) -> None:
    result = zipp("login", "--url", platform, "--email", ADA, stdin="wrong\n")

    assert result.exit_code == 3
    assert "credentials_invalid" in result.stderr
    assert "Sign in with" not in result.stderr
    assert read_logins() == Logins()


def test_with_firebase_no_password_is_asked_for(server: Any, zipp: Any) -> None:
    server.on("GET", "/api/auth/config", 200, {"identity": "firebase", "needs_setup": False})

    result = zipp("login", "--url", server.url, "--email", ADA, stdin="secret\n")

    assert result.exit_code == 2
    assert "in the browser" in result.stderr
    assert "--token" in result.stderr
    assert "Password" not in result.output
    assert [request.path for request in server.requests] == ["/api/auth/config"]


def test_a_platform_without_its_first_account_says_where_to_begin(server: Any, zipp: Any) -> None:
    server.on("GET", "/api/auth/config", 200, {"identity": "local", "needs_setup": True})

    result = zipp("login", "--url", server.url)

    assert result.exit_code == 3
    assert "zipp up" in result.stderr


def test_with_firebase_the_browsers_own_session_goes_on(server: Any, zipp: Any, visitor: Browser) -> None:
    """Firebase ends all of an account's sessions or none."""
    user = {"uid": "1", "email": ADA, "role": "admin"}
    server.on("GET", "/api/auth/config", 200, {"identity": "firebase", "needs_setup": False})
    server.on("POST", "/api/auth/login", 200, {"token": "of the page"})
    server.on("POST", "/api/auth/handover", 201, {"token": "handed", "expires_in": 300})
    server.on("POST", "/api/auth/takeover", 200, {"token": "session", "user": user, "expires_at": None})
    server.on("POST", "/api/auth/tokens", 201, {"id": "t1", "name": "zipp", "token": "zipp_t_kept"})

    result = zipp("login", "--url", server.url)

    assert result.exit_code == 0, result.output
    assert read_logins().platforms == {server.url: Login("zipp_t_kept", ADA, "t1")}
    assert "/api/auth/logout" not in [request.path for request in server.requests]


def test_a_given_token_takes_the_place_of_what_login_made(platform: str, zipp: Any, visitor: Browser) -> None:
    zipp("login", "--url", platform)
    made = read_logins().platforms[platform]
    with person(platform, EVE) as api:
        given = api.post("/api/auth/tokens", json={"name": "ci"}).json()["token"]

    assert zipp("login", "--url", platform, "--token", given).exit_code == 0

    assert read_logins().platforms[platform] == Login(given, EVE)
    assert not works(platform, made.token)


# signing out -------------------------------------------------------------------------------------------------------
def test_signing_out_ends_what_login_made(platform: str, zipp: Any, visitor: Browser) -> None:
    zipp("login", "--url", platform)
    made = read_logins().platforms[platform]

    assert zipp("logout").exit_code == 0

    assert not works(platform, made.token)
    assert made.token_id not in tokens_of(platform, ADA)
    assert read_logins() == Logins()


def test_signing_out_leaves_a_token_that_was_given_to_its_owner(platform: str, zipp: Any) -> None:
    with person(platform, ADA) as api:
        given = api.post("/api/auth/tokens", json={"name": "ci"}).json()["token"]
    zipp("login", "--url", platform, "--token", given)

    result = zipp("logout")

    assert result.exit_code == 0
    assert works(platform, given)
    assert "goes on working" in result.stderr
    assert read_logins() == Logins()


def test_signing_out_where_the_token_was_deleted_in_the_dashboard(platform: str, zipp: Any, visitor: Browser) -> None:
    zipp("login", "--url", platform)
    with person(platform, ADA) as api:
        api.delete(f"/api/auth/tokens/{read_logins().platforms[platform].token_id}")

    assert zipp("logout").exit_code == 0
    assert read_logins() == Logins()


def test_signing_out_of_a_platform_that_is_gone_forgets_it_and_says_what_may_live_on(zipp: Any) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    write_logins(Logins().with_login(address, Login("zipp_t_x", ADA, "t1")))

    result = zipp("logout")

    assert result.exit_code == 0
    assert "may still work there" in result.stderr
    assert read_logins() == Logins()


def test_a_session_that_does_not_end_is_told_and_no_reason_to_fail(
    platform: str, zipp: Any, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Client) -> None:
        raise ZippError("It is busy.")

    monkeypatch.setattr(Client, "logout", refused)

    result = zipp("login", "--url", platform)

    assert result.exit_code == 0
    assert "did not end: It is busy." in result.stderr
