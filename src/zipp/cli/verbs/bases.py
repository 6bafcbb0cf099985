from __future__ import annotations

import asyncio

from zipp.cli.configured import load_settings


def bases() -> None:
    """Make the base images that sites are built on, where they are missing or out of date."""
    from zipp.cli.base_images import ensure_base_images

    asyncio.run(ensure_base_images(load_settings()))
