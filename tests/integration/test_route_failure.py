"""A deployment that fails after its route was switched: the old version is led to again."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from live import free_port, zipped

from zipp.domain.deployment import UNDER_WAY, Deployment, Status
from zipp.domain.errors import Unavailable
from zipp.domain.ids import new_id
from zipp.domain.user import Role, User
from zipp.pipeline.operations import Upload
from zipp.records.records import LiveChange
from zipp.settings import Settings
from zipp.wiring import Platform, build


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    folder = Path(tempfile.mkdtemp(prefix="zipp-test-", dir="/tmp"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder, instance="t-route", http_host="127.0.0.1", http_port=free_port())
    platform = build(settings)
    await platform.start()
    yield platform
    await platform.close()
    await platform.proxy.stop()
    await platform.runtime.teardown()  # type: ignore[attr-defined]
    await platform.runtime.close()
    shutil.rmtree(folder)


async def deploy(platform: Platform, text: str) -> Deployment:
    content = zipped({"index.html": text})
    file = platform.operations.incoming / f"{new_id()}.zip"
    file.write_bytes(content)
    page = await platform.records.list_users(limit=1)
    owner: User = page.items[0]
    assert owner.role is Role.ADMIN
    upload = Upload(file=file, filename="site.zip", size=len(content), sha256=sha256(content).hexdigest())
    deployment = await platform.operations.deploy_zip(owner, upload, site="steady", env=None)
    async with asyncio.timeout(30):
        while deployment.status in UNDER_WAY:
            await asyncio.sleep(0.02)
            deployment = await platform.records.get_deployment(deployment.id) or deployment
    return deployment


async def visit(platform: Platform) -> str:
    url = f"http://127.0.0.1:{platform.settings.http_port}/"
    async with aiohttp.ClientSession() as session, session.get(url, headers={"Host": "steady.zipp.localhost"}) as page:
        return await page.text()


async def test_old_version_serves_on_when_the_switch_can_not_be_recorded(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await deploy(platform, "one")
    assert first.status is Status.RUNNING
    save = platform.records.save
    seen_while_switched: list[str] = []

    async def disk_full(*deployments: Deployment, live: LiveChange | None = None) -> tuple[Deployment, ...]:
        if live is not None:
            seen_while_switched.append(await visit(platform))
            raise Unavailable("The disk is full.", code="records_full")
        return await save(*deployments)

    monkeypatch.setattr(platform.records, "save", disk_full)
    second = await deploy(platform, "two")
    assert second.status is Status.FAILED
    assert second.error is not None
    assert second.error.code == "records_full"
    assert seen_while_switched == ["two"], "the route had been switched already"
    assert await visit(platform) == "one"
    site = await platform.records.get_site("steady")
    assert site is not None
    assert site.live_deployment == first.id
