"""Tokens: what stands for an account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select

from zipp.domain.errors import NotFound
from zipp.domain.user import Token, TokenKind
from zipp.records.sql.database import Part
from zipp.records.sql.schema import tokens, users


class Tokens(Part):
    async def add_token(self, token: Token) -> None:
        def change(connection: Connection) -> None:
            if not connection.execute(select(exists().where(users.c.uid == token.uid))).scalar():
                raise NotFound("There is no such account.")
            connection.execute(insert(tokens).values(**token.model_dump()))

        await self._database.write(change)

    async def find_token(self, secret_sha256: str) -> Token | None:
        found = await self._tokens(tokens.c.secret_sha256 == secret_sha256)
        return found[0] if found else None

    async def list_tokens(self, uid: str, kind: TokenKind) -> Sequence[Token]:
        return await self._tokens((tokens.c.uid == uid) & (tokens.c.kind == kind))

    async def delete_token(self, token_id: str, *, uid: str | None = None) -> bool:
        statement = delete(tokens).where(tokens.c.id == token_id)
        if uid is not None:
            statement = statement.where(tokens.c.uid == uid)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def _tokens(self, which: ColumnElement[bool]) -> list[Token]:
        query = select(tokens).where(which).order_by(tokens.c.id.desc())
        return await self._database.read(
            lambda connection: [Token.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        )
