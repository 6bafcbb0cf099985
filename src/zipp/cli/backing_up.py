"""What `zipp backup` does, between the homes that it opens and the file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from zipp.cli.homes import is_stopped, opened, stopped
from zipp.cli.moving import Shown, addresses, can_go_on
from zipp.domain.errors import Conflict, NotFound, Unavailable
from zipp.domain.ids import now
from zipp.moving import backups
from zipp.moving.backup_format import Manifest
from zipp.moving.backup_reader import Backup
from zipp.moving.backup_writer import writable, write_backup
from zipp.moving.compare import Comparison
from zipp.moving.folder import work_folder
from zipp.moving.move import Move, Progress, adopt
from zipp.moving.origin import Home
from zipp.moving.sealed import sealed_with_another_key
from zipp.settings import Settings
from zipp.storage.storage import Storage
from zipp.storage.vault import Vault
from zipp.wiring import open_storage


@dataclass(frozen=True, slots=True)
class Made:
    """`gone` are the older ones that were deleted."""

    name: str
    size: int
    manifest: Manifest
    gone: Sequence[str]


@dataclass(frozen=True, slots=True)
class Restored:
    """`sealed` are sites with a secret that this machine's key does not open."""

    found: Sequence[Comparison]
    manifest: Manifest
    new_passwords: Sequence[str]
    sealed: Sequence[str]


def key_file(settings: Settings) -> Path:
    return settings.data_dir / "secret.key"


def key_in_force(settings: Settings) -> str | None:
    """None where nothing was ever sealed: a key is made when it is first needed, and not by us."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    try:
        return key_file(settings).read_text("ascii")
    except FileNotFoundError:
        return None


async def make(settings: Settings, output: Path | None, *, with_files: bool, with_key: bool, keep: int | None) -> Made:
    key = key_in_force(settings) if with_key else None
    with work_folder(settings.data_dir) as folder, Shown() as shown:
        file = folder / "backup.zip" if output is None else output.with_name(f".{output.name}.part")
        async with opened(settings, start_storage=is_stopped(settings)) as here:
            try:
                manifest = await _written(here.home, file, folder, with_files=with_files, key=key, shown=shown)
                size = file.stat().st_size
                if output is not None:
                    file.replace(output)
                    return Made(str(output), size, manifest, ())
                stored_as = backups.new_key(now())
                shown(Progress("storing", 0, None))
                await here.home.storage.put(stored_as, file)
            finally:
                with suppress(OSError):
                    file.unlink()
            gone = [] if keep is None else await backups.forget_old(here.home.storage, keep=keep)
    return Made(backups.name_of(stored_as), size, manifest, [backups.name_of(old) for old in gone])


async def _written(
    home: Home, file: Path, folder: Path, *, with_files: bool, key: str | None, shown: Shown
) -> Manifest:
    """Read back, too: a backup that can't be read is none."""
    with writable():
        await asyncio.to_thread(file.unlink, missing_ok=True)  # of a run that was cut off
    async with home.records.snapshot() as records:
        origin = Home(records, home.storage)
        manifest = await write_backup(origin, file, folder=folder, with_files=with_files, key=key, tell=shown)
    if manifest.count("users") == 0:
        raise Conflict(
            "Nothing is recorded here.",
            code="nothing_recorded",
            hint="Check ZIPP_DATA_DIR and ZIPP_BACKEND: no platform ever ran with these settings.",
        )
    shown(Progress("reading it back", 0, None))
    backup = await Backup.open(file)
    try:
        await backup.check()
    finally:
        backup.close()
    return manifest


async def stored(settings: Settings) -> Sequence[str]:
    """The newest first, as `restore` takes them."""
    storage = open_storage(settings)
    try:
        return [backups.name_of(key) for key in await backups.newest_first(storage)]
    finally:
        await storage.close()


async def bring_back(settings: Settings, which: str, *, overwrite: bool, without_secrets: bool) -> Restored:
    with stopped(settings), work_folder(settings.data_dir) as folder, Shown() as shown:
        async with opened(settings) as here, _found(which, here.home.storage) as backup:
            shown(Progress("reading the backup", 0, None))
            await backup.check()
            sealed = await _match_keys(settings, backup, without_secrets=without_secrets)
            move = Move(origin=backup, target=here.home, folder=folder, tell=shown, files=backup.manifest.has_files)
            with can_go_on():
                found = await move.run(overwrite=overwrite)
                waiting = await adopt(here.home.records, here.identity)
    return Restored(found, backup.manifest, addresses(waiting), sealed)


@asynccontextmanager
async def _found(which: str, storage: Storage) -> AsyncIterator[Backup]:
    """A file of that name, else the one in storage."""
    file = Path(which)
    if not await asyncio.to_thread(file.is_file):
        key = f"{backups.PREFIX}{which}"
        if backups.made_at(key) is None or not await storage.exists(key):
            raise NotFound(
                f"There is no backup {which[:200]!r}.",
                code="backup_unknown",
                hint="Name a file, or one of `zipp backup list`.",
            )
        file = await storage.fetch(key)
    backup = await Backup.open(file)
    try:
        yield backup
    finally:
        backup.close()


async def _match_keys(settings: Settings, backup: Backup, *, without_secrets: bool) -> Sequence[str]:
    """The sites with a secret that can't be opened here. Raises Unavailable `secret_key_wrong`, unless that is said
    to be fine. A key that the backup brings is put in force where there is none."""
    if key_in_force(settings) is None and backup.key is not None:
        _put_in_force(key_file(settings), backup.key)
    unseal = _opens_nothing if key_in_force(settings) is None else Vault.open(settings).unseal_text
    sealed = await sealed_with_another_key(backup, unseal)
    if sealed and not without_secrets:
        names = ", ".join(sealed[:5]) + (", …" if len(sealed) > 5 else "")
        raise Unavailable(
            f"This machine's key does not open the environment of {len(sealed)} sites of this backup: {names}.",
            code="secret_key_wrong",
            hint=f"Put the key of the platform that it is of at {key_file(settings)}, or set ZIPP_SECRET_KEY to it; or "
            "go without (--without-secrets), and set the environment again with `zipp env`.",
        )
    return sealed


def _opens_nothing(_: str) -> None:
    raise Unavailable("There is no key.", code="secret_key_wrong")


def _put_in_force(file: Path, key: str) -> None:
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
