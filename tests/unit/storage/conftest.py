from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from buckets import bucket_storage, new_bucket

from zipp.storage.bucket import BucketStorage


@pytest.fixture
def bucket(bucket_emulator: str) -> str:
    return new_bucket(bucket_emulator)


@pytest.fixture
async def in_bucket(tmp_path: Path, bucket_emulator: str, bucket: str) -> AsyncIterator[BucketStorage]:
    opened = bucket_storage(tmp_path, bucket_emulator, bucket)
    await opened.start()
    yield opened
    await opened.close()
