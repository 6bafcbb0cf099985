"""Every reason to refuse an archive, with what to do about it. Codes are stable."""

from __future__ import annotations

from zipp.domain.errors import InvalidArchive
from zipp.sources.paths import shown

_PACK_AGAIN = "Pack the folder again with an ordinary ZIP tool, then upload that file."

HINTS = {
    "archive_not_zip": "Upload a .zip file; .rar, .7z and .tar.gz are not accepted.",
    "archive_empty": "Pack the folder with your site's files in it.",
    "archive_corrupt": _PACK_AGAIN,
    "archive_encrypted": "Pack it again without a password.",
    "archive_method": "Pack it again with the ordinary compression (deflate) or none.",
    "archive_overlap": _PACK_AGAIN,
    "archive_traversal": "Pack the folder from its parent, so that every path is relative and stays below it.",
    "archive_name": "Rename that file, then pack the folder again.",
    "archive_depth": "Leave that folder out, or flatten it.",
    "archive_duplicate": "Rename one of them (case does not count), then pack the folder again.",
    "archive_link_escapes": "Replace the link by a copy of what it leads to, or let it lead to a file in the project.",
    "archive_special_file": "Only files, folders and links can be deployed: leave that entry out.",
    "archive_too_many_files": "Leave out what is not needed, such as caches, or raise ZIPP_SOURCE_MAX_FILES.",
    "archive_too_large": "Leave out what is not needed, or raise ZIPP_SOURCE_MAX_BYTES.",
    "archive_ratio": "Data that packs this well can't be told from a ZIP bomb: leave it out.",
}


def refused(code: str, why: str, *, entry: str | None = None) -> InvalidArchive:
    """`why` is a sentence without its full stop; with `entry` it goes on from that name."""
    message = f"{why}." if entry is None else f"The archive's entry {shown(entry)} {why}."
    return InvalidArchive(message, code=code, hint=HINTS[code], pointer="/file")
