from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from zipp.cli.main import app


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A small real HTTP server on loopback: it gives the answers it was told to, and remembers what it was asked.

    An answer is (status, body); bytes are sent as an event stream and the connection is then cut. `date` is what its
    clock says, when it is not this machine's.
    """

    answers: dict[tuple[str, str], list[tuple[int, Any]]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    date: str = ""

    def on(self, method: str, path: str, status: int, body: Any = None) -> None:
        """The answer to `path` (without its query); of several the last is repeated."""
        self.answers.setdefault((method, path), []).append((status, body))

    def problem(self, method: str, path: str, status: int, code: str, *, detail: str = "It failed.") -> None:
        self.on(method, path, status, {"status": status, "code": code, "detail": detail, "hint": "Do this."})

    def next_answer(self, method: str, path: str) -> tuple[int, Any]:
        answers = self.answers.get((method, path))
        if not answers:
            return 404, {"status": 404, "code": "not_found", "detail": "There is no such thing.", "hint": ""}
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.requests.append(Request(self.command, self.path, dict(self.headers.items()), body))
            status, answer = server.next_answer(self.command, self.path.partition("?")[0])
            content = answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream" if isinstance(answer, bytes) else "application/json")
            if not isinstance(answer, bytes):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def date_time_string(self, timestamp: float | None = None) -> str:
            return server.date or super().date_time_string(timestamp)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    told.url = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or changes the sign-ins, or the platform, of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ZIPP_DATA_DIR", str(tmp_path / "data"))
    for name in ("ZIPP_URL", "ZIPP_TOKEN", "ZIPP_GIT_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def zipp() -> Any:
    """Runs the command line in this process."""

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin, env={"COLUMNS": "200"})

    return run


def deployment(**changes: Any) -> dict[str, Any]:
    return {
        "id": "01a20766-31f1-71fb-96f3-053a09e70ebf",
        "site": "blog",
        "source": {"kind": "zip"},
        "status": "RUNNING",
        "stage": "route",
        "error": None,
        "is_live": True,
        "url": "http://blog.zipp.localhost:8080",
        "framework": "static",
        "created_at": "2026-01-01T00:00:00Z",
        **changes,
    }


@pytest.fixture
def a_deployment() -> Any:
    return deployment


def event(name: str, data: Any, *, number: int | None = None) -> bytes:
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data)}\n\n".encode()


@pytest.fixture
def an_event() -> Any:
    return event
