"""`zipp backup` on data folders of the test's own."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from filled import contents, fill, local_home

from zipp.domain.ids import now
from zipp.moving import backups
from zipp.moving.origin import Home
from zipp.settings import Settings
from zipp.storage.vault import Vault
from zipp.wiring import DataDirLock


def at_home(folder: Path, work: Callable[[Home], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        home = await local_home(folder)
        try:
            return await work(home)
        finally:
            await home.records.close()

    return asyncio.run(run())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder that the settings name: a platform with something of everything, stopped."""
    folder = tmp_path / "data"

    async def work(home: Home) -> None:
        await fill(home, tmp_path)
        vault = Vault.open(Settings(data_dir=folder))
        for number in range(3):
            await home.records.update_site(f"site-{number}", {"env_encrypted": vault.seal({"A": "1"})})

    at_home(folder, work)
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """From then on the settings name another, new data folder."""

    def move_on() -> Path:
        folder = tmp_path / "elsewhere"
        monkeypatch.setenv("ZIPP_DATA_DIR", str(folder))
        return folder

    return move_on


def without_git_tokens(folder: Path) -> None:
    """They are no real ciphertexts; whoever is not about them takes them away."""

    async def work(home: Home) -> None:
        for deployment in (await home.records.list_deployments(limit=100)).items:
            if deployment.source.kind == "git":
                source = deployment.source.model_copy(update={"token_encrypted": ""})
                await home.records.save(deployment.model_copy(update={"source": source}))

    at_home(folder, work)


def test_backup_in_a_file_brings_everything_to_another_machine(
    zipp: Any, data: Path, elsewhere: Callable[[], Path], tmp_path: Path
) -> None:
    without_git_tokens(data)
    file = tmp_path / "kept.zip"
    made = zipp("backup", "create", "--output", str(file), "--with-key")
    assert made.exit_code == 0, made.output
    assert "3 users, 4 sites, 12 deployments" in made.stderr
    assert "whoever has the file can read every secret" in made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    there = elsewhere()
    restored = zipp("backup", "restore", str(file))
    assert restored.exit_code == 0, restored.output
    assert "zipp members password ben@example.com" in restored.stderr
    assert at_home(there, contents) == at_home(data, contents)
    assert (there / "secret.key").read_bytes() == (data / "secret.key").read_bytes()
    assert stat.S_IMODE((there / "secret.key").stat().st_mode) == 0o600
    assert zipp("backup", "restore", str(file)).exit_code == 0  # again: nothing more to do


def test_backup_in_storage_is_listed_and_restored(zipp: Any, data: Path) -> None:
    without_git_tokens(data)
    before = at_home(data, contents)
    made = zipp("backup", "create", "--json")
    assert made.exit_code == 0, made.output
    name = json.loads(made.stdout)["name"]
    assert json.loads(made.stdout)["manifest"]["parts"].keys().isdisjoint({"secret.key", "files.jsonl"})
    assert [each["name"] for each in json.loads(zipp("backup", "list", "--json").stdout)] == [name]
    at_home(data, lambda home: home.records.update_site("site-0", {"framework": "spoiled"}))
    refused = zipp("backup", "restore", name)
    assert (refused.exit_code, "target_not_empty" in refused.stderr) == (6, True)
    assert zipp("backup", "restore", name, "--overwrite", "--yes").exit_code == 0
    assert at_home(data, contents) == before


def test_only_the_newest_are_kept_when_asked(zipp: Any, data: Path) -> None:
    names = [json.loads(zipp("backup", "create", "--json").stdout)["name"] for _ in range(3)]
    last = json.loads(zipp("backup", "create", "--json", "--keep", "2").stdout)
    assert last["deleted"] == [names[1], names[0]]
    listed = json.loads(zipp("backup", "list", "--json").stdout)
    assert [each["name"] for each in listed] == [last["name"], names[2]]


def test_backup_is_made_beside_a_running_platform_but_not_restored(zipp: Any, data: Path) -> None:
    under_way = data / "storage" / ".partial" / "under-way"
    under_way.write_bytes(b"of the platform's")
    lock = DataDirLock(data)
    lock.acquire()
    made = zipp("backup", "create", "--json")
    assert made.exit_code == 0, made.output
    assert under_way.exists()
    refused = zipp("backup", "restore", json.loads(made.stdout)["name"], "--overwrite", "--yes")
    lock.release()
    assert (refused.exit_code, "already_running" in refused.stderr) == (5, True)
    assert "zipp down --keep-sites" in refused.stderr


def test_missing_key_is_said_loudly_and_refused_at_the_restore(
    zipp: Any, data: Path, elsewhere: Callable[[], Path], tmp_path: Path
) -> None:
    file = tmp_path / "kept.zip"
    assert "secret key is NOT in it" in zipp("backup", "create", "--output", str(file)).stderr
    there = elsewhere()
    refused = zipp("backup", "restore", str(file))
    assert (refused.exit_code, "secret_key_wrong" in refused.stderr) == (5, True)
    assert "site-0" in refused.stderr
    assert not (there / "secret.key").exists()
    assert not any(at_home(there, contents).values())


def test_wrong_key_is_refused_unless_the_secrets_are_given_up(
    zipp: Any, data: Path, elsewhere: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.zip"
    zipp("backup", "create", "--output", str(file))
    there = elsewhere()
    monkeypatch.setenv("ZIPP_SECRET_KEY", Fernet.generate_key().decode())
    assert "secret_key_wrong" in zipp("backup", "restore", str(file)).stderr
    restored = zipp("backup", "restore", str(file), "--without-secrets")
    assert restored.exit_code == 0, restored.output
    assert "The environment of site-0 can't be opened here" in restored.stderr
    assert at_home(there, contents) == at_home(data, contents)


def test_nothing_is_made_of_nothing(zipp: Any, tmp_path: Path) -> None:
    refused = zipp("backup", "create")
    assert (refused.exit_code, "nothing_recorded" in refused.stderr) == (6, True)
    file = tmp_path / "kept.zip"
    assert zipp("backup", "create", "--output", str(file)).exit_code == 6
    assert not list(tmp_path.glob("*.zip*")) + list(tmp_path.glob(".*part"))
    assert zipp("backup", "list", "--json").stdout.strip() == "[]"


def test_file_that_is_there_is_never_overwritten(zipp: Any, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    file.write_text("mine")
    assert zipp("backup", "create", "--output", str(file)).exit_code == 2
    assert file.read_text() == "mine"


def test_unknown_and_impossible_names_are_told(zipp: Any, data: Path) -> None:
    for name in ("20260101T000000-000Z.zip", "../20260101T000000-000Z.zip", "no such thing"):
        refused = zipp("backup", "restore", name)
        assert (refused.exit_code, "backup_unknown" in refused.stderr) == (4, True)


def test_output_that_cannot_be_written_is_told(zipp: Any, data: Path, tmp_path: Path) -> None:
    refused = zipp("backup", "create", "--output", str(tmp_path / "nowhere" / "kept.zip"))
    assert (refused.exit_code, "backup_unwritable" in refused.stderr) == (5, True)


def test_names_tell_when_a_backup_was_made() -> None:
    at = now()
    made = backups.made_at(backups.new_key(at))
    assert made is not None
    assert abs((made - at).total_seconds()) < 0.001
    assert backups.made_at("backups/20261399T000000-000Z.zip") is None
