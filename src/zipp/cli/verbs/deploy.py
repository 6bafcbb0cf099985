from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from zipp.cli.answers import Deployment
from zipp.cli.client import Client
from zipp.cli.connection import connect
from zipp.cli.environment import environment
from zipp.cli.exits import UsageMistake
from zipp.cli.options import Json, Token, Url
from zipp.cli.output import err, say
from zipp.cli.packing import pack
from zipp.cli.progress import report
from zipp.cli.upload import Upload

_GIT_URL = re.compile(r"(?:https?|ssh|git)://|[\w.-]+@[\w.-]+:")


def deploy(
    source: Annotated[str, typer.Argument(metavar="[FOLDER|ZIP|GIT_URL]", help="What to deploy.")] = ".",
    site: Annotated[
        str | None, typer.Option(help="The site's name; default: made from the folder's, archive's or repository's.")
    ] = None,
    ref: Annotated[str | None, typer.Option(help="With a Git URL: the branch, tag or commit.")] = None,
    subdirectory: Annotated[str | None, typer.Option(help="With a Git URL: the folder that is the project.")] = None,
    git_token: Annotated[
        str | None, typer.Option(envvar="ZIPP_GIT_TOKEN", help="With an https Git URL: an access token.")
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Set a variable of the site; may be repeated.")
    ] = None,
    env_file: Annotated[Path | None, typer.Option(help="A file of lines NAME=VALUE.")] = None,
    follow: Annotated[bool, typer.Option(help="Show the build and wait until it is live.")] = True,
    url: Url = None,
    token: Token = None,
    json: Json = False,
) -> None:
    """Deploy a folder (the current one by default), a ZIP file or a Git repository.

    A folder is packed here, without what .gitignore and .zippignore leave out. Exits with 0 only when the site runs.
    """
    variables = environment(env or (), env_file)
    with connect(url, token) as client:
        if _GIT_URL.match(source):
            body = {"url": source, "ref": ref, "subdirectory": subdirectory, "site": site, "token": git_token}
            given = {name: value for name, value in body.items() if value is not None}
            accepted = client.deploy_git(given | ({"env": variables} if variables else {}))
        elif ref or subdirectory or git_token:
            raise UsageMistake("--ref, --subdirectory and --git-token go with a Git URL.")
        else:
            accepted = deploy_path(client, Path(source), site=site, env=variables)
        report(client, accepted, follow_it=follow, json=json)


def deploy_path(client: Client, path: Path, *, site: str | None, env: Mapping[str, str]) -> Deployment:
    """Send a folder or a ZIP file."""
    if path.is_dir():
        return _deploy_folder(client, path.resolve(), site=site, env=env)
    if not path.exists():
        raise UsageMistake(f"There is no folder or file {path}.", hint="Name a folder, a ZIP file or a Git URL.")
    if not zipfile.is_zipfile(path):
        raise UsageMistake(f"{path} is no ZIP file.", hint="Name a folder, a ZIP file or a Git URL.")
    return _send(client, path, path.name, site=site, env=env)


def _deploy_folder(client: Client, folder: Path, *, site: str | None, env: Mapping[str, str]) -> Deployment:
    with tempfile.TemporaryDirectory(prefix="zipp-") as scratch:
        archive = Path(scratch) / "source.zip"
        with err.status(f"Packing {folder.name}"):
            contents = pack(folder, archive)
        for path in contents.skipped:
            say(f"Left out, as it is no file: {path}")
        say(f"Packed {len(contents.entries)} files, {archive.stat().st_size / 1e6:.1f} MB")
        return _send(client, archive, f"{folder.name or 'site'}.zip", site=site, env=env)


def _send(client: Client, archive: Path, name: str, *, site: str | None, env: Mapping[str, str]) -> Deployment:
    columns = (TextColumn("Uploading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("upload", total=archive.stat().st_size)
        upload = Upload(archive, name, sent=lambda count: progress.advance(bar, count))
        return client.deploy_zip(upload, site=site, env=env)
