"""The loopback address that a browser comes back to, asked by browsers, strangers and noise over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from zipp.cli.callback import judge, token_in, wait_for_token
from zipp.domain.errors import NotAuthenticated

STATE, TOKEN = "a-state-of-this-sign-in", "zipp_handover_" + "x" * 43


@dataclass
class Waiting:
    """A sign-in that waits; `token` is what it got."""

    port: int
    token: Future[str]

    def get(self, path: str, **options: object) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False, **options)  # type: ignore[arg-type]

    def come_back(self) -> httpx.Response:
        return self.get(f"/callback?state={STATE}&token={TOKEN}")

    def send(self, request: bytes) -> bytes:
        """As no browser would; what came back until the other side closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass
            return answer


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    port: Future[int] = Future()
    token: Future[str] = Future()

    def wait() -> None:
        try:
            token.set_result(wait_for_token(STATE, announce=port.set_result, seconds=60))
        except BaseException as error:
            token.set_exception(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    told = Waiting(port.result(timeout=30), token)
    yield told
    if not token.done():
        with suppress(httpx.TransportError):  # it may just have got it
            told.come_back()
    thread.join(timeout=30)
    assert not thread.is_alive()


def test_the_page_comes_back_with_the_token(waiting: Waiting) -> None:
    answer = waiting.come_back()

    assert answer.status_code == 200
    assert "You can close this window" in answer.text
    assert waiting.token.result(timeout=30) == TOKEN


def test_the_answer_takes_nothing_from_elsewhere_and_keeps_the_address_to_itself(waiting: Waiting) -> None:
    answer = waiting.come_back()

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert TOKEN not in answer.text
    assert STATE not in answer.text


def test_nothing_listens_any_more_once_it_has_its_token(waiting: Waiting) -> None:
    waiting.come_back()
    waiting.token.result(timeout=30)

    with pytest.raises(httpx.TransportError):
        waiting.get(f"/callback?state={STATE}&token=another")


HOST = "Host: 127.0.0.1:{port}\r\n\r\n"
GOOD = f"/callback?state={STATE}&token={TOKEN}"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (f"GET /callback?state=guessed&token={TOKEN} HTTP/1.1\r\n{HOST}", 403),
        (f"GET /callback?state=&token={TOKEN} HTTP/1.1\r\n{HOST}", 403),
        (f"GET /callback?token={TOKEN} HTTP/1.1\r\n{HOST}", 403),
        (f"GET /callback?state=%C3%A9&token={TOKEN} HTTP/1.1\r\n{HOST}", 403),
        (f"GET /callback?state={STATE} HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state={STATE}&token= HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state={STATE}&token=<script> HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state={STATE}&token=a%0Db HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state={STATE}&token={'x' * 5000} HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state={STATE}&token=a&token=b HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state=x&state={STATE}&token=a HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?{'&'.join(f'f{n}=1' for n in range(50))} HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback?state={STATE}&token=%FF HTTP/1.1\r\n{HOST}", 400),
        (f"GET /callback HTTP/1.1\r\n{HOST}", 403),
        (f"POST {GOOD} HTTP/1.1\r\n{HOST}", 405),
        (f"HEAD {GOOD} HTTP/1.1\r\n{HOST}", 405),
        (f"OPTIONS {GOOD} HTTP/1.1\r\n{HOST}", 405),
        (f"GET /other?state={STATE}&token={TOKEN} HTTP/1.1\r\n{HOST}", 404),
        (f"GET /callback/?state={STATE}&token={TOKEN} HTTP/1.1\r\n{HOST}", 404),
        (f"GET //callback?state={STATE}&token={TOKEN} HTTP/1.1\r\n{HOST}", 404),
        (f"GET http://127.0.0.1{GOOD} HTTP/1.1\r\n{HOST}", 404),
        (f"GET /favicon.ico HTTP/1.1\r\n{HOST}", 404),
        (f"GET {GOOD} HTTP/1.1\r\nHost: evil.example:{{port}}\r\n\r\n", 400),
        (f"GET {GOOD} HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (f"GET {GOOD} HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\n{HOST}", 400),
        (f"GET {GOOD} HTTP/1.1\r\n\r\n", 400),
        (f"GET {GOOD} HTTP/2.0\r\n{HOST}", 400),
        (f"GET {GOOD}\r\n{HOST}", 400),
        (f"GET  {GOOD} HTTP/1.1\r\n{HOST}", 400),
        (f"GET /{'a' * 100_000} HTTP/1.1\r\n{HOST}", 400),
        (f"GET {GOOD} HTTP/1.1\r\nX: {'y' * 100_000}\r\n{HOST}", 400),
        ("\r\n\r\n", 400),
    ],
)
def test_whatever_is_no_answer_to_this_sign_in_changes_nothing(
    waiting: Waiting, request_text: str, status: int
) -> None:
    answer = waiting.send(request_text.replace("{port}", str(waiting.port)).encode())

    # What is too long may be cut off before its sender has read the answer.
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()) or (len(request_text) > 50_000 and not answer)
    assert waiting.come_back().status_code == 200
    assert waiting.token.result(timeout=30) == TOKEN


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),  # TLS
        b"\x00" * 70_000,
        b"SSH-2.0-scanner\r\n",
        b"GET /callback",
        "GET /callback?state=ü HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_noise_of_a_port_scanner_ends_nothing(waiting: Waiting, noise: bytes) -> None:
    waiting.send(noise)

    waiting.come_back()
    assert waiting.token.result(timeout=30) == TOKEN


