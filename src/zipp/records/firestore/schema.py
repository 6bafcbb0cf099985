"""Which form the documents have, and how an older one's become of this version."""

from __future__ import annotations

from zipp.domain.errors import Unavailable
from zipp.records.firestore.documents import unreadable
from zipp.records.firestore.paths import SCHEMA
from zipp.records.firestore.store import Store
from zipp.records.firestore.writes import Writes

VERSION = 1
COLLECTIONS = (
    "leases", "ports", "events", "audit", "deployment_secrets", "deployments", "domains", "site_secrets", "sites",
    "invites", "tokens", "emails", "credentials", "users",
)  # fmt: skip


async def prepare(store: Store) -> None:
    """Raises Unavailable `records_too_new`, `records_unreadable`."""

    async def work(writes: Writes) -> None:
        (found,) = await store.get(SCHEMA)
        if found is None:
            writes.create(SCHEMA, {"version": VERSION})
            return
        stored = found.fields.get("version")
        if not isinstance(stored, int) or stored < 1:
            raise unreadable()
        if stored > VERSION:
            raise Unavailable(
                f"The records were written by a newer Zipp (schema {stored}; this one knows {VERSION}).",
                code="records_too_new",
                hint="Start the newer Zipp again, or restore a backup from before the update.",
            )

    await store.change(work)
