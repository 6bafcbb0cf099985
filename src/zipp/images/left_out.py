"""What of a source stays out of the images that Zipp makes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import PurePosixPath

_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", "__MACOSX", "node_modules", ".venv", "venv"),
        *("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".next"),
    }
)
_FILES = frozenset({".DS_Store", "Thumbs.db", ".env", ".env.local"})


def excluded(path: str, is_folder: bool = False) -> bool:
    """Whether a file of the source stays out.

    What is made anew inside, what tools leave behind, and .env files: secrets don't belong into an image, they are set
    as the site's environment. zipp.toml stays.
    """
    parts = PurePosixPath(path).parts
    folders = parts if is_folder else parts[:-1]
    name = parts[-1] if parts else ""
    local_env = name.startswith(".env.") and name.endswith(".local")
    return not _FOLDERS.isdisjoint(folders) or name in _FILES or local_env


def excluded_besides(made_anew: Collection[str]) -> Callable[[str, bool], bool]:
    """`excluded`, and the folders `made_anew` (relative paths), which the build fills whatever the source has there."""
    folders = {str(PurePosixPath(folder)) for folder in made_anew if not folder.startswith("/")} - {"."}

    def is_left_out(path: str, is_folder: bool) -> bool:
        return excluded(path, is_folder) or (is_folder and path in folders)

    return is_left_out
