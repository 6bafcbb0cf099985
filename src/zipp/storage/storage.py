"""Files by key: local disk or a bucket. Keys are relative POSIX paths that the platform makes itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


def archive_key(sha256: str) -> str:
    return f"archives/{sha256}.zip"


def log_key(deployment_id: str) -> str:
    return f"logs/{deployment_id}.jsonl.gz"


class Storage(Protocol):
    @property
    def is_remote(self) -> bool:
        """Whether files outlive this machine."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def ping(self) -> None:
        """Raises Unavailable when files can't be written."""

    async def put(self, key: str, file: Path) -> None:
        """Take `file` over under `key` (it is gone afterwards); atomic, and idempotent for the same content."""

    async def fetch(self, key: str) -> Path:
        """A local path with the content, to read only. Raises NotFound `file_missing`."""

    async def link(self, key: str, *, filename: str, seconds: int) -> str | None:
        """A URL that downloads it as `filename` for that long, for who may have it; None where the platform itself
        must send it. Raises NotFound `file_missing`."""

    async def list(self, prefix: str) -> Sequence[str]:
        """The keys that begin with it, in order."""

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None:
        """Idempotent."""

    async def free_bytes(self) -> int | None:
        """Room left, None where that has no meaning."""
