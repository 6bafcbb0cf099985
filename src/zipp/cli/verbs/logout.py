from __future__ import annotations

from zipp.cli.connection import checked_url
from zipp.cli.login_file import read_logins, write_logins
from zipp.cli.options import Json, Url
from zipp.cli.output import say, show_json
from zipp.cli.revoking import is_somebodys_own, revoke
from zipp.domain.errors import NotAuthenticated, Unavailable


def logout(url: Url = None, json: Json = False) -> None:
    """Sign out: what `zipp login` made stops working at once, and is removed from this machine.

    A token that you gave with --token is only removed here: others may use it too.
    """
    logins = read_logins()
    address = checked_url(url) if url else logins.current
    if address is None or address not in logins.platforms:
        raise NotAuthenticated("You are not signed in.", code="not_signed_in")
    login = logins.platforms[address]
    try:
        revoke(address, login)
    except Unavailable as error:
        say(f"warning: {error.message} The credential is removed here, but may still work there.", style="yellow")
    write_logins(logins.without(address))
    if json:
        show_json({"url": address})
        return
    say(f"Signed out at {address}.")
    if is_somebodys_own(login):
        say("The token that you gave goes on working; the dashboard's settings list and delete it.")
