"""Local identity to test with, over any Records: passwords hashed at a strength that tests can wait for."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from zipp.domain.errors import ZippError
from zipp.identity.identity import Grant
from zipp.identity.local import LocalIdentity
from zipp.identity.passwords import Passwords
from zipp.records.records import Records
from zipp.settings import Settings

EMAIL, PASSWORD = "anna@example.com", "correct horse battery"
QUICK = PasswordHasher(memory_cost=64, time_cost=1, parallelism=1)  # of a strength that tests can wait for


def an_identity(records: Records, **settings: Any) -> LocalIdentity:
    return LocalIdentity(records, Settings(data_dir=Path("/nowhere"), **settings), Passwords(QUICK))


async def with_first_account(records: Records, **settings: Any) -> tuple[LocalIdentity, Grant]:
    identity = an_identity(records, **settings)
    token = await identity.new_setup_token()
    return identity, await identity.signup(email=EMAIL, password=PASSWORD, setup_token=token)


async def refusal(attempt: Awaitable[object]) -> str:
    with pytest.raises(ZippError) as caught:
        await attempt
    assert caught.value.message
    assert caught.value.hint
    return caught.value.code
