"""Which Firebase project, as whom. Touches nothing until something is asked of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from zipp.domain.errors import InvalidInput, Unavailable
from zipp.settings import Settings

if TYPE_CHECKING:
    import firebase_admin
    from google.auth.credentials import Credentials

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
CALL_SECONDS = 10  # each call to Google; the libraries' own defaults are minutes


class Firebase:
    """One for each part that lives there: they may be asked for apart (`zipp migrate`)."""

    def __init__(self, settings: Settings) -> None:
        if settings.firebase_project is None:
            raise InvalidInput(
                "ZIPP_FIREBASE_PROJECT is not set.",
                code="settings_invalid",
                hint="It is the project's id, as the Firebase console shows it.",
            )
        self.settings = settings
        self.project = settings.firebase_project
        self.database = settings.firebase_database
        self.bucket = settings.firebase_bucket or f"{self.project}.firebasestorage.app"
        self.auth_domain = settings.firebase_auth_domain or f"{self.project}.firebaseapp.com"

    @cached_property
    def credentials(self) -> Credentials:
        """Of the service account; anonymous ones where all that is asked are emulators.

        Raises Unavailable `firebase_credentials_missing`, `firebase_credentials_invalid`.
        """
        import google.auth
        from google.auth.credentials import AnonymousCredentials
        from google.auth.exceptions import DefaultCredentialsError
        from google.oauth2.service_account import Credentials as ServiceAccount

        file = self.settings.firebase_credentials
        if file is None and self._only_emulators:
            return AnonymousCredentials()  # type: ignore[no-untyped-call]
        try:
            if file is not None:
                return ServiceAccount.from_service_account_file(str(file), scopes=_SCOPES)  # type: ignore[no-untyped-call,no-any-return]
            return google.auth.default(scopes=_SCOPES)[0]
        except DefaultCredentialsError as error:
            raise Unavailable(
                "There are no credentials for Firebase.",
                code="firebase_credentials_missing",
                hint="Make a service account's key in the Firebase console (Project settings, Service accounts) and "
                "set ZIPP_FIREBASE_CREDENTIALS to its file.",
            ) from error
        except (OSError, ValueError, AttributeError, TypeError) as error:  # the last two: JSON, but no object of texts
            raise Unavailable(
                "The service account's key file can't be used.",
                code="firebase_credentials_invalid",
                hint="ZIPP_FIREBASE_CREDENTIALS names a readable JSON file, as the Firebase console gives it.",
            ) from error

    @cached_property
    def app(self) -> firebase_admin.App:
        """firebase_admin's, for Auth; a name of its own each, so that two platforms may live in one process."""
        import firebase_admin
        from firebase_admin import credentials as admin

        credentials = self.credentials

        class Ours(admin.Base):  # type: ignore[misc]  # firebase_admin refuses the plain google.auth ones
            def get_credential(self) -> Credentials:
                return credentials

        options = {"projectId": self.project, "storageBucket": self.bucket, "httpTimeout": CALL_SECONDS}
        return firebase_admin.initialize_app(Ours(), options, name=f"zipp-{id(self)}")

    @property
    def _only_emulators(self) -> bool:
        settings = self.settings
        needed = (
            (settings.identity_kind == "firebase", settings.auth_emulator),
            (settings.records_kind == "firestore", settings.firestore_emulator),
            (settings.storage_kind == "firebase", settings.storage_emulator),
        )
        return all(emulator for used, emulator in needed if used)
