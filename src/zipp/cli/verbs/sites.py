from __future__ import annotations

from zipp.cli.connection import connect
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import ago, show_json, table


def sites(url: Url = None, token: Token = None, json: Json = False) -> None:
    """List sites."""
    with connect(url, token) as client:
        found = client.sites()
    if json:
        return show_json(found)
    table(
        ("SITE", "URL", "FRAMEWORK", "LIVE DEPLOYMENT", "CREATED"),
        (
            (item["name"], item["url"], item["framework"] or "", item["live_deployment"] or "", ago(item["created_at"]))
            for item in found
        ),
    )
    return None
