"""What a backup is: a ZIP archive, so that any tool can look into it.

manifest.json              counts and SHA-256 of all the rest
records/<collection>.jsonl one record a line; secrets as they are stored, which is encrypted
files.jsonl                key, size and SHA-256 of each stored file that is in it
files/<key>                the stored files
secret.key                 only where it was asked for
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zipfile import BadZipFile
from zlib import error as ZlibError

from pydantic import BaseModel, ConfigDict, Field

from zipp.domain.errors import InvalidInput, Unavailable

FORMAT = 1  # a backup of an older format is still read; a newer one is refused
MANIFEST, FILES, KEY = "manifest.json", "files.jsonl", "secret.key"
LONGEST_LINE_BYTES = 16 * 1024**2  # a deployment with all its plan is some kilobytes


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)
    count: int = Field(ge=0)
    sha256: str


class Version(BaseModel):
    """What of a manifest every format has."""

    format: int
    zipp: str


class Manifest(BaseModel):
    """`parts` by their names in the archive; without `files.jsonl`, no stored files are in it."""

    model_config = ConfigDict(frozen=True)
    format: int = FORMAT
    zipp: str
    created_at: datetime
    parts: dict[str, Part]

    @property
    def has_key(self) -> bool:
        return KEY in self.parts

    @property
    def has_files(self) -> bool:
        return FILES in self.parts

    def count(self, collection: str) -> int:
        return self.parts[records_name(collection)].count


class StoredFile(BaseModel):
    """Only of the places that a backup is made of: whatever else it names is none of a backup's."""

    model_config = ConfigDict(frozen=True)
    key: str = Field(pattern=r"^(archives|logs)/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}$")
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


def records_name(collection: str) -> str:
    return f"records/{collection}.jsonl"


def file_name(key: str) -> str:
    return f"files/{key}"


def damaged(why: str) -> InvalidInput:
    return InvalidInput(
        f"This backup can't be used: {why}.",
        code="backup_damaged",
        hint="Nothing was changed. Take another one: `zipp backup list` shows those that are stored.",
    )


@contextmanager
def readable() -> Iterator[None]:
    """Raises InvalidInput `backup_damaged` for what is no backup, or no whole one."""
    try:
        yield
    except KeyError as error:
        raise damaged("a part of it is missing") from error
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged("it is no ZIP archive of Zipp's, or not a whole one") from error
    except OSError as error:
        raise Unavailable(
            f"The backup can't be read: {error.strerror or error}.",
            code="backup_unreadable",
            hint="Check the path, and that the file is yours to read.",
        ) from error
