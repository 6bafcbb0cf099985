from __future__ import annotations

import sys
import webbrowser

from zipp.cli.connection import connect
from zipp.cli.options import Json, Target, Token, Url
from zipp.cli.output import out, show_json
from zipp.cli.target import is_deployment_id


def open_(target: Target, url: Url = None, token: Token = None, json: Json = False) -> None:
    """Open a site in the browser; where there is none, print its address."""
    with connect(url, token) as client:
        address = client.deployment(target)["url"] if is_deployment_id(target) else client.site(target)["url"]
    if json:
        show_json({"url": address})
    elif not (sys.stdout.isatty() and webbrowser.open(address)):
        out.print(address, markup=False, soft_wrap=True)
