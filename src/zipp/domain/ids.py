"""Ids: UUIDv7 (RFC 9562), opaque and sortable by time."""

from __future__ import annotations

from datetime import UTC, datetime

import uuid_utils


def new_id() -> str:
    return str(uuid_utils.uuid7())


def now() -> datetime:
    return datetime.now(UTC)
