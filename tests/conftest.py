from __future__ import annotations

import pytest

pytest_plugins = ["emulators"]

# Each of them has a whole platform, and much of the machine's attention: one after the other.
_WHOLE_PLATFORMS = ("tests/e2e/", "tests/integration/", "tests/browser/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `--dist loadgroup`: what one process runs in order. A module's tests share its fixtures."""
    for item in items:
        module = item.nodeid.partition("::")[0]
        group = "platforms" if module.startswith(_WHOLE_PLATFORMS) else module
        item.add_marker(pytest.mark.xdist_group(group))
