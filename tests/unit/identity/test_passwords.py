from __future__ import annotations

import asyncio
import threading
from typing import Any

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from zipp.identity.passwords import Passwords


async def test_hashes_are_argon2id_with_owasps_parameters() -> None:
    parameters = extract_parameters(await Passwords().hash("correct horse"))
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)


async def test_equal_passwords_have_different_hashes() -> None:
    passwords = Passwords()
    one, two = await asyncio.gather(passwords.hash("correct horse"), passwords.hash("correct horse"))
    assert one != two
    assert await passwords.verify(one, "correct horse")
    assert not await passwords.verify(one, "correct horsf")


async def test_hash_that_is_none_matches_nothing() -> None:
    for stored in (None, "", "plain text", "$argon2id$v=19$m=1"):
        assert not await Passwords().verify(stored, "plain text")


async def test_at_most_two_are_hashed_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Watching(PasswordHasher):
        def hash(self, *args: Any, **kwargs: Any) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                return super().hash(*args, **kwargs)
            finally:
                with lock:
                    running -= 1

    passwords = Passwords(Watching(memory_cost=1024, time_cost=2, parallelism=1))
    await asyncio.gather(*(passwords.hash("correct horse") for _ in range(20)))
    assert most == 2
