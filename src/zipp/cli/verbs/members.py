"""`zipp members …`: for admins."""

from __future__ import annotations

from typing import Annotated

import typer

from zipp.cli.answers import Invite, Member
from zipp.cli.client import Client
from zipp.cli.connection import connect
from zipp.cli.options import Json, Token, Url, Yes
from zipp.cli.output import ago, out, say, show_json, table
from zipp.domain.errors import NotFound
from zipp.domain.user import Role

Who = Annotated[str, typer.Argument(metavar="EMAIL|UID", help="A member's email address or uid.")]
DAY_SECONDS = 86400


def list_(url: Url = None, token: Token = None, json: Json = False) -> None:
    """List members, and the invites that nobody has used yet."""
    with connect(url, token) as client:
        members, invites = client.members(), client.invites()
    if json:
        return show_json({"members": members, "invites": invites})
    table(
        ("EMAIL", "NAME", "ROLE", "STATUS", "SITES", "SINCE", "ID"),
        (*(_member_row(each) for each in members), *(_invite_row(each) for each in invites)),
    )
    return None


def invite(
    email: Annotated[str | None, typer.Argument(help="Whom it is for; without it, for whoever has the link.")] = None,
    role: Annotated[Role, typer.Option(help="What they become.")] = Role.MEMBER,
    days: Annotated[int | None, typer.Option(min=1, max=30, help="How long it can be used; default: 7 days.")] = None,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Make a link that one person can make an account with. It is shown this once."""
    body = {"email": email, "role": role.value, "expires_in": days and days * DAY_SECONDS}
    with connect(url, token) as client:
        made = client.invite({name: value for name, value in body.items() if value is not None})
    if json:
        show_json(made)
    else:
        say(f"Send this link to {email or 'the person'}: it works once, until {made['expires_at']}.")
        out.print(made["url"], soft_wrap=True, markup=False)


def role(
    who: Who,
    role: Annotated[Role, typer.Argument(help="What they become.")],
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Make somebody an admin, or a member again."""
    with connect(url, token) as client:
        changed = client.change_member(_find(client, who)["uid"], {"role": role.value})
    _tell(changed, f"{_name(changed)} is {'an admin' if role is Role.ADMIN else 'a member'} now.", json)


def password(who: Who, url: Url = None, token: Token = None, json: Json = False) -> None:
    """Make a link with which somebody chooses a new password. It is shown this once; until it is used all stays."""
    with connect(url, token) as client:
        member = _find(client, who)
        made = client.new_password_link(member["uid"])
    if json:
        show_json(made)
    else:
        say(f"Send this link to {_name(member)}: it works once, for {_span(made['expires_in'])}.")
        out.print(made["url"], soft_wrap=True, markup=False)


def disable(who: Who, url: Url = None, token: Token = None, json: Json = False) -> None:
    """Shut somebody out at once, API tokens included. Their sites go on."""
    with connect(url, token) as client:
        changed = client.change_member(_find(client, who)["uid"], {"disabled": True})
    _tell(
        changed,
        f"{_name(changed)} is shut out; their sites go on. To let them in again: zipp members enable {who}",
        json,
    )


def enable(who: Who, url: Url = None, token: Token = None, json: Json = False) -> None:
    """Let somebody sign in again. API tokens must be made anew."""
    with connect(url, token) as client:
        changed = client.change_member(_find(client, who)["uid"], {"disabled": False})
    _tell(changed, f"{_name(changed)} can sign in again.", json)


def remove(
    who: Annotated[str, typer.Argument(metavar="EMAIL|ID", help="A member's address or uid, or that of an invite.")],
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Remove an account that owns no site, or take an invite back."""
    with connect(url, token) as client:
        invites = [each for each in client.invites() if who.lower() in (each["id"], each["email"])]
        if invites:
            client.delete_invite(invites[0]["id"])
        else:
            member = _find(client, who)
            _ask(f"Remove the account {_name(member)} for good?", yes)
            client.delete_member(member["uid"])
    if json:
        show_json({"removed": who})
    else:
        say("The invite is taken back." if invites else "Removed.")


MEMBERS = (list_, invite, role, password, disable, enable, remove)


def _find(client: Client, who: str) -> Member:
    for member in client.members():
        if who == member["uid"] or who.lower() == member["email"]:
            return member
    raise NotFound(f"{who} is no member.", code="member_unknown", hint="See: zipp members list")


def _name(member: Member) -> str:
    return member["email"] or "the first account"


def _span(seconds: int) -> str:
    """'24 hours'; less than two of them in minutes."""
    return f"{seconds // 3600} hours" if seconds >= 2 * 3600 else f"{max(1, seconds // 60)} minutes"


def _member_row(member: Member) -> tuple[str, ...]:
    status = "disabled" if member["disabled"] else "active"
    since = ago(member["created_at"])
    return _name(member), member["name"], member["role"], status, str(member["sites"]), since, member["uid"]


def _invite_row(invite: Invite) -> tuple[str, ...]:
    return invite["email"] or "anybody", "", invite["role"], "invited", "", ago(invite["created_at"]), invite["id"]


def _tell(member: Member, sentence: str, json: bool) -> None:
    if json:
        show_json(member)
    else:
        say(sentence)


def _ask(question: str, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)
