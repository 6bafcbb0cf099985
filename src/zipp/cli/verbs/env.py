from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zipp.cli.connection import connect
from zipp.cli.environment import check_names, environment
from zipp.cli.exits import UsageMistake
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import say, show_json


def env(
    site: Annotated[str, typer.Argument(help="The site's name.")],
    pairs: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="The variables to set.")] = None,
    file: Annotated[Path | None, typer.Option("--env-file", help="A file of lines NAME=VALUE.")] = None,
    unset: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Remove this one; may be repeated.")] = None,
    replace: Annotated[bool, typer.Option(help="Remove all that are not given.")] = False,
    clear: Annotated[bool, typer.Option(help="Leave no variable.")] = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Set variables of a site's environment; the others stay. They hold from the next deployment on, and their values
    are never shown again."""
    variables, removed = environment(pairs or (), file), check_names(unset or ())
    if clear == bool(variables or removed) or (replace and (removed or not variables)):
        raise UsageMistake("Give the variables to set (with --replace: all of them), --unset NAME, or --clear.")
    with connect(url, token) as client:
        if replace or clear:
            shown = client.set_env(site, variables)
        else:
            shown = client.change_env(site, {**dict.fromkeys(removed), **variables})
    names = sorted(shown["env_keys"])
    if json:
        show_json({"site": site, "names": names})
    else:
        has = f"{len(names)} variable(s): {', '.join(names)}" if names else "no variables"
        say(f"{site} has {has}. They hold from its next deployment on: zipp redeploy {site}")
