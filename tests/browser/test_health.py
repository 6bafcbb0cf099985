"""The page of the platform's health, in front of a platform that really lacks something."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from axe import objections_in_every_look
from live import LivePlatform
from playwright.sync_api import Browser, expect
from visitor import Visitor


@pytest.fixture(scope="module")
def platform() -> Iterator[LivePlatform]:
    platform = LivePlatform(ZIPP_DOCKER_HOST="unix:///tmp/zipp-no-engine.sock")  # nothing listens there
    try:
        yield platform.start()
    finally:
        del platform.env["ZIPP_DOCKER_HOST"]
        platform.close()


def test_what_is_wrong_is_said_and_seen(browser: Browser, platform: LivePlatform) -> None:
    visitor = Visitor(browser, platform)
    visitor.sign_in()
    visitor.go("/settings/health")
    summary = visitor.page.get_by_role("main").get_by_role("status").first
    engine = visitor.page.get_by_role("listitem").filter(has_text="Container engine")
    records = visitor.page.get_by_role("listitem").filter(has_text="Records")
    expect(summary).to_contain_text("A part of the platform needs attention")
    expect(engine).to_contain_text("Down")
    expect(engine).to_contain_text("engine can't be reached")  # in the platform's words
    expect(records).to_contain_text("OK")
    problems = list(objections_in_every_look(visitor, "degraded"))

    rename(platform, "schema_version", "schema_version_gone")
    try:
        expect(summary).to_contain_text("The platform can’t work just now")  # seen without a reload
        expect(records).to_contain_text("Down")
        problems += objections_in_every_look(visitor, "down")
    finally:
        rename(platform, "schema_version_gone", "schema_version")
    expect(summary).to_contain_text("Degraded")
    assert problems == []
    visitor.close()


def rename(platform: LivePlatform, table: str, name: str) -> None:
    with sqlite3.connect(platform.data_dir / "zipp.db", timeout=10) as database:
        database.execute(f"ALTER TABLE {table} RENAME TO {name}")
    database.close()
