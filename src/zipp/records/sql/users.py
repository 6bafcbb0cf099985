"""Users, and what must hold between them: one address each, and always an admin who can get in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.user import Role, User
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.records import Change, Page
from zipp.records.sql.database import Part
from zipp.records.sql.rows import email_key, user_values
from zipp.records.sql.schema import deployments, events, invites, sites, tokens, users

_CHANGEABLE = {"email", "name", "role", "claims", "disabled"}


class Users(Part):
    async def create_user(self, user: User, *, password_hash: str | None = None, invite: str | None = None) -> None:
        def change(connection: Connection) -> None:
            if _user(connection, users.c.uid == user.uid):
                raise _uid_taken()
            used_up = delete(invites).where(invites.c.id == invite)
            if invite is not None and connection.execute(used_up).rowcount != 1:
                raise NotFound("There is no such invite.")
            _unless_taken(connection, insert(users).values(**user_values(user), password_hash=password_hash))

        await self._database.write(change)

    async def get_user(self, uid: str) -> User | None:
        found = await self._database.read(lambda connection: _user(connection, users.c.uid == uid))
        return found[0] if found else None

    async def find_credentials(self, email: str) -> tuple[User, str | None] | None:
        return await self._database.read(lambda connection: _user(connection, users.c.email_key == email_key(email)))

    async def oldest_admin(self) -> User | None:
        by_age = select(users.c.uid).where(is_enabled_admin()).order_by(users.c.created_at, users.c.uid)
        oldest = by_age.limit(1).scalar_subquery()
        found = await self._database.read(lambda connection: _user(connection, users.c.uid == oldest))
        return found[0] if found else None

    async def update_user(self, uid: str, changes: Mapping[str, Any], *, password_hash: str | None = None) -> User:
        if unknown := set(changes) - _CHANGEABLE:
            raise TypeError(f"update_user can't change {', '.join(sorted(unknown))}")

        def change(connection: Connection) -> User:
            before = _existing(connection, uid)
            after = before.model_copy(update=dict(changes))
            values = user_values(after) | ({} if password_hash is None else {"password_hash": password_hash})
            _unless_taken(connection, update(users).where(users.c.uid == uid).values(**values))
            if after.disabled:
                connection.execute(delete(tokens).where(tokens.c.uid == uid))
            if not _is_enabled_admin(after):
                connection.execute(delete(invites).where(invites.c.created_by == uid))
                _keep_an_admin(connection, before)
            return after

        return await self._database.write(change)

    async def replace_password(
        self, uid: str, *, expected: str, to: str, end_sessions_except: str | None = None
    ) -> bool:
        unchanged = (users.c.uid == uid) & (users.c.password_hash == expected)
        sessions = (tokens.c.uid == uid) & (tokens.c.kind == "session")

        def change(connection: Connection) -> bool:
            if connection.execute(update(users).where(unchanged).values(password_hash=to)).rowcount != 1:
                return False
            if end_sessions_except is not None:
                connection.execute(delete(tokens).where(sessions & (tokens.c.id != end_sessions_except)))
            return True

        return await self._database.write(change)

    async def delete_user(self, uid: str) -> None:
        def change(connection: Connection) -> None:
            before = _existing(connection, uid)
            if connection.execute(select(exists().where(sites.c.owner == uid))).scalar():
                raise Conflict(
                    "This account still owns sites.",
                    code="user_has_sites",
                    hint="Delete its sites first, or disable the account: its sites then stay.",
                )
            connection.execute(delete(users).where(users.c.uid == uid))  # tokens and invites go with it
            _keep_an_admin(connection, before)

        await self._database.write(change)

    async def replace_user(self, uid: str, user: User) -> None:
        def change(connection: Connection) -> list[Change]:
            _existing(connection, uid)
            if _user(connection, users.c.uid == user.uid):
                raise _uid_taken()
            connection.execute(update(users).where(users.c.uid == uid).values(email_key=None))
            _unless_taken(connection, insert(users).values(**user_values(user)))
            moved = list(_owned(connection, uid, user.uid))
            for column in (sites.c.owner, deployments.c.owner, events.c.owner, tokens.c.uid, invites.c.created_by):
                connection.execute(update(column.table).where(column == uid).values({column.name: user.uid}))
            connection.execute(delete(users).where(users.c.uid == uid))
            return moved

        await self._database.write(change, told=lambda moved: moved)

    async def list_users(self, *, limit: int, cursor: str | None = None) -> Page[User]:
        query = select(users).order_by(users.c.uid).limit(limit + 1)
        if cursor is not None:
            query = query.where(users.c.uid > decode_cursor("users", cursor))
        found = await self._database.read(
            lambda connection: [User.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        )
        return page_of(found, limit=limit, listing="users", key=lambda user: user.uid)


def is_enabled_admin() -> ColumnElement[bool]:
    return (users.c.role == Role.ADMIN) & users.c.disabled.is_(False)


def _is_enabled_admin(user: User) -> bool:
    return user.role is Role.ADMIN and not user.disabled


def _uid_taken() -> Conflict:
    return Conflict("There is an account with that id already.", code="uid_taken")


def _owned(connection: Connection, uid: str, by: str) -> Iterator[Change]:
    """The sites and deployments of that user, as they will be another's."""
    for name in connection.execute(select(sites.c.name).where(sites.c.owner == uid)).scalars():
        yield Change(name, by)
    of_user = select(deployments.c.site, deployments.c.id).where(deployments.c.owner == uid)
    for site, deployment in connection.execute(of_user):
        yield Change(site, by, deployment)


def _keep_an_admin(connection: Connection, before: User) -> None:
    """Looks at what the transaction leaves behind; writers take turns, so two admins can't remove each other."""
    if _is_enabled_admin(before) and not connection.execute(select(exists().where(is_enabled_admin()))).scalar():
        raise Conflict(
            "This is the last admin: somebody must be left who can manage the platform.",
            code="last_admin",
            hint="Make somebody else an admin first.",
        )


def _existing(connection: Connection, uid: str) -> User:
    found = _user(connection, users.c.uid == uid)
    if found is None:
        raise NotFound("There is no such account.", hint="List the members: it may have been removed before.")
    return found[0]


def _user(connection: Connection, which: ColumnElement[bool]) -> tuple[User, str | None] | None:
    row = connection.execute(select(users).where(which)).mappings().one_or_none()
    return None if row is None else (User.model_validate(dict(row)), row["password_hash"])


def _unless_taken(connection: Connection, statement: Any) -> None:
    """Runs what writes a user's row; the address is the one thing in it that must be unique."""
    try:
        connection.execute(statement)
    except IntegrityError as error:
        raise Conflict(
            "There is an account with that email address already.",
            code="email_taken",
            hint="Sign in instead, or use another address.",
        ) from error
