"""Files by key: local disk or a bucket. Keys are relative POSIX paths that the platform makes itself."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


def archive_key(sha256: str) -> str:
    return f"archives/{sha256}.zip"


class Storage(Protocol):
    async def start(self) -> None: ...

    async def ping(self) -> None:
        """Raises Unavailable when files can't be written."""

    async def put(self, key: str, file: Path) -> None:
        """Take `file` over under `key` (it is gone afterwards); atomic, and idempotent for the same content."""

    async def fetch(self, key: str) -> Path:
        """A local path with the content, to read only. Raises NotFound `file_missing`."""

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None:
        """Idempotent."""

    async def free_bytes(self) -> int | None:
        """Room left, None where that has no meaning."""
