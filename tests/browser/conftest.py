from __future__ import annotations

from collections.abc import Iterator

import pytest
from live import LivePlatform, running_platform
from playwright.sync_api import Browser
from visitor import Visitor, launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: its driver holds an event loop, beside which asynchronous tests could not run."""
    yield from launched()


@pytest.fixture(scope="module")
def platform() -> Iterator[LivePlatform]:
    yield from running_platform()


@pytest.fixture
def visitor(browser: Browser, platform: LivePlatform) -> Iterator[Visitor]:
    """Signed in as the admin, on a desktop; at its end no page may have reported a mistake."""
    visitor = Visitor(browser, platform)
    visitor.sign_in()
    yield visitor
    visitor.close()
