from __future__ import annotations

from collections.abc import Iterator

import pytest
from live import LivePlatform, running_platform


@pytest.fixture(scope="module")
def platform() -> Iterator[LivePlatform]:
    yield from running_platform()
