"""Backups in storage: `backups/<time>.zip`, so that the order of their names is that of their making."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from zipp.storage.storage import Storage

PREFIX = "backups/"
_NAME = re.compile(r"backups/(\d{8}T\d{6}-\d{3})Z\.zip\Z")


def new_key(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{PREFIX}{at:%Y%m%dT%H%M%S}-{at.microsecond // 1000:03}Z.zip"


def name_of(key: str) -> str:
    return key.removeprefix(PREFIX)


def made_at(key: str) -> datetime | None:
    """None for what is no backup of ours."""
    if not (match := _NAME.match(key)):
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%dT%H%M%S-%f").replace(tzinfo=UTC)
    except ValueError:
        return None


async def newest_first(storage: Storage) -> Sequence[str]:
    return sorted((key for key in await storage.list(PREFIX) if made_at(key)), reverse=True)


async def forget_old(storage: Storage, *, keep: int) -> Sequence[str]:
    """Delete all but the newest `keep`; answers with those that are gone."""
    old = (await newest_first(storage))[keep:]
    for key in old:
        await storage.delete(key)
    return old
