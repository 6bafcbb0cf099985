from __future__ import annotations

from typing import Annotated

import typer

from zipp.cli.connection import connect
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import ago, show_json, status_text, table


def ls(
    site: Annotated[str | None, typer.Option(help="Only this site's.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those in this state, e.g. RUNNING.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most to list.")] = 20,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """List deployments, newest first."""
    with connect(url, token) as client:
        found = client.deployments(site=site, status=status.upper() if status else None, limit=limit)
    if json:
        return show_json(found)
    table(
        ("DEPLOYMENT", "SITE", "STATUS", "LIVE", "FRAMEWORK", "CREATED"),
        (
            (
                item["id"],
                item["site"],
                status_text(item["status"]),
                "live" if item["is_live"] else "",
                item["framework"] or "",
                ago(item["created_at"]),
            )
            for item in found
        ),
    )
    return None
