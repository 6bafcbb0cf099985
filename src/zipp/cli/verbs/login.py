from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from zipp.cli.answers import Session, User
from zipp.cli.client import Client
from zipp.cli.connection import DEFAULT_URL, checked_url, is_private, read_operator
from zipp.cli.login_file import Login, login_file, read_logins, write_logins
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import say, show_json
from zipp.cli.revoking import revoke
from zipp.cli.sign_in import this_host, with_page, with_password
from zipp.domain.errors import InvalidInput, ZippError


def login(
    email: Annotated[
        str | None, typer.Option(help="Sign in with this address and its password, without a browser; local accounts.")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the page's address, and ask for the code that it shows.")
    ] = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Sign in, in the browser: the dashboard asks whether this machine may, and zipp goes on.

    Without a browser here, over ssh say, it prints the page's address and asks for the code that the page shows.

    What is kept is an API token of this machine's own; zipp logout ends it.

    In CI set ZIPP_TOKEN to an API token from the dashboard instead, or store one with --token.
    """
    address = _address(url)
    if not is_private(address):
        say(f"warning: {address} is not encrypted: others on the way can read what is sent there.", style="yellow")
    before = read_logins().platforms.get(address)
    made, user = _given(address, token) if token else _signed_in(address, email, browser=not no_browser)
    _store(address, made)
    if before is not None and before.token != made.token:
        _tidy(address, before)
    if json:
        show_json({"url": address, "user": user})
    else:
        say(f"Signed in at {address} as {user['email'] or 'the first account'}.")


def _address(url: str | None) -> str:
    if url:
        return checked_url(url)
    operator = read_operator()
    return read_logins().current or (operator.url if operator else DEFAULT_URL)


def _given(address: str, token: str) -> tuple[Login, User]:
    with Client(address, token) as client:
        user = client.me()
    return Login(token, user["email"] or ""), user


def _signed_in(address: str, email: str | None, *, browser: bool) -> tuple[Login, User]:
    with Client(address, None) as client:
        config = client.sign_in_config()
        session = with_password(client, config, email) if email else with_page(client, config, browser=browser)
    with Client(address, session["token"]) as client:
        try:
            made = client.create_api_token(f"zipp on {this_host()}")
        finally:
            # Firebase ends all of an account's sessions or none, and the browser's must go on: there, one that
            # nobody keeps is left to expire.
            if config["identity"] == "local":
                _end(client)
    return Login(made["token"], _email(session), made["id"]), session["user"]


def _email(session: Session) -> str:
    return session["user"]["email"] or ""


def _end(session: Client) -> None:
    try:
        session.logout()
    except ZippError as error:
        say(f"warning: The session that was used to sign in did not end: {error.message}", style="yellow")


def _store(address: str, login: Login) -> None:
    try:
        write_logins(read_logins().with_login(address, login))
    except OSError as error:
        with suppress(ZippError):
            revoke(address, login)
        raise InvalidInput(
            f"{login_file()} can't be written: {error.strerror}.",
            code="login_file_unwritable",
            hint="Mend its folder's permissions, or use a token without storing it: ZIPP_TOKEN.",
        ) from error


def _tidy(address: str, before: Login) -> None:
    """The sign-in that this one takes the place of."""
    try:
        revoke(address, before)
    except ZippError as error:
        say(f"warning: The earlier sign-in may still work there: {error.message}", style="yellow")
