"""Tokens: what stands for an account."""

from __future__ import annotations

from collections.abc import Sequence

from google.api_core.exceptions import NotFound as Missing

from zipp.domain.errors import NotFound
from zipp.domain.user import Token, TokenKind
from zipp.records.firestore import paths, queries
from zipp.records.firestore.documents import token_fields, token_from
from zipp.records.firestore.store import Part
from zipp.records.firestore.writes import Writes


class Tokens(Part):
    async def add_token(self, token: Token) -> None:
        async def work(writes: Writes) -> None:
            if isinstance(writes.refused, Missing):
                raise NotFound("There is no such account.")
            writes.touch(paths.credentials(token.uid))
            writes.create(paths.token(token.secret_sha256), token_fields(token))

        await self._store.change(work, queue=f"credentials of {token.uid}")

    async def find_token(self, secret_sha256: str) -> Token | None:
        (found,) = await self._store.get(paths.token(secret_sha256), recall=True)
        return None if found is None else token_from(found)

    async def list_tokens(self, uid: str, kind: TokenKind) -> Sequence[Token]:
        found = await self._store.find(queries.tokens_of(uid, kind))
        return sorted(map(token_from, found), key=lambda token: token.id, reverse=True)

    async def delete_token(self, token_id: str, *, uid: str | None = None) -> bool:
        async def work(writes: Writes) -> bool:
            for document in await self._store.find(queries.token_with_id(token_id)):
                if uid is None or document.fields["uid"] == uid:
                    writes.delete(document)
                    return True
            return False

        return await self._store.change(work, queue=f"token {token_id}")
