"""Where the browser comes back to with the token of a sign-in: one answer, on loopback, from who knows the state.

Any program of this machine and any page in its browser can reach the port. What is no exact `GET /callback` with this
sign-in's `state` gets a page that says so, changes nothing, and the wait goes on.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from zipp.domain.errors import NotAuthenticated

ADDRESS = "127.0.0.1"
PATH = "/callback"
WAIT_SECONDS = 300.0
_HEAD_MAX_BYTES = 16 * 1024  # a custom token of Firebase takes about 1 KB
_REQUEST_SECONDS = 5.0  # browsers open connections ahead, which then stay silent
_CONNECTIONS = 32
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,4096}")  # a JWT, or a token of the platform's own

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>:root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;\
padding:0 1rem}}</style>
<h1>{title}</h1><p>{text}</p></html>
"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address has the token
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    title: str
    text: str

    def encoded(self) -> bytes:
        page = _PAGE.format(title=self.title, text=self.text).encode()
        headers = {**_HEADERS, "Content-Length": str(len(page))}
        return "\r\n".join(
            (f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in headers.items()), "", "")
        ).encode() + page  # fmt: skip


TAKEN = Answer("200 OK", "You can close this window", "zipp goes on in the terminal.")
USED = Answer("409 Conflict", "This sign-in is over", "zipp has had its answer. You can close this window.")
MALFORMED = Answer("400 Bad Request", "zipp can't read this", "Nothing was changed.")
ELSEWHERE = Answer("404 Not Found", "There is nothing here", "zipp waits for a sign-in, and serves no pages.")
WRONG_METHOD = Answer("405 Method Not Allowed", "There is nothing here", "zipp waits for a sign-in by GET.")
NOT_OURS = Answer(
    "403 Forbidden",
    "This is another sign-in",
    "It is not the one that zipp waits for, and nothing was changed. Go on in the window that zipp opened last.",
)


def wait_for_token(state: str, *, announce: Callable[[int], object], seconds: float = WAIT_SECONDS) -> str:
    """Listen on a free port, tell `announce` which, and return the token that the page came back with.

    Raises NotAuthenticated `sign_in_timeout`.
    """
    try:
        return asyncio.run(_wait(state, announce, seconds))
    except TimeoutError:
        raise NotAuthenticated(
            f"Nobody allowed the sign-in in the browser within {seconds / 60:.0f} minutes.",
            code="sign_in_timeout",
            hint="Run it again; where the browser is on another machine: zipp login --no-browser",
        ) from None


def token_in(text: str) -> str | None:
    """The token that a person pasted (the page calls it a code); None where it can be none."""
    trimmed = text.strip()
    return trimmed if _TOKEN.fullmatch(trimmed) else None


async def _wait(state: str, announce: Callable[[int], object], seconds: float) -> str:
    listener = _Listener(state)
    server = await asyncio.start_server(listener.serve, ADDRESS, 0, limit=_HEAD_MAX_BYTES, reuse_address=False)
    try:
        listener.port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(seconds):
            announce(listener.port)
            return await listener.token
    finally:
        server.close()


class _Listener:
    """Answers one request a connection, and hands the first good one's token over once its answer is sent."""

    def __init__(self, state: str) -> None:
        self.port = 0
        self.token: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._state = state
        self._taken = False
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections <= _CONNECTIONS:
                await self._serve_one(reader, writer)
        except asyncio.CancelledError:
            pass  # the wait is over; asyncio (3.11) would complain about its own task
        finally:
            self._connections -= 1
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        token = None
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_REQUEST_SECONDS):
                answer, token = self._judge(await _head(reader))
                writer.write(answer.encoded())
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        if token is not None and not self.token.done():  # it is when the time ran out meanwhile
            self.token.set_result(token)

    def _judge(self, head: bytes | None) -> tuple[Answer, str | None]:
        """What to say, and the token of the one good request."""
        answer, token = judge(head, port=self.port, state=self._state)
        if token is None:
            return answer, None
        if self._taken:
            return USED, None
        self._taken = True
        return answer, token


async def _head(reader: asyncio.StreamReader) -> bytes | None:
    """Request line and headers; None of what is too long or ends early."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None


def judge(head: bytes | None, *, port: int, state: str) -> tuple[Answer, str | None]:
    """A request's line and headers (RFC 9112), as strictly as only one sender is expected."""
    if head is None or not head.isascii():
        return MALFORMED, None
    line, *fields = head.decode().removesuffix("\r\n\r\n").split("\r\n")
    words = line.split(" ")
    hosts = [value.strip() for name, _, value in (field.partition(":") for field in fields) if name.lower() == "host"]
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0") or hosts != [f"{ADDRESS}:{port}"]:
        return MALFORMED, None  # another Host: a page elsewhere whose name leads here (DNS rebinding)
    method, target, _ = words
    path, _, query = target.partition("?")
    if path != PATH:
        return ELSEWHERE, None
    if method != "GET":
        return WRONG_METHOD, None
    return _judge_query(query, state)


def _judge_query(query: str, state: str) -> tuple[Answer, str | None]:
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=8, errors="strict")
    except ValueError:
        return MALFORMED, None
    values = dict(given)
    if len(values) != len(given):
        return MALFORMED, None
    if not hmac.compare_digest(values.get("state", "").encode(), state.encode()):
        return NOT_OURS, None
    token = values.get("token", "")
    return (TAKEN, token) if _TOKEN.fullmatch(token) else (MALFORMED, None)
