from __future__ import annotations

from typing import Annotated

import typer

from zipp.cli.client import Client
from zipp.cli.connection import DEFAULT_URL, checked_url, is_private, read_operator
from zipp.cli.login_file import Login, read_logins, write_logins
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import say, show_json


def login(
    email: Annotated[str | None, typer.Option(help="Your address; asked for when it is not given.")] = None,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Sign in with address and password, or store an API token given with --token."""
    address = _address(url)
    if not is_private(address):
        say(f"warning: {address} is not encrypted: others on the way can read what is sent there.", style="yellow")
    if token is None:
        token = _sign_in(address, email)
    with Client(address, token) as client:
        user = client.me()
    write_logins(read_logins().with_login(address, Login(token, user["email"] or "")))
    if json:
        show_json({"url": address, "user": user})
    else:
        say(f"Signed in at {address} as {user['email'] or 'the first account'}.")


def _address(url: str | None) -> str:
    if url:
        return checked_url(url)
    operator = read_operator()
    return read_logins().current or (operator.url if operator else DEFAULT_URL)


def _sign_in(address: str, email: str | None) -> str:
    email = email or typer.prompt("Email", err=True)
    password = typer.prompt("Password", hide_input=True, err=True)
    with Client(address, None) as client:
        return client.login(email, password)["token"]
