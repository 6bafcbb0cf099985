"""People at the Auth emulator, as Firebase's web SDK makes them and signs them in: over its REST API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

PASSWORD = "correct horse battery"


class FirebaseAccounts:
    """Of one project at an emulator; tests share it, and have addresses of their own."""

    def __init__(self, emulator: str, project: str) -> None:
        self.project = project
        self._http = httpx.Client(base_url=f"http://{emulator}", timeout=30, trust_env=False)
        self._toolkit = "/identitytoolkit.googleapis.com/v1"

    def close(self) -> None:
        self._http.close()

    def make(self, email: str | None, *, verified: bool = True, name: str = "") -> str:
        """The uid."""
        body: dict[str, Any] = {"localId": uuid4().hex[:28], "displayName": name}
        if email is not None:
            body |= {"email": email, "password": PASSWORD, "emailVerified": verified}
        return str(self._as_admin("accounts", body)["localId"])

    def sign_in(self, email: str, password: str = PASSWORD) -> str:
        """An ID token."""
        return str(self._signed_in("signInWithPassword", {"email": email, "password": password})["idToken"])

    def sign_in_anonymously(self) -> str:
        """An ID token of an account without an address."""
        # As the web SDK does it, by the API key: as an admin one would only make an account.
        return str(
            self._answer(f"{self._toolkit}/accounts:signUp?key=demo-key", {"returnSecureToken": True}, {})["idToken"]
        )

    def change(self, uid: str, **changes: Any) -> None:
        """As in the Firebase console; by the names of the REST API."""
        self._as_admin("accounts:update", {"localId": uid} | changes)

    def delete(self, uid: str) -> None:
        self._as_admin("accounts:delete", {"localId": uid})

    def get(self, uid: str) -> dict[str, Any] | None:
        users = self._as_admin("accounts:lookup", {"localId": [uid]}).get("users", [])
        return users[0] if users else None

    def _as_admin(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": "Bearer owner"}
        return self._answer(f"{self._toolkit}/projects/{self.project}/{call}", body, headers)

    def _signed_in(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        body = body | {"returnSecureToken": True, "targetProjectId": self.project}
        return self._answer(f"{self._toolkit}/accounts:{call}", body, {"Authorization": "Bearer owner"})

    def _answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        response = self._http.post(path, json=body, headers=headers)
        assert response.status_code == 200, f"{path}: {response.text}"
        return dict(response.json())
