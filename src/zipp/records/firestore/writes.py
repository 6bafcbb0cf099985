"""What a change writes, all of it in one commit: every document that it was decided from is as it was, or nothing is
written. That is how Firebase's own web and mobile libraries do their transactions: no lock is held anywhere while
somebody decides, so nobody waits for a caller that went away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_v1 import AsyncClient, AsyncWriteBatch, Increment

from zipp.domain.errors import TooLarge
from zipp.records.firestore.documents import Document, weight

MOST = 450  # documents in a commit: fewer than the 500 that older Firestores and emulators allow
_MOST_BYTES = 1_000_000  # of a document: 1 MiB, with its name and some overhead


@dataclass(frozen=True, slots=True)
class Write:
    """`fields` None deletes. `whole`: it replaces what was there; else it changes what is (which must be there), and
    with `base` only if that is still as it was read."""

    path: str
    fields: Mapping[str, Any] | None
    whole: bool = False
    new: bool = False
    base: Document | None = None


class Writes:
    """`refused` is why Firestore did not take the last attempt at the same change: something has changed since."""

    def __init__(self, refused: Exception | None = None) -> None:
        self.refused = refused
        self.all: list[Write] = []

    def create(self, path: str, fields: Mapping[str, Any]) -> None:
        """Refused when it is there already."""
        self._add(Write(path, fields, whole=True, new=True))

    def put(self, path: str, fields: Mapping[str, Any]) -> None:
        """Whether it is there or not."""
        self._add(Write(path, fields, whole=True))

    def update(self, path: str, fields: Mapping[str, Any]) -> None:
        """Refused when it is not there."""
        self._add(Write(path, fields))

    def change(self, base: Document, fields: Mapping[str, Any]) -> None:
        """Refused when it is not as it was read."""
        self._add(Write(base.path, fields, base=base))

    def touch(self, path: str) -> None:
        """Move its `revision`; refused when it is not there."""
        self.update(path, {"revision": Increment(1)})

    def require(self, base: Document, field: str) -> None:
        """Refused when it is not as it was read; writes only what is there. `field` is one that it has."""
        self.change(base, {field: base.fields[field]})

    def delete(self, base: Document) -> None:
        """Refused when it is not as it was read."""
        self._add(Write(base.path, None, base=base))

    def remove(self, path: str) -> None:
        """Whether it is there or not."""
        self._add(Write(path, None))

    def batch(self, client: AsyncClient) -> AsyncWriteBatch:
        batch = client.batch()
        for write in self.all:
            document = client.document(write.path)
            updated = write.base.updated if write.base is not None else None
            option = None if updated is None else client.write_option(last_update_time=updated)
            if write.fields is None:
                batch.delete(document, option=option)
            elif write.new:
                batch.create(document, dict(write.fields))
            elif write.whole:
                batch.set(document, dict(write.fields))
            else:
                batch.update(document, dict(write.fields), option=option)
        return batch

    def _add(self, write: Write) -> None:
        if write.fields is not None and weight(write.fields) > _MOST_BYTES:
            raise TooLarge(
                "This is too much for one record: Firestore keeps up to 1 MiB in a document.",
                code="record_too_large",
                hint="Make the project's settings or the site's environment smaller.",
            )
        self.all.append(write)
