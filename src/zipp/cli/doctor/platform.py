"""The records, and the platform itself as it judges its parts."""

from __future__ import annotations

import asyncio

from zipp.cli.background import local_url, log_file, running_pid
from zipp.cli.client import Client
from zipp.cli.doctor.finding import Finding, State
from zipp.domain.errors import ZippError
from zipp.settings import Settings
from zipp.wiring import open_records


def check_records(settings: Settings) -> Finding:
    """The database of this machine; what is in Firestore is looked at with the rest of Firebase."""
    if not settings.data_dir.exists():
        return Finding("records", "ok", "will be made at the first start")
    try:
        asyncio.run(_open_records(settings))
    except ZippError as error:
        return Finding("records", "fail", error.message, error.hint)
    return Finding("records", "ok", "open")


def check_platform(settings: Settings) -> list[Finding]:
    pid = running_pid(settings)
    if pid is None:
        return [Finding("platform", "warn", "It does not run.", "zipp up starts it.")]
    try:
        with Client(local_url(settings), None) as client:
            health = client.health()
    except ZippError as error:
        mend = f"Look at the end of {log_file(settings)}; then zipp down, zipp up."
        return [Finding("platform", "fail", error.message, mend)]
    found = [Finding("platform", "ok", f"{health['version']}, process {pid}, {settings.api_url}")]
    for name, part in health["components"].items():
        if part is not None and part["status"] != "ok":
            state: State = "fail" if part["status"] == "down" else "warn"
            found.append(Finding(f"platform: {name}", state, part["detail"], f"Look at {log_file(settings)}."))
    return found


async def _open_records(settings: Settings) -> None:
    records = open_records(settings)
    try:
        await records.start()
        await records.ping()
    finally:
        await records.close()
