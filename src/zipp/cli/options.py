"""Options that many verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Url = Annotated[
    str | None,
    typer.Option("--url", envvar="ZIPP_URL", help="The platform's address; default: where you signed in last."),
]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="ZIPP_TOKEN", help="An API token, instead of being signed in.", show_envvar=True),
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON, and nothing else, on stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
Target = Annotated[
    str, typer.Argument(metavar="DEPLOYMENT|SITE", help="A deployment's id, or a site: its live or latest deployment.")
]
