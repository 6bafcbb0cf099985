"""One user in the place of another: the first account, by whoever comes with its set-up link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zipp.domain.user import User
from zipp.records.firestore import paths, queries
from zipp.records.firestore.documents import Document
from zipp.records.firestore.store import Part
from zipp.records.firestore.users import ACCOUNTS, Account, add_user, email_path, email_taken, move_address, uid_taken
from zipp.records.firestore.writes import MOST, Writes
from zipp.records.records import Change

_OWN = 10  # documents of both accounts


@dataclass(frozen=True, slots=True)
class _Owned:
    """A document, and the field of it that names its user."""

    document: Document
    field: str


class Replacing(Part):
    async def replace_user(self, uid: str, user: User) -> None:
        """Where there is more than one commit takes, the rest goes over first, and the accounts change with the last:
        cut off in between, it can be done again."""
        moved: list[Change] = []

        async def work(writes: Writes) -> None:
            there, address = await self._store.get(paths.user(user.uid), email_path(user) or paths.NOWHERE)
            account = await Account.read(self._store, uid)
            if there is not None:
                raise uid_taken()
            if address is not None and address.fields.get("uid") != uid:
                raise email_taken()
            owned = await self._owned(uid)
            moved.extend(_changes(owned, user))
            for each in await self._move_all_but(MOST - _OWN, owned, user):
                writes.change(each.document, {each.field: user.uid})
            account.remove(writes)
            add_user(writes, user, None)
            if address is not None:
                writes.change(address, {"uid": user.uid})
            else:
                move_address(writes, account.user, user)

        await self._store.change(work, told=lambda _: dict.fromkeys(moved), queue=ACCOUNTS)

    async def _owned(self, uid: str) -> list[_Owned]:
        asked = (
            (queries.sites_of(uid), "owner"),
            (queries.deployments_of(uid), "owner"),
            (queries.events_of(uid), "owner"),
            (queries.tokens_of(uid), "uid"),
            (queries.invites_by(uid), "created_by"),
        )
        answers = await self._store.find_all(*(query for query, _ in asked))
        return [_Owned(each, asked[at][1]) for at, answer in enumerate(answers) for each in answer]

    async def _move_all_but(self, most: int, owned: list[_Owned], user: User) -> Sequence[_Owned]:
        while len(owned) > most:
            writes = Writes()
            for each in owned[-MOST:]:
                writes.change(each.document, {each.field: user.uid})
            await self._store.commit(writes)
            owned = owned[:-MOST]
        return owned


def _changes(owned: Sequence[_Owned], user: User) -> Iterator[Change]:
    for each in owned:
        collection, fields = paths.collection_of(each.document.path), each.document.fields
        if collection == "sites":
            yield Change(fields["name"], user.uid)
        elif collection == "deployments":
            yield Change(fields["site"], user.uid, fields["id"])
