"""How large a source may be once it is a tree on the disk: the same for an archive and for a Git repository."""

from __future__ import annotations

from dataclasses import dataclass

from zipp.settings import Settings


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """`max_files` counts files, links and folders; `max_depth` the folders above a file.

    `max_ratio` is unpacked to packed bytes, of each file and of all together. Deflate ends at 1032:1; ordinary
    projects stay under 20:1, generated data under 100:1. It counts only above RATIO_FLOOR_BYTES: a small file of
    blanks is no bomb.
    """

    max_bytes: int = 2 * 1024**3
    max_files: int = 50_000
    max_depth: int = 64
    max_ratio: int = 200

    @classmethod
    def from_settings(cls, settings: Settings) -> SourceLimits:
        return cls(max_bytes=settings.source_max_bytes, max_files=settings.source_max_files)


DEFAULT_LIMITS = SourceLimits()
RATIO_FLOOR_BYTES = 16 * 1024**2


def size_text(size: int) -> str:
    """1536 -> '1.5 KiB'."""
    value = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