def test_connections_that_stay_silent_do_not_keep_the_page_waiting(waiting: Waiting) -> None:
    """Browsers open some ahead."""
    silent = [socket.create_connection(("127.0.0.1", waiting.port)) for _ in range(8)]
    try:
        assert waiting.come_back().status_code == 200
        assert waiting.token.result(timeout=30) == TOKEN
    finally:
        for connection in silent:
            connection.close()


def test_only_this_machine_can_reach_it(waiting: Waiting) -> None:
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = [local.split(":")[0] for _, local, _, state, *_ in listening if local.endswith(f":{waiting.port:04X}")]

    assert addresses
    assert set(addresses) == {"0100007F"}


def test_a_second_good_callback_is_told_that_it_is_over() -> None:
    """Both may be on their way at once: the first one's token counts."""
    import asyncio

    from zipp.cli.callback import USED, _Listener

    async def both() -> str:
        listener = _Listener(STATE)
        listener.port = 1
        head = f"GET /callback?state={STATE}&token={{}} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n"
        answers = [listener._judge(head.format(token).encode()) for token in ("first", "second")]
        assert answers[1] == (USED, None)
        return str(answers[0][1])

    assert asyncio.run(both()) == "first"


def test_it_does_not_wait_for_ever() -> None:
    with pytest.raises(NotAuthenticated) as gave_up:
        wait_for_token(STATE, announce=lambda _: None, seconds=0.05)

    assert gave_up.value.code == "sign_in_timeout"
    assert "--no-browser" in gave_up.value.hint


def test_a_token_with_a_state_that_only_begins_alike_is_refused() -> None:
    head = f"GET /callback?state={STATE}x&token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n".encode()

    assert judge(head, port=1, state=STATE)[1] is None


@pytest.mark.parametrize("pasted", [TOKEN, f"  {TOKEN}\n", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"])
def test_a_pasted_token_is_taken_without_the_space_around_it(pasted: str) -> None:
    assert token_in(pasted) == pasted.strip()


@pytest.mark.parametrize("pasted", ["", "   ", "two words", "http://localhost/cli?x", "x" * 5000, "a\x1b[2J"])
def test_what_can_be_no_token_is_not_sent(pasted: str) -> None:
    assert token_in(pasted) is None
