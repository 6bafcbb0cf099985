"""Invites. One is used up where the account is made (users.py), in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, true

from zipp.domain.errors import NotFound
from zipp.domain.user import Invite
from zipp.records.sql.database import Part
from zipp.records.sql.rows import email_key
from zipp.records.sql.schema import invites, users
from zipp.records.sql.users import is_enabled_admin


class Invites(Part):
    async def add_invite(self, invite: Invite) -> None:
        values = invite.model_dump() | {"email": None if invite.email is None else email_key(invite.email)}
        outdated = invites.c.expires_at <= invite.created_at
        if invite.email is not None:
            outdated = outdated | (invites.c.email == values["email"])

        def change(connection: Connection) -> None:
            # Asked here, so that who is disabled in this moment leaves no way back in behind.
            maker = exists().where(users.c.uid == invite.created_by, is_enabled_admin())
            if not connection.execute(select(maker)).scalar():
                raise NotFound("There is no such admin.")
            connection.execute(delete(invites).where(outdated))
            connection.execute(insert(invites).values(**values))

        await self._database.write(change)

    async def find_invite(self, secret_sha256: str) -> Invite | None:
        found = await self._invites(invites.c.secret_sha256 == secret_sha256)
        return found[0] if found else None

    async def list_invites(self) -> Sequence[Invite]:
        return await self._invites(true())

    async def delete_invite(self, invite_id: str) -> bool:
        statement = delete(invites).where(invites.c.id == invite_id)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def _invites(self, which: ColumnElement[bool]) -> list[Invite]:
        query = select(invites).where(which).order_by(invites.c.id.desc())
        return await self._database.read(
            lambda connection: [Invite.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        )
