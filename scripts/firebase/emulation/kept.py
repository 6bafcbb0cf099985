"""What people have put into their emulators, over a stop and a start. Storage keeps files of its own; Firestore and
Auth live in memory: they are asked for everything at the stop, and are given it back at the start."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from emulation.calls import call
from emulation.programs import PROJECT

EXPORT = "firestore"  # the export's name, from which its folder and its files have theirs
ACCOUNTS = f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts"


def firestore_seed(folder: Path) -> Path | None:
    metadata = folder / EXPORT / f"{EXPORT}.overall_export_metadata"
    return metadata if metadata.is_file() else None


def save_firestore(folder: Path, address: str) -> None:
    """What was saved before goes once the new is whole. Raises Problem."""
    new = folder / "saving"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    export = {
        "database": f"projects/{PROJECT}/databases/(default)",
        "export_directory": str(new),
        "export_name": EXPORT,
    }
    call(address, "POST", f"/emulator/v1/projects/{PROJECT}:export", export)
    shutil.rmtree(folder / EXPORT, ignore_errors=True)
    (new / EXPORT).rename(folder / EXPORT)
    new.rmdir()


def give_back_accounts(folder: Path, address: str) -> None:
    """With the moment until which each one's sessions are revoked: an import sets it to now. Raises Problem."""
    file = folder / "accounts.json"
    if not file.is_file() or not (users := json.loads(file.read_bytes())):
        return
    call(address, "POST", f"{ACCOUNTS}:batchCreate", {"users": users, "allowOverwrite": True})
    for user in users:
        if "validSince" in user:
            call(address, "POST", f"{ACCOUNTS}:update", {"localId": user["localId"], "validSince": user["validSince"]})


def save_accounts(folder: Path, address: str) -> None:
    """Raises Problem."""
    users = call(address, "GET", f"{ACCOUNTS}:batchGet?maxResults=-1").get("users", [])
    temporary = folder / "accounts.new"
    temporary.write_text(json.dumps(users))
    temporary.replace(folder / "accounts.json")
