"""Users, and what must hold between them: one address each, and always an admin who can get in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from zipp.domain.errors import Conflict, NotFound
from zipp.domain.user import Role, User
from zipp.records.cursors import decode_cursor, page_of
from zipp.records.firestore import paths, queries
from zipp.records.firestore.documents import Document, user_fields, user_from
from zipp.records.firestore.store import Part, Store
from zipp.records.firestore.writes import MOST, Writes
from zipp.records.records import Page

ACCOUNTS = "accounts"  # the queue of changes that look at more than one account
_CHANGEABLE = {"email", "name", "role", "claims", "disabled"}
_OWN = 10  # documents of an account beside its tokens and invites, at most


class Users(Part):
    async def create_user(self, user: User, *, password_hash: str | None = None, invite: str | None = None) -> None:
        async def work(writes: Writes) -> None:
            found = [] if invite is None else await self._store.find(queries.invite_with_id(invite))
            there, address = await self._store.get(paths.user(user.uid), email_path(user) or paths.NOWHERE)
            if there is not None:
                raise uid_taken()
            if invite is not None and not found:
                raise NotFound("There is no such invite.")
            if address is not None:
                raise email_taken()
            add_user(writes, user, password_hash)
            add_address(writes, user)
            for document in found:
                writes.delete(document)

        await self._store.change(work, queue=ACCOUNTS)

    async def get_user(self, uid: str) -> User | None:
        (found,) = await self._store.get(paths.user(uid), recall=True)
        return None if found is None else user_from(found)

    async def find_credentials(self, email: str) -> tuple[User, str | None] | None:
        (address,) = await self._store.get(paths.email(email))
        if address is None:
            return None
        uid = str(address.fields["uid"])
        found, credentials = await self._store.get(paths.user(uid), paths.credentials(uid))
        user = None if found is None else user_from(found)
        if user is None or user.email is None or user.email.lower() != email.lower():  # changed in between
            return None
        return user, None if credentials is None else credentials.fields.get("password_hash")

    async def oldest_admin(self) -> User | None:
        found = await self._store.find(queries.enabled_admins())
        return min(map(user_from, found), key=lambda user: (user.created_at, user.uid), default=None)

    async def update_user(self, uid: str, changes: Mapping[str, Any], *, password_hash: str | None = None) -> User:
        if unknown := set(changes) - _CHANGEABLE:
            raise TypeError(f"update_user can't change {', '.join(sorted(unknown))}")

        async def work(writes: Writes) -> User:
            account = await Account.read(self._store, uid)
            after = account.user.model_copy(update=dict(changes))
            if (path := email_path(after)) != email_path(account.user):
                if path is not None and (await self._store.get(path))[0] is not None:
                    raise email_taken()
                move_address(writes, account.user, after)
            losing: list[Document] = []
            if not is_enabled_admin(after):
                await account.keep_an_admin(writes)
                losing += await self._store.find(queries.invites_by(uid))
            if after.disabled:
                losing += await self._store.find(queries.tokens_of(uid))
            for document in await self._store.remove_all_but(MOST - _OWN, losing):
                writes.delete(document)
            writes.change(account.document, user_fields(after))
            # Whatever else: nothing may have been added to it since its things were looked for.
            stored = account.credentials.fields.get("password_hash")
            writes.change(account.credentials, {"password_hash": password_hash or stored})
            return after

        return await self._store.change(work, queue=ACCOUNTS)

    async def replace_password(
        self, uid: str, *, expected: str, to: str, end_sessions_except: str | None = None
    ) -> bool:
        async def work(writes: Writes) -> bool:
            (credentials,) = await self._store.get(paths.credentials(uid))
            if credentials is None or credentials.fields.get("password_hash") != expected:
                return False
            sessions: Sequence[Document] = ()
            if end_sessions_except is not None:
                found = await self._store.find(queries.tokens_of(uid, "session"))
                sessions = [session for session in found if session.fields["id"] != end_sessions_except]
            for document in await self._store.remove_all_but(MOST - _OWN, sessions):
                writes.delete(document)
            writes.change(credentials, {"password_hash": to})
            return True

        return await self._store.change(work, queue=f"credentials of {uid}")

    async def delete_user(self, uid: str) -> None:
        async def work(writes: Writes) -> None:
            account = await Account.read(self._store, uid)
            if await self._store.find(queries.sites_of(uid, limit=1)):
                raise Conflict(
                    "This account still owns sites.",
                    code="user_has_sites",
                    hint="Delete its sites first, or disable the account: its sites then stay.",
                )
            await account.keep_an_admin(writes)
            tokens, invites = await self._store.find_all(queries.tokens_of(uid), queries.invites_by(uid))
            for document in await self._store.remove_all_but(MOST - _OWN, [*tokens, *invites]):
                writes.delete(document)
            account.remove(writes)
            if (address := email_path(account.user)) is not None:
                writes.remove(address)

        await self._store.change(work, queue=ACCOUNTS)

    async def list_users(self, *, limit: int, cursor: str | None = None) -> Page[User]:
        after = None if cursor is None else decode_cursor("users", cursor)
        found = await self._store.find(queries.users(after=after, limit=limit + 1), recall=True)
        return page_of([*map(user_from, found)], limit=limit, listing="users", key=lambda user: user.uid)


class Account:
    """Both halves of a user's record, as they were read."""

    def __init__(self, store: Store, document: Document, credentials: Document) -> None:
        self.user = user_from(document)
        self.document = document
        self.credentials = credentials
        self._store = store

    @classmethod
    async def read(cls, store: Store, uid: str) -> Account:
        document, credentials = await store.get(paths.user(uid), paths.credentials(uid))
        if document is None or credentials is None:
            raise NotFound("There is no such account.", hint="List the members: it may have been removed before.")
        return cls(store, document, credentials)

    async def keep_an_admin(self, writes: Writes) -> None:
        """Before this one is none: another is named, who must still be one then, so two can't remove each other."""
        if not is_enabled_admin(self.user):
            return
        admins = await self._store.find(queries.enabled_admins(limit=10))
        others = [admin for admin in admins if admin.path != self.document.path]
        if not others:
            raise Conflict(
                "This is the last admin: somebody must be left who can manage the platform.",
                code="last_admin",
                hint="Make somebody else an admin first.",
            )
        writes.require(random.choice(others), "uid")  # noqa: S311 - so that not all name the same one

    def remove(self, writes: Writes) -> None:
        """Its address stays taken."""
        writes.delete(self.document)
        writes.delete(self.credentials)


def is_enabled_admin(user: User) -> bool:
    return user.role is Role.ADMIN and not user.disabled


def add_user(writes: Writes, user: User, password_hash: str | None) -> None:
    writes.create(paths.user(user.uid), user_fields(user))
    writes.create(paths.credentials(user.uid), {"password_hash": password_hash, "revision": 0})


def add_address(writes: Writes, user: User) -> None:
    if (address := email_path(user)) is not None:
        writes.create(address, {"uid": user.uid})


def email_path(user: User) -> str | None:
    return None if user.email is None else paths.email(user.email)


def move_address(writes: Writes, before: User, after: User) -> None:
    """From one user to another, or from one address to another."""
    if (old := email_path(before)) is not None:
        writes.remove(old)
    if (new := email_path(after)) is not None:
        writes.create(new, {"uid": after.uid})


def uid_taken() -> Conflict:
    return Conflict("There is an account with that id already.", code="uid_taken")


def email_taken() -> Conflict:
    return Conflict(
        "There is an account with that email address already.",
        code="email_taken",
        hint="Sign in instead, or use another address.",
    )
