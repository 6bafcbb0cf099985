"""Who belongs to the platform. Only admins may know: for anybody else nothing is at these addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from zipp.api.deps import PlatformDep
from zipp.api.people import Invite, InviteList, Member, MemberList, NewInvite, PasswordLink
from zipp.api.problems import documented
from zipp.api.requests import InviteRequest, MemberRequest
from zipp.api.security import ADMINS, Admin
from zipp.wiring import Platform

router = APIRouter(prefix="/api/users", tags=["users"], dependencies=ADMINS)

Uid = Annotated[str, Path(max_length=128)]


@router.get("", responses=documented(401, 404, 422, 503))
async def list_users(
    platform: PlatformDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> MemberList:
    """Everybody who has an account, oldest first."""
    page = await platform.records.list_users(limit=limit, cursor=cursor)
    sites = await platform.records.count_sites([user.uid for user in page.items])
    items = [Member.of(user, sites=sites.get(user.uid, 0)) for user in page.items]
    return MemberList(items=items, next_cursor=page.next_cursor)


@router.get("/invites", responses=documented(401, 404, 503))
async def list_invites(platform: PlatformDep) -> InviteList:
    """Those that still work; all of them at once."""
    invites = await platform.identity.list_invites()
    return InviteList(items=[Invite.of(invite) for invite in invites], next_cursor=None)


@router.post("/invites", status_code=201, responses=documented(400, 401, 403, 404, 409, 413, 422, 503))
async def create_invite(body: InviteRequest, caller: Admin, platform: PlatformDep) -> NewInvite:
    """A link that one person can make an account with, whatever ZIPP_SIGNUP is; it is shown this once."""
    made = await platform.identity.create_invite(
        caller.user, email=body.email, role=body.role, expires_in_seconds=body.expires_in
    )
    url = _page(platform, f"signup#invite={made.secret}")
    return NewInvite(**Invite.of(made.invite).model_dump(), token=made.secret, url=url)


@router.delete("/invites/{invite_id}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def delete_invite(invite_id: Annotated[str, Path(max_length=100)], platform: PlatformDep) -> None:
    """The link stops working."""
    await platform.identity.delete_invite(invite_id)


@router.patch("/{uid}", responses=documented(400, 401, 403, 404, 409, 413, 422, 503))
async def update_user(uid: Uid, body: MemberRequest, platform: PlatformDep) -> Member:
    """Change the role, disable or enable. Who is disabled is signed out at once, API tokens included; their sites go
    on. One enabled admin must be left."""
    user = await platform.identity.change_user(uid, role=body.role, disabled=body.disabled)
    sites = await platform.records.count_sites([uid])
    return Member.of(user, sites=sites.get(uid, 0))


@router.post("/{uid}/password-link", status_code=201, responses=documented(401, 403, 404, 409, 422, 503))
async def create_password_link(uid: Uid, platform: PlatformDep) -> PasswordLink:
    """A link with which they choose a new password; an earlier one stops working. Nothing else changes until then."""
    made = await platform.identity.new_password_link(uid)
    url = made if platform.identity.kind == "firebase" else _page(platform, f"reset#token={made}")
    return PasswordLink(url=url, expires_in=platform.identity.password_link_seconds)


@router.delete("/{uid}", status_code=204, responses=documented(401, 403, 404, 409, 422, 503))
async def delete_user(uid: Uid, platform: PlatformDep) -> None:
    """Remove an account that owns no site."""
    await platform.identity.delete_user(uid)


def _page(platform: Platform, path: str) -> str:
    """A secret stands in the fragment of its link: browsers keep that to themselves, a query would reach logs."""
    return f"{platform.settings.api_url.rstrip('/')}/{path}"
