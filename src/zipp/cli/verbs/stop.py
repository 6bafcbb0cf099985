from __future__ import annotations

from zipp.cli.connection import connect
from zipp.cli.options import Json, Target, Token, Url
from zipp.cli.output import say, show_json
from zipp.cli.target import find_deployment


def stop(target: Target, url: Url = None, token: Token = None, json: Json = False) -> None:
    """Stop a running deployment, or cancel one that is under way."""
    with connect(url, token) as client:
        stopped = client.stop(find_deployment(client, target)["id"])
    if json:
        show_json(stopped)
    else:
        say(f"{stopped['site']}: {stopped['status']}")
