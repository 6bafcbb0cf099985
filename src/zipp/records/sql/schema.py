"""The tables, and how an older database becomes one of this version."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.types import TypeDecorator

from zipp.domain.errors import Unavailable

# One tuple of statements per version after the first: MIGRATIONS[0] leads from version 1 to 2. Append, never edit:
# somebody's database has been through it.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE invites (id VARCHAR NOT NULL, email VARCHAR, role VARCHAR NOT NULL, created_by VARCHAR NOT NULL, "
        "secret_sha256 VARCHAR NOT NULL, created_at DATETIME NOT NULL, expires_at DATETIME NOT NULL, PRIMARY KEY (id), "
        "FOREIGN KEY(created_by) REFERENCES users (uid) ON DELETE CASCADE, UNIQUE (secret_sha256))",
    ),
    # What an older Zipp has removed is found out at the next start (pipeline/reconcile.py).
    ("ALTER TABLE deployments ADD COLUMN forgotten BOOLEAN NOT NULL DEFAULT 0",),
    (
        "CREATE TABLE events (id VARCHAR NOT NULL, at DATETIME NOT NULL, deployment VARCHAR NOT NULL, "
        "site VARCHAR NOT NULL, owner VARCHAR NOT NULL, status VARCHAR NOT NULL, code VARCHAR, PRIMARY KEY (id), "
        "FOREIGN KEY(deployment) REFERENCES deployments (id) ON DELETE CASCADE)",
        "CREATE INDEX events_by_deployment ON events (deployment, id)",
        "CREATE INDEX events_by_owner ON events (owner, id)",
        "CREATE TABLE audit (id VARCHAR NOT NULL, at DATETIME NOT NULL, actor VARCHAR, via VARCHAR, "
        "action VARCHAR NOT NULL, target VARCHAR NOT NULL, status INTEGER NOT NULL, address VARCHAR NOT NULL, "
        "PRIMARY KEY (id))",
        "CREATE INDEX audit_by_actor ON audit (actor, id)",
        "CREATE INDEX audit_by_time ON audit (at)",
    ),
)
VERSION = 1 + len(MIGRATIONS)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC: SQLite itself has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_JSON = JSON(none_as_null=True)

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

users = Table(
    "users",
    metadata,
    Column("uid", String, primary_key=True),
    Column("email", String),
    Column("email_key", String, unique=True),  # the address in lower case; NULL for the account without one
    Column("password_hash", String),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("claims", _JSON, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("uid", String, ForeignKey("users.uid", ondelete="CASCADE"), nullable=False),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("secret_sha256", String, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Index("tokens_by_user", "uid", "kind", "id"),
)

invites = Table(
    "invites",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String),
    Column("role", String, nullable=False),
    Column("created_by", String, ForeignKey("users.uid", ondelete="CASCADE"), nullable=False),
    Column("secret_sha256", String, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

# An owner is no foreign key: whoever proves accounts (Firebase, say) may not keep them here.
sites = Table(
    "sites",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("live_deployment", String),
    Column("limits", _JSON, nullable=False),
    Column("framework", String),
    Column("env_encrypted", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("sites_by_owner", "owner", "name"),
)

domains = Table(
    "domains",
    metadata,
    Column("domain", String, primary_key=True),
    Column("site", String, ForeignKey("sites.name", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Index("domains_by_site", "site"),
)

deployments = Table(
    "deployments",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", String, ForeignKey("sites.name"), nullable=False),
    Column("owner", String, nullable=False),
    Column("source", _JSON, nullable=False),
    Column("archive_sha256", String),  # of a ZIP source: whether its archive is still needed
    Column("status", String, nullable=False),
    Column("error", _JSON),
    Column("plan", _JSON),
    Column("image", String),
    Column("port", Integer),
    Column("stages", _JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("cancel_requested", Boolean, nullable=False),
    Column("forgotten", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("lease_worker", String),
    Column("lease_until", UtcTime),
    Index("deployments_by_owner", "owner", "id"),
    Index("deployments_by_site", "site", "id"),
    Index("deployments_by_status", "status", "id"),
    Index("deployments_by_archive", "archive_sha256"),
    Index("deployments_by_lease", "site", "lease_until"),
)

ports = Table(
    "ports",
    metadata,
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("deployment", String, ForeignKey("deployments.id", ondelete="CASCADE"), nullable=False, unique=True),
)

events = Table(
    "events",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("deployment", String, ForeignKey("deployments.id", ondelete="CASCADE"), nullable=False),
    Column("site", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("status", String, nullable=False),
    Column("code", String),
    Index("events_by_deployment", "deployment", "id"),
    Index("events_by_owner", "owner", "id"),
)

# An actor is no foreign key: what somebody did outlives their account.
audit = Table(
    "audit",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", String),
    Column("via", String),
    Column("action", String, nullable=False),
    Column("target", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("address", String, nullable=False),
    Index("audit_by_actor", "actor", "id"),
    Index("audit_by_time", "at"),
)


def prepare(connection: Connection) -> None:
    """Make the tables, or bring them up to VERSION; one transaction, so a crash leaves the older version whole."""
    tables = inspect(connection).get_table_names()
    if not tables:
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION))
        return
    stored = connection.execute(select(schema_version.c.version)).scalar_one() if "schema_version" in tables else 0
    _refuse_foreign(stored)
    for migration in MIGRATIONS[stored - 1 :]:
        for statement in migration:
            connection.execute(text(statement))
    connection.execute(update(schema_version).values(version=VERSION))


def _refuse_foreign(stored: int) -> None:
    if stored < 1:
        raise Unavailable(
            "The records' file is a database, but not one of Zipp's.",
            code="records_unreadable",
            hint="Move that file away, or choose another ZIPP_DATA_DIR.",
        )
    if stored > VERSION:
        raise Unavailable(
            f"The records were written by a newer Zipp (schema {stored}; this one knows {VERSION}).",
            code="records_too_new",
            hint="Start the newer Zipp again, or restore a backup from before the update.",
        )
