"""Which paths of a stranger's tree may become paths on this disk."""

from __future__ import annotations

import re

MAX_NAME_BYTES = 255  # NAME_MAX of every common file system
MAX_PATH_BYTES = 2048  # half of PATH_MAX (4096): the rest is for the folder that the tree lies in

# Control characters, line and paragraph separators, and the other system's separator.
_NEVER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\\\\]")
_DRIVE = re.compile(r"[A-Za-z]:")


class PathRefused(Exception):
    """`kind` is `traversal`, `name` or `depth`; the text ends a sentence that begins with the path."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


def checked_parts(path: str, *, max_depth: int) -> list[str]:
    """The components of a relative path with '/' between them. Raises PathRefused."""
    if path.startswith(("/", "\\")) or _DRIVE.match(path):
        raise PathRefused("traversal", "is an absolute path")
    parts = path.split("/")
    if ".." in parts or ("\\" in path and ".." in re.split(r"[/\\]", path)):
        raise PathRefused("traversal", "leads out of its folder")
    if _NEVER.search(path):
        raise PathRefused("name", "has a control character or a backslash in its name")
    if "" in parts or "." in parts:
        raise PathRefused("name", "has an empty component in its path")
    _check_lengths(path, parts)
    if len(parts) - 1 > max_depth:
        raise PathRefused("depth", f"lies more than {max_depth} folders deep")
    return parts


def _check_lengths(path: str, parts: list[str]) -> None:
    if len(path) * 4 <= MAX_NAME_BYTES:  # UTF-8 needs at most four bytes a character
        return
    if len(path.encode()) > MAX_PATH_BYTES or any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        raise PathRefused("name", "is too long a name")


def shown(path: str, *, width: int = 80) -> str:
    """A path for a message: printable, quoted, and shortened in the middle."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path[: 4 * width])
    if len(printable) > width:
        printable = f"{printable[: width // 2]}…{printable[-(width // 2 - 1) :]}"
    return f"'{printable}'"
