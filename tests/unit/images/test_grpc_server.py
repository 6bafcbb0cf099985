from __future__ import annotations

import asyncio
from itertools import count

import pytest
from grpccaller import a_session

from zipp.images.grpc_server import MESSAGE_MAX_BYTES, Call, CallFailed, framed

MIB = 1024**2


async def echo(call: Call) -> None:
    while messages := await call.receive():
        for message in messages:
            await call.send(framed(message.upper()))


async def test_messages_come_whole_however_they_are_cut_and_the_status_at_the_end() -> None:
    async with a_session({"/echo": echo}) as (caller, _):
        stream = caller.call("/echo")
        for byte in framed(b"one") + framed(b"") + framed(b"three"):
            caller.say(stream, bytes([byte]))
            await asyncio.sleep(0)
        caller.say(stream, framed(b"four") + framed(b"five"), is_all=True)
        assert await caller.until(stream) == [b"ONE", b"", b"THREE", b"FOUR", b"FIVE"]
        assert caller.answers[stream].headers[":status"] == "200"
        assert caller.answers[stream].headers["content-type"] == "application/grpc"
        assert caller.answers[stream].headers["grpc-status"] == "0"


async def test_calls_at_once_are_told_apart() -> None:
    async with a_session({"/echo": echo}) as (caller, _):
        streams = [caller.call("/echo", data=framed(f"a{number}".encode()), is_all=True) for number in range(50)]
        assert [await caller.until(stream) for stream in streams] == [[f"A{number}".encode()] for number in range(50)]


async def test_unknown_methods_are_said_to_be_unimplemented() -> None:
    """The engine then does without, as for a registry's password."""
    async with a_session({}) as (caller, server):
        stream = caller.call("/moby.filesync.v1.Auth/Credentials", data=framed(b"x"), is_all=True)
        assert await caller.until(stream) == []
        assert caller.answers[stream].headers["grpc-status"] == "12"
        assert server.failure is None


async def test_status_of_a_failed_call_and_any_other_failure_are_told() -> None:
    async def failing(call: Call) -> None:
        raise CallFailed(5, "no é")

    async def broken(call: Call) -> None:
        raise ZeroDivisionError

    async with a_session({"/failing": failing, "/broken": broken}) as (caller, server):
        stream = caller.call("/failing")
        await caller.until(stream)
        assert caller.answers[stream].headers["grpc-status"] == "5"
        assert caller.answers[stream].headers["grpc-message"] == "no%20%C3%A9"
        assert server.failure is None
        stream = caller.call("/broken")
        await caller.until(stream)
        assert caller.answers[stream].headers["grpc-status"] == "2"
        assert isinstance(server.failure, ZeroDivisionError)


@pytest.mark.parametrize(
    "data", [b"\0" + (MESSAGE_MAX_BYTES + 1).to_bytes(4, "big"), b"\1\0\0\0\1x"], ids=["too long", "compressed"]
)
async def test_messages_that_can_not_be_are_refused(data: bytes) -> None:
    async with a_session({"/echo": echo}) as (caller, _):
        stream = caller.call("/echo", data=data)
        await caller.until(stream)
        assert caller.answers[stream].headers["grpc-status"] == "2"


async def test_call_may_name_very_many_paths() -> None:
    """Each that a Dockerfile copies is a header: 200 KB of them."""

    async def counting(call: Call) -> None:
        await call.send(framed(str(len(call.metadata["followpaths"])).encode()))

    async with a_session({"/counting": counting}) as (caller, _):
        stream = caller.call("/counting", *(("followpaths", f"{'n' * 95}{number}") for number in range(2000)))
        assert await caller.until(stream) == [b"2000"]


async def test_no_more_is_made_than_the_other_end_takes() -> None:
    made = 0

    async def endless(call: Call) -> None:
        nonlocal made
        for number in count(1):
            made = number
            await call.send(framed(b"x" * MIB))

    async with a_session({"/endless": endless, "/echo": echo}) as (caller, _):
        caller.takes = False
        stream = caller.call("/endless")
        assert 0 < await caller.quiet(stream) < MIB
        assert made == 1
        caller.takes = True
        caller.take(stream)
        await caller.until(stream, 5)
        assert made < 20


async def test_no_more_is_taken_than_is_used() -> None:
    """A handler that does not listen: the caller's window stays closed, and other calls are not held up for ever."""
    go_on = asyncio.Event()

    async def deaf(call: Call) -> None:
        await go_on.wait()

    async with a_session({"/deaf": deaf, "/echo": echo}) as (caller, _):
        stream = caller.call("/deaf")
        window = caller.h2.local_flow_control_window(stream)
        caller.say(stream, b"\0" * 16384)
        await asyncio.sleep(0.1)
        assert caller.h2.local_flow_control_window(stream) == window - 16384
        go_on.set()
        await caller.until(stream)
        for _ in range(20):  # what was not read of it is given back to the connection
            other = caller.call("/echo", data=framed(b"x" * 16000), is_all=True)
            assert await caller.until(other) == [b"X" * 16000]


async def test_call_that_is_given_up_ends_its_handler_and_nothing_else() -> None:
    ended = asyncio.Event()

    async def waiting(call: Call) -> None:
        try:
            await call.receive()
        finally:
            ended.set()

    async with a_session({"/waiting": waiting, "/echo": echo}) as (caller, server):
        stream = caller.call("/waiting")
        await asyncio.sleep(0.05)
        caller.h2.reset_stream(stream)
        caller.flush()
        async with asyncio.timeout(10):
            await ended.wait()
        other = caller.call("/echo", data=framed(b"x"), is_all=True)
        assert await caller.until(other) == [b"X"]
        assert server.failure is None


async def test_connection_that_ends_ends_all_handlers() -> None:
    ended = 0

    async def waiting(call: Call) -> None:
        nonlocal ended
        try:
            await call.receive()
        finally:
            ended += 1

    async with a_session({"/waiting": waiting}) as (caller, _):
        for _ in range(3):
            caller.call("/waiting")
        await asyncio.sleep(0.05)
    assert ended == 3


async def test_what_is_no_http2_ends_the_connection() -> None:
    async with a_session({}) as (caller, _):
        caller.writer.write(b"\xff" * 100)
        await asyncio.sleep(0.05)
