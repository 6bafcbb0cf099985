"""Whether a name can be deployed to, and else which one is near it and free."""

from __future__ import annotations

import secrets

from pydantic import BaseModel

from zipp.domain.errors import InvalidInput
from zipp.domain.names import check_site_name, derive_site_name
from zipp.domain.user import User
from zipp.records.records import Records

_MOST_CHARACTERS = 40
_LAST_NUMBER = 20


class Availability(BaseModel):
    """`available`: a deployment under this name is accepted, as a new site, or as a new version of `yours`. Otherwise
    `reason` says why not and `suggestion` is a name that is free.
    """

    name: str
    available: bool
    yours: bool
    reason: str | None
    suggestion: str | None


async def availability(records: Records, user: User, name: str) -> Availability:
    """An admin may deploy to everybody's sites; `yours` are only those that they own."""
    try:
        check_site_name(name)
    except InvalidInput as error:
        return await _taken(records, name, f"{error.message} {error.hint}")
    site = await records.get_site(name)
    if site is not None and site.owner != user.uid:
        return await _taken(records, name, f"The name {name!r} is taken.")
    return Availability(name=name, available=True, yours=site is not None, reason=None, suggestion=None)


async def _taken(records: Records, name: str, reason: str) -> Availability:
    near = derive_site_name(name)
    numbered = [f"{near[: _MOST_CHARACTERS - 3].rstrip('-')}-{number}" for number in range(2, _LAST_NUMBER + 1)]
    candidates = [near, *numbered]
    used = {site.name for site in await records.find_sites(names=candidates)}
    free = [candidate for candidate in candidates if candidate not in used]
    suggestion = free[0] if free else f"{near[:33].rstrip('-')}-{secrets.token_hex(3)}"
    return Availability(name=name, available=False, yours=False, reason=reason, suggestion=suggestion)
