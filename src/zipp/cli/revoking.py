"""The end of a sign-in at its platform, so that nothing lives on that nobody holds any more."""

from __future__ import annotations

from zipp.cli.client import Client
from zipp.cli.login_file import Login
from zipp.domain.errors import NotAuthenticated, NotFound
from zipp.identity.credentials import PREFIXES


def is_somebodys_own(login: Login) -> bool:
    """Whether it is an API token that was given with --token: others may use it too, and it stays."""
    return login.token_id is None and login.token.startswith(PREFIXES["api"])


def revoke(address: str, login: Login) -> None:
    """By its own credential, whoever is signed in by now. Raises Unavailable."""
    if is_somebodys_own(login):
        return
    with Client(address, login.token) as client:
        try:
            if login.token_id is not None:
                client.delete_api_token(login.token_id)
            else:
                client.logout()
        except (NotAuthenticated, NotFound):
            pass  # it had ended already
