"""The engine's end of a session, for tests: makes calls, and takes as much of what comes as it is told to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, TrailersReceived

from zipp.images.grpc_server import GrpcServer, Handler, framed


@dataclass
class Answer:
    """`unread` is what came and was not given back to the sender's window."""

    data: bytearray = field(default_factory=bytearray)
    headers: dict[str, str] = field(default_factory=dict)
    unread: int = 0
    is_over: bool = False

    def messages(self) -> list[bytes]:
        found, start = [], 0
        while start < len(self.data):
            end = start + 5 + int.from_bytes(self.data[start + 1 : start + 5], "big")
            if len(self.data) < max(end, start + 5):
                break
            found.append(bytes(self.data[start + 5 : end]))
            start = end
        return found


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.answers: dict[int, Answer] = {}
        self.takes = True
        self.writer = writer
        self._reader = reader
        self._news = asyncio.Condition()
        self.h2.initiate_connection()
        self.flush()

    def call(self, path: str, *headers: tuple[str, str], data: bytes = b"", is_all: bool = False) -> int:
        stream = self.h2.get_next_available_stream_id()
        first = ((":method", "POST"), (":path", path), (":scheme", "http"), (":authority", "localhost"))
        self.h2.send_headers(stream, [*first, ("te", "trailers"), *headers])
        self.answers[stream] = Answer()
        self.say(stream, data, is_all=is_all)
        return stream

    def say(self, stream: int, data: bytes, *, is_all: bool = False) -> None:
        if data or is_all:
            self.h2.send_data(stream, data, end_stream=is_all)
        self.flush()

    def tell(self, stream: int, *messages: bytes) -> None:
        self.say(stream, b"".join(framed(message) for message in messages))

    def take(self, stream: int) -> None:
        answer = self.answers[stream]
        self.h2.acknowledge_received_data(answer.unread, stream)
        answer.unread = 0
        self.flush()

    async def until(self, stream: int, count: int | None = None) -> Sequence[bytes]:
        """Its messages, when there are `count` of them, or when it is over."""
        answer = self.answers[stream]
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: answer.is_over or len(answer.messages()) >= (count or 10**9))
        return answer.messages()

    async def quiet(self, stream: int) -> int:
        """How much has come, once nothing more comes."""
        size = -1
        while size != len(self.answers[stream].data):
            size = len(self.answers[stream].data)
            await asyncio.sleep(0.1)
        return size

    async def listen(self) -> None:
        while data := await self._reader.read(65536):
            for event in self.h2.receive_data(data):
                if isinstance(event, DataReceived):
                    answer = self.answers[event.stream_id or 0]
                    answer.data += event.data or b""
                    answer.unread += event.flow_controlled_length or 0
                    if self.takes:
                        self.take(event.stream_id or 0)
                elif isinstance(event, ResponseReceived | TrailersReceived):
                    self.answers[event.stream_id or 0].headers.update(event.headers or ())  # type: ignore[arg-type]
                elif isinstance(event, StreamEnded):
                    self.answers[event.stream_id or 0].is_over = True
            self.flush()
            async with self._news:
                self._news.notify_all()

    def flush(self) -> None:
        self.writer.write(self.h2.data_to_send())


@asynccontextmanager
async def a_session(handlers: Mapping[str, Handler]) -> AsyncIterator[tuple[Caller, GrpcServer]]:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    server = GrpcServer(reader, writer, handlers)
    caller = Caller(*await asyncio.open_connection(sock=theirs))
    tasks = [asyncio.create_task(server.serve()), asyncio.create_task(caller.listen())]
    try:
        yield caller, server
    finally:
        for end in (caller.writer, writer):
            end.close()
            await end.wait_closed()
        await asyncio.wait(tasks, timeout=10)
        assert all(task.done() and task.exception() is None for task in tasks)
