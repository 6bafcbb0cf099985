from __future__ import annotations

import json as json_text
import sys
from typing import Annotated

import typer

from zipp.cli.answers import Line
from zipp.cli.connection import connect
from zipp.cli.follow import follow as follow_log
from zipp.cli.options import Json, Target, Token, Url
from zipp.cli.output import log_line, show_json
from zipp.cli.target import find_deployment


def logs(
    target: Target,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing lines as they come.")] = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Print what a deployment's build and container said. With --json and -f: one object a line."""
    with connect(url, token) as client:
        deployment_id = find_deployment(client, target)["id"]
        if follow:
            follow_log(client, deployment_id, on_line=_print_object if json else _print, to_the_end=True)
            return None
        if json:
            return show_json(list(client.lines(deployment_id)))
        for line in client.lines(deployment_id):
            _print(line)
    return None


def _print(line: Line) -> None:
    log_line(line["text"], stage=line["stage"])


def _print_object(line: Line) -> None:
    sys.stdout.write(json_text.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
