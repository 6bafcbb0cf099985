from __future__ import annotations

from zipp.cli.client import Client
from zipp.cli.connection import checked_url
from zipp.cli.login_file import read_logins, write_logins
from zipp.cli.options import Json, Url
from zipp.cli.output import say, show_json
from zipp.domain.errors import NotAuthenticated, Unavailable


def logout(url: Url = None, json: Json = False) -> None:
    """Sign out: the credential stops working at once and is removed from this machine."""
    logins = read_logins()
    address = checked_url(url) if url else logins.current
    if address is None or address not in logins.platforms:
        raise NotAuthenticated("You are not signed in.", code="not_signed_in")
    with Client(address, logins.platforms[address].token) as client:
        try:
            client.logout()
        except NotAuthenticated:
            pass  # it had ended already
        except Unavailable as error:
            say(f"warning: {error.message} The credential is removed here, but may still work there.", style="yellow")
    write_logins(logins.without(address))
    if json:
        show_json({"url": address})
    else:
        say(f"Signed out at {address}.")
