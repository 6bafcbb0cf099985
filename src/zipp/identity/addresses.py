"""Email addresses and display names, as an account may have them."""

from __future__ import annotations

import re
import unicodedata

from zipp.domain.errors import InvalidInput

# The HTML standard's "valid email address" (4.10.5.1.5), which browsers hold people to already.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*\Z")
_LONGEST_EMAIL = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_LONGEST_NAME = 100


def normal_email(email: str) -> str | None:
    """The address as it is stored and compared (lower case); None when it is none."""
    address = email.strip().lower()
    return address if len(address) <= _LONGEST_EMAIL and _EMAIL.match(address) else None


def check_email(email: str) -> str:
    address = normal_email(email)
    if address is None:
        raise InvalidInput(
            "This is not an email address.",
            code="email_invalid",
            hint="Give an address such as you@example.com.",
            pointer="/email",
        )
    return address


def check_name(name: str) -> str:
    """A display name, of a person or a token; raises InvalidInput for control characters and great length."""
    trimmed = name.strip()
    if len(trimmed) > _LONGEST_NAME or any(unicodedata.category(character) in ("Cc", "Cs") for character in trimmed):
        raise InvalidInput(
            "This name can't be used.",
            code="name_invalid",
            hint=f"Use at most {_LONGEST_NAME} characters, without control characters.",
            pointer="/name",
        )
    return trimmed
