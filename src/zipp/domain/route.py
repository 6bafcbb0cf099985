"""What a host leads to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Release:
    """A folder of static files, immutable once routed; absolute path."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Upstream:
    """A container's own address on its bridge."""

    address: str
    port: int


class Page(StrEnum):
    """An honest page in place of a site that can't answer now."""

    STARTING = "starting"
    STOPPED = "stopped"
    FAILED = "failed"


Target = Release | Upstream | Page
