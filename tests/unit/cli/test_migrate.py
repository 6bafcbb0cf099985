"""`zipp migrate` as far as it needs no Firebase: which way, and what keeps it from starting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zipp.cli.verbs.migrate import Backend, Part, route_of
from zipp.domain.errors import InvalidInput
from zipp.settings import Settings
from zipp.wiring import DataDirLock

WHOLE = {"ZIPP_FIREBASE_PROJECT": "demo-zipp", "ZIPP_FIREBASE_API_KEY": "demo-key"}


@pytest.fixture
def firebase(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("firebase")
def test_everything_moves_from_where_the_settings_say(tmp_path: Path) -> None:
    found = route_of(Settings(), Backend.FIREBASE, None, list(Part))
    assert found.parts == set(Part)
    assert found.source.records_kind == "sqlite"
    assert (found.target.identity_kind, found.target.storage_kind) == ("firebase", "firebase")
    assert found.target.data_dir == found.source.data_dir == tmp_path / "data"
    assert found.variables == {"ZIPP_BACKEND": "firebase"}


@pytest.mark.usefixtures("firebase")
def test_one_part_moves_alone() -> None:
    found = route_of(Settings(), Backend.FIREBASE, None, [Part.STORAGE])
    assert (found.target.storage_kind, found.target.records_kind, found.target.identity_kind) == (
        "firebase",
        "sqlite",
        "local",
    )
    assert found.variables == {"ZIPP_STORAGE": "firebase"}


@pytest.mark.usefixtures("firebase")
def test_settings_that_say_the_target_already_need_a_from(monkeypatch: pytest.MonkeyPatch, zipp: Any) -> None:
    monkeypatch.setenv("ZIPP_BACKEND", "firebase")
    refused = zipp("migrate", "--to", "firebase")
    assert (refused.exit_code, "--from embedded" in refused.stderr) == (2, True)
    found = route_of(Settings(), Backend.FIREBASE, Backend.EMBEDDED, list(Part))
    assert (found.source.records_kind, found.target.records_kind) == ("sqlite", "firestore")


@pytest.mark.usefixtures("firebase")
def test_part_that_is_there_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIPP_STORAGE", "firebase")
    found = route_of(Settings(), Backend.FIREBASE, None, list(Part))
    assert found.parts == {Part.IDENTITY, Part.RECORDS}
    assert found.source.storage_kind == found.target.storage_kind == "firebase"
    assert found.variables == {"ZIPP_IDENTITY": "firebase", "ZIPP_RECORDS": "firestore"}


def test_missing_setting_of_the_target_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        route_of(Settings(), Backend.FIREBASE, None, list(Part))
    assert caught.value.code == "settings_invalid"
    assert "ZIPP_FIREBASE_PROJECT" in caught.value.message


@pytest.mark.usefixtures("firebase")
def test_running_platform_keeps_it_from_starting(zipp: Any, tmp_path: Path) -> None:
    lock = DataDirLock(tmp_path / "data")
    lock.acquire()
    refused = zipp("migrate", "--to", "firebase")
    lock.release()
    assert (refused.exit_code, "already_running" in refused.stderr) == (5, True)
    assert "zipp down --keep-sites" in refused.stderr
