"""As whom the platform comes to Google, and whether Google lets it in: what `zipp doctor` asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from zipp.firebase.connection import Firebase
from zipp.firebase.failures import Part, translated

GOOGLE = Part("Google's sign-in", "google", "")


@dataclass(frozen=True, slots=True)
class Account:
    """`email` is a service account's, None for a person's own; `project` where it was made, if that is known. Without a
    key it can't sign by itself."""

    email: str | None
    project: str | None
    has_key: bool


def account_of(firebase: Firebase) -> Account | None:
    """None where emulators alone are asked. Reads the key file, never tells the key. Raises Unavailable
    (connection.py)."""
    from google.auth.credentials import AnonymousCredentials, Signing

    credentials = firebase.credentials
    if isinstance(credentials, AnonymousCredentials):
        return None
    return Account(
        email=getattr(credentials, "service_account_email", None),
        project=getattr(credentials, "project_id", None),
        has_key=isinstance(credentials, Signing),
    )


def access_token(firebase: Firebase, *, seconds: float) -> str:
    """Raises Unreachable `google_unreachable`, Unavailable `firebase_credentials_invalid` (revoked, or the clock is
    wrong)."""
    from google.auth.transport.requests import Request

    credentials = firebase.credentials
    with translated(GOOGLE):
        credentials.refresh(partial(Request(), timeout=seconds))  # type: ignore[no-untyped-call]
    return str(credentials.token)
