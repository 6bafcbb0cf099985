"""Cursors of lists: opaque to whoever holds one; inside, the list's name and the key of the last item seen."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from zipp.domain.errors import InvalidInput
from zipp.records.records import Page

T = TypeVar("T")

_LONGEST = 500  # no key of ours comes near


def encode_cursor(listing: str, key: str) -> str:
    return base64.urlsafe_b64encode(f"{listing}:{key}".encode()).decode().rstrip("=")


def decode_cursor(listing: str, cursor: str) -> str:
    """The key; raises InvalidInput `cursor_invalid` for a cursor that is none of ours, or another list's."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4) if len(cursor) <= _LONGEST else ""
        name, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        name, key = "", ""
    if name != listing or not key.isprintable() or not key:
        raise InvalidInput(
            "This cursor is not one of this list's.",
            code="cursor_invalid",
            hint="Use next_cursor of the page before exactly as it was given, or leave it out to start again.",
            pointer="/cursor",
        )
    return key


def page_of(found: Sequence[T], *, limit: int, listing: str, key: Callable[[T], str]) -> Page[T]:
    """A page of `found`, which was asked for one item more than `limit`: that one tells whether there is more."""
    items = found[:limit]
    more = len(found) > limit
    return Page(items=items, next_cursor=encode_cursor(listing, key(items[-1])) if more and items else None)
