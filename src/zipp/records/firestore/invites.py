"""Invites. One is used up where the account is made (users.py), in the same commit."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import NotFound
from zipp.domain.user import Invite
from zipp.records.firestore import paths, queries
from zipp.records.firestore.documents import invite_fields, invite_from
from zipp.records.firestore.store import Part
from zipp.records.firestore.users import ACCOUNTS, Account, is_enabled_admin
from zipp.records.firestore.writes import MOST, Writes


class Invites(Part):
    async def add_invite(self, invite: Invite) -> None:
        fields = invite_fields(invite)

        async def work(writes: Writes) -> None:
            (last,) = await self._store.get(paths.INVITES)
            try:
                maker = await Account.read(self._store, invite.created_by)
            except NotFound:
                maker = None
            if maker is None or not is_enabled_admin(maker.user):
                raise NotFound("There is no such admin.")
            asked = [queries.invites_expired(invite.created_at)]
            if fields["email"] is not None:
                asked.append(queries.invites_for(fields["email"]))
            outdated = {each.path for answer in await self._store.find_all(*asked) for each in answer}
            for path in sorted(outdated)[: MOST - 10]:  # the others next time
                writes.remove(path)
            writes.create(paths.invite(invite.secret_sha256), fields)
            # Two for one address, or one by somebody who is just losing the right to: the second is decided anew.
            writes.require(maker.document, "uid")
            writes.touch(paths.credentials(invite.created_by))
            if last is None:
                writes.create(paths.INVITES, {"revision": 1})
            else:
                writes.change(last, {"revision": last.fields["revision"] + 1})

        await self._store.change(work, queue=ACCOUNTS)

    async def find_invite(self, secret_sha256: str) -> Invite | None:
        (found,) = await self._store.get(paths.invite(secret_sha256))
        return None if found is None else invite_from(found)

    async def list_invites(self) -> Sequence[Invite]:
        return [*map(invite_from, await self._store.find(queries.invites()))]

    async def delete_invite(self, invite_id: str) -> bool:
        async def work(writes: Writes) -> bool:
            for document in await self._store.find(queries.invite_with_id(invite_id)):
                writes.delete(document)
                return True
            return False

        return await self._store.change(work, queue=f"invite {invite_id}")
