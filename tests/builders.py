"""Records to test with, made in one line each; and what became of calls made all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from zipp.domain.deployment import Deployment, ZipSource
from zipp.domain.errors import ZippError
from zipp.domain.ids import new_id, now
from zipp.domain.site import Site
from zipp.domain.user import Invite, Role, Token, User
from zipp.records.records import Records


def a_user(email: str | None = None, **fields: object) -> User:
    return User.model_validate({"uid": new_id(), "email": email, "created_at": now()} | fields)


def a_token(user: User, **fields: object) -> Token:
    made = {"id": new_id(), "uid": user.uid, "kind": "session", "secret_sha256": new_id(), "created_at": now()}
    return Token.model_validate(made | {"expires_at": None} | fields)


def an_invite(by: User, **fields: object) -> Invite:
    made = {"id": new_id(), "created_by": by.uid, "secret_sha256": new_id(), "created_at": now(), "email": None}
    return Invite.model_validate(made | {"role": Role.MEMBER, "expires_at": now() + timedelta(days=1)} | fields)


def a_site(name: str = "shop", **fields: object) -> Site:
    return Site.model_validate({"name": name, "owner": "anna", "created_at": now()} | fields)


def a_deployment(site: str = "shop", **fields: object) -> Deployment:
    source = ZipSource(filename="shop.zip", size=12, sha256="ab" * 32)
    made = {"id": new_id(), "site": site, "owner": "anna", "source": source, "created_at": now()}
    return Deployment.model_validate(made | fields)


async def deployed(records: Records, *sites: str) -> list[Deployment]:
    """A waiting deployment for each site named, in that order; the sites are made where they are missing."""
    made = [a_deployment(site) for site in sites]
    for deployment in made:
        if await records.get_site(deployment.site) is None:
            await records.create_site(a_site(deployment.site))
        await records.create_deployment(deployment)
    return made


async def codes_of(*calls: Awaitable[object]) -> list[str]:
    """What became of calls made all at once: "ok", or the error's code."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, ZippError):
            raise result
    return sorted(result.code if isinstance(result, ZippError) else "ok" for result in results)
