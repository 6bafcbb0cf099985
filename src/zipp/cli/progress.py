"""What a person sees of a deployment from the moment it is accepted, and the exit code that a script gets."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from zipp.cli import output
from zipp.cli.answers import Deployment, Line
from zipp.cli.client import Client
from zipp.cli.exits import Exit
from zipp.cli.follow import follow


def report(client: Client, accepted: Deployment, *, follow_it: bool, json: bool) -> None:
    """Follow the deployment and tell how it ended; exits with 1 unless it runs."""
    if not follow_it:
        if json:
            return output.show_json(accepted)
        return output.say(f"Accepted as {accepted['id']}. Follow it with: zipp logs -f {accepted['id']}")
    console = output.err if json else output.out
    finished = _followed(client, accepted, console)
    if json:
        output.show_json(finished)
    if finished["status"] != "RUNNING":
        _tell_failure(finished)
        raise typer.Exit(Exit.FAILED)
    if not json:
        _show_url(finished["url"])
    return None


def _followed(client: Client, accepted: Deployment, console: Console) -> Deployment:
    def show(line: Line) -> None:
        if line["stage"] != "runtime":
            output.log_line(line["text"], stage=line["stage"], console=console)

    try:
        return follow(client, accepted["id"], on_line=show, to_the_end=False)
    except KeyboardInterrupt:
        output.say(f"\nThe deployment goes on. Cancel it with:  zipp stop {accepted['id']}")
        output.say(f"Follow it again with:               zipp logs -f {accepted['id']}")
        raise


def _tell_failure(deployment: Deployment) -> None:
    error = deployment["error"]
    if error is None:
        return output.complain(f"The deployment is {deployment['status']}.", hint=f"zipp logs {deployment['id']}")
    hint = error["hint"] or f"The whole log: zipp logs {deployment['id']}"
    return output.complain(error["message"], hint=hint, code=error["code"])


def _show_url(url: str) -> None:
    if output.out.is_terminal:
        output.out.print(Panel.fit(Text(url, style="bold green"), title="live", padding=(1, 4)))
    else:
        output.out.print(Text(f"Live at {url}"), soft_wrap=True)
