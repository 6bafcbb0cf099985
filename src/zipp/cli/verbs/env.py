from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zipp.cli.connection import connect
from zipp.cli.environment import environment
from zipp.cli.exits import UsageMistake
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import say, show_json


def env(
    site: Annotated[str, typer.Argument(help="The site's name.")],
    pairs: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="The variables.")] = None,
    file: Annotated[Path | None, typer.Option("--env-file", help="A file of lines NAME=VALUE.")] = None,
    clear: Annotated[bool, typer.Option(help="Leave no variable.")] = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Replace a site's environment. It holds from the next deployment on; values are never shown again."""
    variables = environment(pairs or (), file)
    if clear == bool(variables):
        raise UsageMistake("Give the variables, or --clear to leave none.")
    with connect(url, token) as client:
        client.set_env(site, variables)
    if json:
        show_json({"site": site, "names": sorted(variables)})
    else:
        say(f"{site} has {len(variables)} variable(s). They hold from its next deployment on: zipp redeploy {site}")
