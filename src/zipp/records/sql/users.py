"""Users and their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.user import Token, User
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.records import Page
from zipp.records.sql.database import Part
from zipp.records.sql.rows import email_key, user_values
from zipp.records.sql.schema import tokens, users


class Users(Part):
    async def create_user(self, user: User, *, password_hash: str | None = None) -> None:
        def change(connection: Connection) -> None:
            if _user(connection, users.c.uid == user.uid):
                raise Conflict("There is an account with that id already.", code="uid_taken")
            _unless_taken(connection, insert(users).values(**user_values(user), password_hash=password_hash))

        await self._database.write(change)

    async def get_user(self, uid: str) -> User | None:
        found = await self._database.read(lambda connection: _user(connection, users.c.uid == uid))
        return found[0] if found else None

    async def find_credentials(self, email: str) -> tuple[User, str | None] | None:
        return await self._database.read(lambda connection: _user(connection, users.c.email_key == email_key(email)))

    async def save_user(self, user: User, *, password_hash: str | None = None) -> None:
        values = user_values(user) | ({} if password_hash is None else {"password_hash": password_hash})

        def change(connection: Connection) -> None:
            if not _unless_taken(connection, update(users).where(users.c.uid == user.uid).values(**values)):
                raise NotFound("There is no such account.")

        await self._database.write(change)

    async def list_users(self, *, limit: int, cursor: str | None = None) -> Page[User]:
        query = select(users).order_by(users.c.uid).limit(limit + 1)
        if cursor is not None:
            query = query.where(users.c.uid > decode_cursor("users", cursor))
        found = await self._database.read(
            lambda connection: [User.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        )
        return page_of(found, limit=limit, listing="users", key=lambda user: user.uid)

    async def add_token(self, token: Token) -> None:
        def change(connection: Connection) -> None:
            if not _user(connection, users.c.uid == token.uid):
                raise NotFound("There is no such account.")
            connection.execute(insert(tokens).values(**token.model_dump()))

        await self._database.write(change)

    async def find_token(self, secret_sha256: str) -> Token | None:
        found = await self._tokens(tokens.c.secret_sha256 == secret_sha256)
        return found[0] if found else None

    async def list_tokens(self, uid: str, kind: Literal["session", "api", "setup"]) -> Sequence[Token]:
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


def _user(connection: Connection, which: ColumnElement[bool]) -> tuple[User, str | None] | None:
    row = connection.execute(select(users).where(which)).mappings().one_or_none()
    return None if row is None else (User.model_validate(dict(row)), row["password_hash"])


def _unless_taken(connection: Connection, statement: Any) -> bool:
    """Whether a row was written; the address is the one other thing in it that must be unique."""
    try:
        return bool(connection.execute(statement).rowcount)
    except IntegrityError as error:
        raise Conflict(
            "There is an account with that email address already.",
            code="email_taken",
            hint="Sign in instead, or use another address.",
        ) from error
