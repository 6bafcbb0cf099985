from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import a_deployment, a_site
from filled import contents

from zipp.domain.errors import InvalidInput, Unavailable
from zipp.moving.backup_reader import Backup
from zipp.moving.backup_writer import write_backup
from zipp.moving.move import Move
from zipp.moving.origin import Home, Origin
from zipp.moving.sealed import sealed_with_another_key

Mover = Callable[[Origin, Home], Move]


async def made(home: Home, work: Path, *, with_files: bool = True, key: str | None = None) -> Path:
    file = work.parent / "backup.zip"
    await write_backup(home, file, folder=work, with_files=with_files, key=key, tell=lambda _: None)
    return file


async def restored(file: Path, target: Home, a_move: Mover) -> None:
    backup = await Backup.open(file)
    await backup.check()
    found = await a_move(backup, target).run()
    backup.close()
    assert all(each.is_equal for each in found)


async def test_restored_backup_is_what_was_kept(source: Home, target: Home, work: Path, a_move: Mover) -> None:
    await restored(await made(source, work), target, a_move)
    assert await contents(target) == await contents(source)


async def test_backup_is_its_owners_alone_and_leaves_nothing_beside(source: Home, work: Path) -> None:
    file = await made(source, work)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(work.iterdir()) == []


async def test_key_is_only_in_it_when_asked_for(source: Home, work: Path) -> None:
    file = await made(source, work)
    assert b"the key" not in file.read_bytes()
    backup = await Backup.open(file)
    assert backup.key is None
    backup.close()
    file.unlink()
    file = await made(source, work, key="the key")
    backup = await Backup.open(file)
    assert backup.key == "the key"
    backup.close()
    _rewrite(file, "secret.key", lambda _: b"another")
    assert await _refusal(file) == "backup_damaged"


async def test_without_files_it_has_the_records_only(source: Home, target: Home, work: Path, a_move: Mover) -> None:
    await restored(await made(source, work, with_files=False), target, a_move)
    assert (await contents(target)) == {**await contents(source), "files": {}}


async def test_it_is_of_one_moment_whatever_is_written_meanwhile(source: Home, work: Path) -> None:
    before = await contents(source)
    async with source.records.snapshot() as records:
        await source.records.create_site(a_site("later"))
        await source.records.create_deployment(a_deployment("later"))
        await source.records.update_site("site-0", {"framework": "python"})
        assert await contents(Home(records, source.storage)) == before
    assert await contents(source) != before


async def test_what_refers_to_something_newer_is_left_out(
    source: Home, target: Home, work: Path, a_move: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that can't hold a moment: a site and its deployment come once the sites have been read."""
    before = await contents(source)
    listing = source.records.list_deployments

    async def late(**named: object) -> object:
        monkeypatch.undo()
        await source.records.create_site(a_site("later"))
        await source.records.create_deployment(a_deployment("later"))
        return await listing(**named)  # type: ignore[arg-type]

    monkeypatch.setattr(source.records, "list_deployments", late)
    await restored(await made(source, work), target, a_move)
    assert await contents(target) == before


@pytest.mark.parametrize("at", [0.1, 0.4, 0.7, 0.99])
async def test_cut_off_backup_is_refused(source: Home, work: Path, at: float) -> None:
    file = await made(source, work)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * at)])
    assert await _refusal(file) == "backup_damaged"


async def test_flipped_bit_anywhere_is_found_or_harmless(source: Home, target: Home, work: Path, a_move: Mover) -> None:
    file = await made(source, work)
    content = bytearray(file.read_bytes())
    for place in range(40, len(content), max(1, len(content) // 60)):
        changed = content.copy()
        changed[place] ^= 0x10
        file.write_bytes(changed)
        if await _refusal(file) is None:  # a time or an attribute in the archive's directory
            await restored(file, target, a_move)
            assert await contents(target) == await contents(source)


async def test_changed_part_is_refused(source: Home, work: Path) -> None:
    file = await made(source, work)
    _rewrite(file, "records/sites.jsonl", lambda content: content.replace(b"site-0", b"site-9"))
    assert await _refusal(file) == "backup_damaged"


async def test_missing_part_is_refused(source: Home, work: Path) -> None:
    file = await made(source, work)
    _rewrite(file, "records/users.jsonl", lambda _: None)
    assert await _refusal(file) == "backup_damaged"


async def test_file_that_claims_another_place_is_refused(source: Home, work: Path) -> None:
    file = await made(source, work)
    _rewrite(file, "files.jsonl", lambda content: content.replace(b"archives/", b"../etc/"))
    assert await _refusal(file) == "backup_damaged"


async def test_file_that_unpacks_to_more_than_was_written_is_refused(source: Home, work: Path) -> None:
    file = await made(source, work)
    with zipfile.ZipFile(file) as archive:
        name = next(name for name in archive.namelist() if name.startswith("files/archives/"))
    _rewrite(file, name, lambda content: content + bytes(10_000_000))
    assert await _refusal(file) == "backup_damaged"


@pytest.mark.parametrize(
    ("part", "name", "other"), [("sites", b'"site-0"', b'"../x"'), ("deployments", b'"id":"0', b'"id":"/')]
)
async def test_name_that_is_none_of_ours_is_refused_when_it_is_read(
    source: Home, target: Home, work: Path, a_move: Mover, part: str, name: bytes, other: bytes
) -> None:
    file = await made(source, work)
    _rewrite(file, f"records/{part}.jsonl", lambda content: content.replace(name, other))
    backup = await Backup.open(file)
    with pytest.raises(InvalidInput) as caught:
        await a_move(backup, target).run()
    backup.close()
    assert caught.value.code == "backup_damaged"
    assert not any((await contents(target)).values())


async def test_newer_backup_is_refused_by_name(source: Home, work: Path) -> None:
    file = await made(source, work)
    _rewrite(file, "manifest.json", lambda _: json.dumps({"format": 2, "zipp": "9.0", "new": 1}).encode())
    assert await _refusal(file) == "backup_too_new"


async def test_what_is_no_backup_is_refused(work: Path) -> None:
    file = work / "no-backup"
    for content in (b"", b"no archive", b"PK\x05\x06" + bytes(18)):
        file.write_bytes(content)
        assert await _refusal(file) == "backup_damaged"
    with pytest.raises(Unavailable) as caught:
        await Backup.open(work / "nowhere")
    assert caught.value.code == "backup_unreadable"


async def test_sites_whose_secrets_another_key_sealed_are_named(source: Home) -> None:
    def unseal(sealed: str) -> str:
        if "site-1" in sealed or sealed == "token site-2":
            raise Unavailable("No.", code="secret_key_wrong")
        return sealed

    assert await sealed_with_another_key(source, unseal) == ["site-1", "site-2"]
    assert await sealed_with_another_key(source, str) == []


async def _refusal(file: Path) -> str | None:
    try:
        backup = await Backup.open(file)
    except InvalidInput as error:
        return error.code
    try:
        await backup.check()
    except InvalidInput as error:
        return error.code
    finally:
        backup.close()
    return None


def _rewrite(file: Path, name: str, change: Callable[[bytes], bytes | None]) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    changed = change(parts.pop(name))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
        if changed is not None:
            archive.writestr(name, changed)
