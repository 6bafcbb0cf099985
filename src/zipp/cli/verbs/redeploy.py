from __future__ import annotations

from typing import Annotated

import typer

from zipp.cli.connection import connect
from zipp.cli.options import Json, Target, Token, Url
from zipp.cli.progress import report
from zipp.cli.target import find_deployment


def redeploy(
    target: Target,
    follow: Annotated[bool, typer.Option(help="Show the build and wait until it is live.")] = True,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Deploy the same source again: the same archive, or the newest commit of the same reference."""
    with connect(url, token) as client:
        accepted = client.redeploy(find_deployment(client, target)["id"])
        report(client, accepted, follow_it=follow, json=json)
