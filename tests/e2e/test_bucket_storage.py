"""Archives and finished logs in a bucket, through the whole platform: what this machine loses is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import httpx
import pytest
from buckets import PROJECT, new_bucket, objects
from live import LivePlatform, until, zipped

PAGES = zipped({"index.html": "pages from the bucket"})


@pytest.fixture(scope="module")
def bucket(bucket_emulator: str) -> str:
    return new_bucket(bucket_emulator)


@pytest.fixture(scope="module")
def platform(bucket_emulator: str, bucket: str) -> Iterator[LivePlatform]:
    made = LivePlatform(
        ZIPP_STORAGE="firebase",
        ZIPP_ENVIRONMENT="development",
        ZIPP_FIREBASE_PROJECT=PROJECT,
        ZIPP_FIREBASE_BUCKET=bucket,
        STORAGE_EMULATOR_HOST=bucket_emulator,
    )
    try:
        yield made.start()
    finally:
        made.close()


def stored(emulator: str, bucket: str, folder: str) -> list[str]:
    return [name for name in objects(emulator, bucket) if name.startswith(f"{folder}/")]


def test_redeploy_works_when_this_machine_has_lost_its_copy(
    platform: LivePlatform, bucket_emulator: str, bucket: str
) -> None:
    first = platform.deploy(PAGES, "pages")
    assert stored(bucket_emulator, bucket, "archives") == [f"archives/{first['source']['sha256']}.zip"]
    for copy in (platform.data_dir / "copies").glob("*.zip"):
        copy.unlink()
    again = platform.api.post(f"/api/deployments/{first['id']}/redeploy")
    assert again.status_code == 202, again.text
    assert platform.ended(again.json()["id"])["status"] == "RUNNING"
    assert platform.visit("pages").text == "pages from the bucket"
    source = platform.api.get(f"/api/deployments/{first['id']}/source")
    assert source.content == PAGES


def test_redeploy_needs_no_download_while_the_copy_is_there(
    platform: LivePlatform, bucket_emulator: str, bucket: str
) -> None:
    first = platform.deploy(zipped({"index.html": "kept at hand"}), "kept")
    copies = {path.name: path.stat().st_ino for path in (platform.data_dir / "copies").glob("*.zip")}
    assert f"{first['source']['sha256']}.zip" in copies
    again = platform.api.post(f"/api/deployments/{first['id']}/redeploy").json()
    assert platform.ended(again["id"])["status"] == "RUNNING"
    assert {path.name: path.stat().st_ino for path in (platform.data_dir / "copies").glob("*.zip")} == copies


def test_finished_log_outlives_this_machines_disk_and_goes_with_its_deployment(
    platform: LivePlatform, bucket_emulator: str, bucket: str
) -> None:
    deployment = platform.deploy(zipped({"no-page.txt": "x"}), "failing", expect="FAILED")
    key = f"logs/{deployment['id']}.jsonl.gz"
    until(lambda: key in stored(bucket_emulator, bucket, "logs"), what="its log in the bucket")
    before = platform.lines(deployment["id"])
    assert before
    platform.stop()
    shutil.rmtree(platform.data_dir / "logs")
    platform.start()
    assert platform.lines(deployment["id"]) == before
    assert platform.api.delete(f"/api/deployments/{deployment['id']}").status_code == 204
    until(lambda: key not in stored(bucket_emulator, bucket, "logs"), what="its log to be gone")


def test_deleted_deployment_takes_its_archive_along(platform: LivePlatform, bucket_emulator: str, bucket: str) -> None:
    deployment = platform.deploy(zipped({"index.html": "soon gone"}), "gone")
    key = f"archives/{deployment['source']['sha256']}.zip"
    assert key in stored(bucket_emulator, bucket, "archives")
    assert platform.api.delete(f"/api/deployments/{deployment['id']}").status_code == 204
    assert key not in stored(bucket_emulator, bucket, "archives")


def test_health_is_well(platform: LivePlatform) -> None:
    health = httpx.get(f"{platform.url}/api/health", timeout=30).json()
    assert health["components"]["storage"]["status"] == "ok"
