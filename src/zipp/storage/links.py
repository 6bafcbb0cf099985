"""Signed links: whoever has one may download one file for a while (V4 signing process of Google Cloud Storage)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from google.auth.credentials import Credentials, Signing
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.cloud.storage.blob import Blob

from zipp.firebase.connection import CALL_SECONDS

REFUSED_SECONDS = 600.0  # until a machine's own account is asked to sign again
LONGEST_SECONDS = 7 * 86_400  # what the V4 process allows

logger = structlog.get_logger()


class Links:
    """With a service account's key file links are signed here. A machine's own account has no key at hand: IAM signs
    for it, if it has the role roles/iam.serviceAccountTokenCreator (Service Account Token Creator) on itself."""

    def __init__(self, credentials: Callable[[], Credentials]) -> None:
        self._credentials = credentials
        self._refused_until = 0.0

    def link(self, blob: Blob, *, filename: str, seconds: int) -> str | None:
        """None where nobody can sign. Blocking."""
        credentials = self._credentials()
        sign = partial(
            blob.generate_signed_url,
            version="v4",
            method="GET",
            expiration=timedelta(seconds=max(1, min(seconds, LONGEST_SECONDS))),
            response_disposition=f'attachment; filename="{filename}"',
            response_type="application/octet-stream",
        )
        if isinstance(credentials, Signing):
            return str(sign(credentials=credentials))
        if not hasattr(credentials, "service_account_email") or time.monotonic() < self._refused_until:
            return None
        try:
            credentials.refresh(partial(Request(), timeout=CALL_SECONDS))  # type: ignore[no-untyped-call]
            email, token = credentials.service_account_email, credentials.token
            return str(sign(service_account_email=email, access_token=token))
        except GoogleAuthError as error:
            self._refused_until = time.monotonic() + REFUSED_SECONDS
            logger.warning("links_not_signed", reason=str(error)[:200])
            return None
