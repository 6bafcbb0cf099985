"""What is encrypted at rest: environment values and access tokens."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from zipp.domain.errors import InvalidInput, Unavailable
from zipp.settings import Settings


class Vault:
    """Fernet (AES-128-CBC and HMAC-SHA256, cryptography.io/en/latest/fernet): unreadable, and unchangeable unseen.

    Several keys, separated by white space or commas: the first seals, all of them open. So a key is changed by
    putting the new one in front of it.
    """

    def __init__(self, keys: Callable[[], str]) -> None:
        self._keys = keys

    @classmethod
    def open(cls, settings: Settings) -> Vault:
        """With ZIPP_SECRET_KEY, or else the key file, which is made at the first start and never written again.

        Raises Unavailable `secret_key_unreadable`, InvalidInput `secret_key_invalid`.
        """
        vault = cls.lazy(settings)
        _ = vault._fernet
        return vault

    @classmethod
    def lazy(cls, settings: Settings) -> Vault:
        """As `open`, but the key is looked for when it is first needed."""
        return cls(partial(_keys, settings))

    @cached_property
    def _fernet(self) -> MultiFernet:
        try:
            return MultiFernet([Fernet(key) for key in self._keys().replace(",", " ").split()])
        except ValueError as error:
            raise InvalidInput(
                "The secret key can't be used.",
                code="secret_key_invalid",
                hint="ZIPP_SECRET_KEY, or the file secret.key in the data folder, is 44 characters: "
                "urlsafe base64 of 32 bytes.",
            ) from error

    def seal(self, values: Mapping[str, str]) -> str:
        return self.seal_text(json.dumps(dict(values)))

    def unseal(self, sealed: str) -> dict[str, str]:
        """Raises Unavailable `secret_key_wrong`. What was never set ("") is empty."""
        return {str(name): str(value) for name, value in json.loads(self.unseal_text(sealed) or "{}").items()}

    def seal_text(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def unseal_text(self, sealed: str) -> str:
        """Raises Unavailable `secret_key_wrong`. What was never set ("") is empty."""
        if not sealed:
            return ""
        try:
            return self._fernet.decrypt(sealed).decode()
        except (InvalidToken, ValueError) as error:
            raise Unavailable(
                "The stored secrets were encrypted with another key, or are damaged.",
                code="secret_key_wrong",
                hint="Bring back the ZIPP_SECRET_KEY or the secret.key that they were made with; "
                "or set the site's environment again.",
            ) from error


def _keys(settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = settings.data_dir / "secret.key"
    try:
        if not file.exists():
            _make_key(file)
        return file.read_text("ascii")
    except OSError as error:
        raise Unavailable(
            "The key file can't be read or made.",
            code="secret_key_unreadable",
            hint="Check that secret.key in the data folder belongs to Zipp's account.",
        ) from error


def _make_key(file: Path) -> None:
    """A whole key or no file, and of two starts at once one wins: a link is never made over an existing file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, prefix=".secret.key-")  # made with mode 0600
    try:
        with os.fdopen(number, "wb") as made:
            made.write(Fernet.generate_key() + b"\n")
            made.flush()
            os.fsync(number)
        try:
            os.link(name, file)
        except FileExistsError:
            return
    finally:
        os.unlink(name)
