"""Firestore as somebody's browser meets it: REST calls with an ID token, each judged by the security rules."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
import httpx

SESSION_SECONDS = 60
PLATFORM = "owner"  # the emulator's word for a service account: no rule binds it


def unsigned_token(project: str, uid: str, claims: Mapping[str, Any]) -> str:
    """An ID token in the shape of Firebase Auth's, which the emulator takes without a signature."""
    at = int(time.time())
    payload = {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "sub": uid,
        "user_id": uid,
        "auth_time": at,
        "iat": at,
        "exp": at + 3600,
        "firebase": {"identities": {}, "sign_in_provider": "password"},
        **claims,
    }
    return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(payload), ""))


def load_rules(address: str, project: str, rules: str) -> None:
    """From now on they judge every call to that project. Fails for rules that do not compile."""
    answer = httpx.put(
        f"http://{address}/emulator/v1/projects/{project}:securityRules",
        json={"rules": {"files": [{"name": "firestore.rules", "content": rules}]}},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    assert not answer.json().get("issues"), answer.text


def session() -> aiohttp.ClientSession:
    """Few connections: the emulator has one machine with all the tests."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=8), timeout=aiohttp.ClientTimeout(total=SESSION_SECONDS)
    )


class FirestoreClient:
    """One person's view of one project; without a token, nobody's. The answers tell what was allowed."""

    def __init__(self, http: aiohttp.ClientSession, address: str, project: str, token: str | None) -> None:
        self._http = http
        self._documents = f"http://{address}/v1/projects/{project}/databases/(default)/documents"
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> bool:
        return await self._allowed("GET", f"/{path}")

    async def list(
        self, collection: str, *, where: tuple[str, str] | None = None, by: str | None = None, group: bool = False
    ) -> bool:
        """With `where`, only documents whose field has that value; with `by`, a page in the order of that field."""
        query: dict[str, Any] = {"from": [{"collectionId": collection, "allDescendants": group}]}
        if where is not None:
            field, value = where
            query["where"] = {"fieldFilter": {"field": {"fieldPath": field}, "op": "EQUAL", "value": _value(value)}}
        if by is not None:
            query |= {"orderBy": [{"field": {"fieldPath": by}, "direction": "DESCENDING"}], "limit": 2}
        return await self._allowed("POST", ":runQuery", {"structuredQuery": query})

    async def count(self, collection: str) -> bool:
        query = {"structuredQuery": {"from": [{"collectionId": collection}]}, "aggregations": [{"count": {}}]}
        return await self._allowed("POST", ":runAggregationQuery", {"structuredAggregationQuery": query})

    async def create(self, path: str, fields: Mapping[str, Any]) -> bool:
        collection, _, name = path.rpartition("/")
        return await self._allowed("POST", f"/{collection}?documentId={name}", _document(fields))

    async def update(self, path: str, fields: Mapping[str, Any]) -> bool:
        """Changes these fields and leaves the others; makes the document where it is missing."""
        mask = "&".join(f"updateMask.fieldPaths={field}" for field in fields)
        return await self._allowed("PATCH", f"/{path}?{mask}", _document(fields))

    async def delete(self, path: str) -> bool:
        return await self._allowed("DELETE", f"/{path}")

    async def _allowed(self, method: str, path: str, body: object = None) -> bool:
        async with self._http.request(method, self._documents + path, json=body, headers=self._headers) as answer:
            text = await answer.text()
        if answer.status == 400 and "invalid jwt" in text:
            return False
        # 404: they may know that there is no such document.
        assert answer.status in (200, 403, 404), f"{method} {path}: {answer.status} {text}"
        return answer.status != 403


def _document(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"fields": {name: _value(value) for name, value in fields.items()}}


def _value(value: object) -> dict[str, Any]:
    if value is None:
        return {"nullValue": None}
    return {"booleanValue": value} if isinstance(value, bool) else {"stringValue": value}


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
