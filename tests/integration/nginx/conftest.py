"""nginx as most tests share it, and one for those that start, kill or stop it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from nginxsite import MIB, Site, free_port

from zipp.proxy.nginx import Nginx
from zipp.settings import Settings


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Not pytest's own folder: nginx's workers may not enter that one."""
    folder = Path(tempfile.mkdtemp(prefix="zipp-nginx-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(data_dir: Path) -> Iterator[Settings]:
    settings = Settings(
        data_dir=data_dir / "shared",
        http_host="127.0.0.1",
        http_port=free_port(),
        port=free_port(),
        site_max_body_bytes=MIB,
    )
    asyncio.run(Nginx(settings).start())
    yield settings
    asyncio.run(Nginx(settings).stop())


@pytest.fixture
async def site(running: Settings) -> AsyncIterator[Site]:
    """The nginx that most tests share, with an empty table."""
    site = Site(running)
    yield site
    await site.nginx.sync({})
    shutil.rmtree(running.data_dir / "releases", ignore_errors=True)


@pytest.fixture
async def alone(data_dir: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """One that a test may start, kill and stop; not yet running."""
    own = data_dir / f"{abs(hash(request.node.name)):x}"[:10]
    site = Site(Settings(data_dir=own, http_host="127.0.0.1", http_port=free_port(), port=free_port()))
    yield site
    await Nginx(site.settings).stop()
