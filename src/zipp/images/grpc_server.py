"""The little of gRPC that a BuildKit session needs: a server on one connection, whose other end makes the calls.

After "gRPC over HTTP2", the protocol's own page: a call is a stream, a message has five bytes before it, the status
comes in the trailers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote, unquote_plus

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError

OK, UNKNOWN, NOT_FOUND, UNIMPLEMENTED = 0, 2, 5, 12
READ_BYTES = 64 * 1024
MESSAGE_MAX_BYTES = 64 * 1024  # of what the engine sends: requests of a few bytes, a sentence when it fails
_PREFIX_BYTES = 5
_CONTENT_TYPE = ("content-type", "application/grpc")

Metadata = Mapping[str, Sequence[str]]


class CallFailed(Exception):
    """Ends a call with a status; the connection goes on."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def framed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


class Call:
    """One call, both directions. What was received and not yet taken counts against the sender's window."""

    def __init__(self, server: GrpcServer, stream: int, metadata: Metadata) -> None:
        self.metadata = metadata
        self._server = server
        self._stream = stream
        self._received = bytearray()
        self._unacknowledged = 0
        self._is_over = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._sending = asyncio.Lock()
        self._has_begun = False

    async def receive(self) -> Sequence[bytes]:
        """The messages that have come, at least one; none when the other end has said all."""
        while not (messages := self._complete()) and not self._is_over:
            self._news.clear()
            self.acknowledge()
            await self._news.wait()
        return messages

    async def send(self, messages: bytes) -> None:
        """Messages that are `framed`. Returns when all are on their way: as fast as the other end takes them."""
        async with self._sending:
            self._begin()
            rest = memoryview(messages)
            while rest:
                rest = rest[self._put(rest) :]
                await self._server.drain()
                if rest and not self._window():
                    self._room.clear()
                    await self._room.wait()

    def end(self, status: int, message: str) -> None:
        trailers = [("grpc-status", str(status)), ("grpc-message", quote(message))]
        if not self._has_begun:
            trailers = [(":status", "200"), _CONTENT_TYPE, *trailers]
        self._server.h2.send_headers(self._stream, trailers, end_stream=True)
        self._server.flush()

    def hear(self, data: bytes, counted: int) -> None:
        self._received += data
        self._unacknowledged += counted
        self._news.set()

    def hear_end(self) -> None:
        self._is_over = True
        self._news.set()

    def hear_room(self) -> None:
        self._room.set()

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._server.h2.send_headers(self._stream, [(":status", "200"), _CONTENT_TYPE])

    def _put(self, data: memoryview) -> int:
        """As much as there is room for now: how many bytes that were."""
        sent = 0
        while sent < len(data) and (room := self._window()):
            part = data[sent : sent + min(room, self._server.h2.max_outbound_frame_size)]
            self._server.h2.send_data(self._stream, bytes(part))
            sent += len(part)
        self._server.flush()
        return sent

    def _window(self) -> int:
        return max(self._server.h2.local_flow_control_window(self._stream), 0)

    def acknowledge(self) -> None:
        if self._unacknowledged:
            self._server.h2.acknowledge_received_data(self._unacknowledged, self._stream)
            self._unacknowledged = 0
            self._server.flush()

    def _complete(self) -> Sequence[bytes]:
        messages, start = [], 0
        while len(self._received) - start >= _PREFIX_BYTES:
            size = int.from_bytes(self._received[start + 1 : start + _PREFIX_BYTES], "big")
            if self._received[start] or size > MESSAGE_MAX_BYTES:
                raise CallFailed(UNKNOWN, "compressed or too long")
            end = start + _PREFIX_BYTES + size
            if end > len(self._received):
                break
            messages.append(bytes(self._received[start + _PREFIX_BYTES : end]))
            start = end
        del self._received[:start]
        return messages


class _Connection(H2Connection):
    DEFAULT_MAX_HEADER_LIST_SIZE = 2**21  # all the paths that a Dockerfile copies come as one header each


Handler = Callable[[Call], Awaitable[None]]


class GrpcServer:
    """`handlers` by the paths of their methods. `failure` is the first exception of one that is no CallFailed."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handlers: Mapping[str, Handler]
    ) -> None:
        self.h2 = _Connection(H2Configuration(client_side=False, header_encoding=None))
        self.failure: Exception | None = None
        self._reader = reader
        self._writer = writer
        self._handlers = handlers
        self._calls: dict[int, Call] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Until the other end closes the connection, or speaks no HTTP/2. No call is left when it returns."""
        try:
            self.h2.initiate_connection()
            self.flush()
            with suppress(ConnectionError, ProtocolError):
                while data := await self._reader.read(READ_BYTES):
                    for event in self.h2.receive_data(data):
                        self._hear(event)
                    self.flush()
        finally:
            if tasks := list(self._tasks.values()):
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    def flush(self) -> None:
        if data := self.h2.data_to_send():
            self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    def _hear(self, event: Event) -> None:
        match event:
            case RequestReceived(stream_id=int(stream), headers=headers):
                self._begin(stream, {bytes(name): bytes(value) for name, value in headers}, _metadata(headers))
            case DataReceived(stream_id=int(stream), data=data, flow_controlled_length=int(counted)):
                if call := self._calls.get(stream):
                    call.hear(bytes(data or b""), counted)
                else:  # its answer is over already
                    self.h2.acknowledge_received_data(counted, stream)
            case StreamEnded(stream_id=int(stream)) if call := self._calls.get(stream):
                call.hear_end()
            case StreamReset(stream_id=stream) if task := self._tasks.get(stream):
                task.cancel()
            case WindowUpdated() | RemoteSettingsChanged():
                for call in self._calls.values():
                    call.hear_room()

    def _begin(self, stream: int, headers: Mapping[bytes, bytes], metadata: Metadata) -> None:
        call = self._calls[stream] = Call(self, stream, metadata)
        handler = self._handlers.get(headers.get(b":path", b"").decode(errors="replace"), _unimplemented)
        task = self._tasks[stream] = asyncio.create_task(self._answer(call, handler))
        task.add_done_callback(lambda _: (self._calls.pop(stream, None), self._tasks.pop(stream, None)))

    async def _answer(self, call: Call, handler: Handler) -> None:
        status, message = OK, ""
        try:
            await handler(call)
        except CallFailed as failed:
            status, message = failed.status, str(failed)
        except (ConnectionError, ProtocolError):  # the call was given up meanwhile
            status = UNKNOWN
        except Exception as error:  # whatever it is, the engine must hear that nothing comes any more
            self.failure = self.failure or error
            status, message = UNKNOWN, "failed"
        finally:
            with suppress(ProtocolError):
                call.acknowledge()  # the connection's window is all calls' own
        with suppress(ProtocolError):
            call.end(status, message)


async def _unimplemented(call: Call) -> None:
    raise CallFailed(UNIMPLEMENTED, "unknown method")


def _metadata(headers: Sequence[tuple[bytes, bytes]]) -> Metadata:
    """What newer engines say that they have `-encoded` is unquoted."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(bytes(name).decode(errors="replace"), []).append(bytes(value).decode(errors="surrogateescape"))
    return {
        name: [unquote_plus(value) for value in values] if found.get(f"{name}-encoded") == ["1"] else values
        for name, values in found.items()
    }
