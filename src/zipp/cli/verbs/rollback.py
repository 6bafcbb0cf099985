from __future__ import annotations

from typing import Annotated

import typer

from zipp.cli.connection import connect
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import say, show_json


def rollback(
    site: Annotated[str, typer.Argument(help="The site's name.")],
    to: Annotated[str | None, typer.Option("--to", help="A deployment's id; default: the one before.")] = None,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Make an earlier deployment live again, from what was kept of it."""
    with connect(url, token) as client:
        changed = client.rollback(site, to)
    if json:
        show_json(changed)
    else:
        say(f"{site} is back at {changed['live_deployment']}: {changed['url']}")
