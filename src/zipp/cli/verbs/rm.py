from __future__ import annotations

from typing import Annotated

import typer

from zipp.cli.connection import connect
from zipp.cli.exits import UsageMistake
from zipp.cli.options import Json, Token, Url, Yes
from zipp.cli.output import say, show_json
from zipp.cli.target import is_deployment_id


def rm(
    deployment: Annotated[str | None, typer.Argument(help="The deployment's id.")] = None,
    site: Annotated[str | None, typer.Option(help="Remove this site and all of its deployments.")] = None,
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Remove a deployment, or a whole site: container, image, files, logs and route."""
    if (deployment is None) == (site is None):
        raise UsageMistake("Name either a deployment or, with --site, a site.")
    if deployment is not None and not is_deployment_id(deployment):
        # Elsewhere a site stands for its live deployment; here that would take the site off the air unasked.
        raise UsageMistake(f"{deployment!r} is no deployment's id.", hint=f"The site: zipp rm --site {deployment}")
    with connect(url, token) as client:
        if deployment is not None:
            found = client.deployment(deployment)
            _ask(f"Remove the {'live ' * found['is_live']}deployment {deployment} of {found['site']}?", yes)
            client.delete_deployment(deployment)
        elif site is not None:
            client.site(site)
            _ask(f"Remove the site {site}, all of its deployments and their logs?", yes)
            client.delete_site(site)
    if json:
        show_json({"removed": deployment or site})
    else:
        say("Removed.")


def _ask(question: str, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)
