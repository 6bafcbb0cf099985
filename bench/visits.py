"""Visitors: the first right answer, and keep-alive clients that count every failure."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

POLL_SECONDS = 0.002
THINK_SECONDS = 0.001
FIRST_ANSWER_SECONDS = 120
ANSWER_SECONDS = 20


class NoAnswer(Exception):
    """The right content never came."""


def first_answer(port: int, host: str, token: str, *, seconds: float = FIRST_ANSWER_SECONDS) -> float:
    """The moment (time.perf_counter) of the first 200 with `token` in it; every try is a connection of its own."""
    last = "nothing answered"
    deadline = time.perf_counter() + seconds
    while (now := time.perf_counter()) < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=min(ANSWER_SECONDS, deadline - now))
        try:
            connection.request("GET", "/", headers={"Host": host})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200 and token.encode() in body:
                return time.perf_counter()
            last = f"{answer.status} {body[:120]!r}"
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        finally:
            connection.close()
        time.sleep(POLL_SECONDS)
    raise NoAnswer(f"{host} did not show {token!r} within {seconds:.0f} s; the last answer: {last}")


class _Counted(http.client.HTTPConnection):
    """A connection that counts how often it had to be opened."""

    opened = 0

    def connect(self) -> None:
        super().connect()
        self.opened += 1


@dataclass
class Tally:
    """`failures` by reason; `reconnects` are connections beyond each client's first; `seen` by the version's token."""

    requests: int = 0
    reconnects: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return self.failures.total()

    def __iadd__(self, other: Tally) -> Tally:
        self.requests += other.requests
        self.reconnects += other.reconnects
        self.failures += other.failures
        self.seen += other.seen
        return self


class _Client(threading.Thread):
    """Asks again and again over one connection. Nothing is tried twice: what goes wrong once is a failure."""

    def __init__(self, port: int, host: str, prefix: str, done: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.host, self.prefix, self.done = port, host, prefix, done
        self.tally = Tally()

    def run(self) -> None:
        connection = _Counted("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        while not self.done.is_set():
            self._ask(connection)
            time.sleep(THINK_SECONDS)
        self.tally.reconnects = max(0, connection.opened - 1)
        connection.close()

    def _ask(self, connection: _Counted) -> None:
        self.tally.requests += 1
        state = "on a kept connection" if connection.sock is not None else "on a new connection"
        try:
            connection.request("GET", "/", headers={"Host": self.host})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.tally.failures[f"{type(error).__name__} {state}"] += 1
            connection.close()
            return
        version = token_in(body, self.prefix)
        if answer.status != 200:
            self.tally.failures[f"status {answer.status} {state}"] += 1
        elif version is None:
            self.tally.failures[f"wrong content {state}"] += 1
        else:
            self.tally.seen[version] += 1


def token_in(body: bytes, prefix: str) -> str | None:
    """The version's token `<prefix>…!` in a page."""
    start = body.find(prefix.encode())
    end = body.find(b"!", start)
    return body[start:end].decode() if 0 <= start < end else None


@contextmanager
def visitors(port: int, host: str, prefix: str, *, clients: int) -> Iterator[Tally]:
    """Keep-alive clients at work meanwhile; the tally is complete when the block has ended."""
    total, done = Tally(), threading.Event()
    each = [_Client(port, host, prefix, done) for _ in range(clients)]
    for client in each:
        client.start()
    try:
        yield total
    finally:
        done.set()
        for client in each:
            client.join(timeout=ANSWER_SECONDS + 5)
            total += client.tally
