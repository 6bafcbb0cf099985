"""`zipp backup …`"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zipp.cli.configured import load_settings
from zipp.cli.exits import Exit, UsageMistake
from zipp.cli.options import Json, Yes
from zipp.cli.output import ago, say, show_json, table

if TYPE_CHECKING:
    from zipp.cli.backing_up import Made, Restored
    from zipp.settings import Settings


def create(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file to make; default: into the platform's own storage.")
    ] = None,
    files: Annotated[
        bool | None,
        typer.Option(
            "--files/--no-files", help="Uploaded archives and finished logs too; default: only with --output."
        ),
    ] = None,
    with_key: Annotated[bool, typer.Option("--with-key", help="The secret key too: then guard the file well.")] = False,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Delete all but the newest so many in storage; default: none.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a backup: everything that is recorded, at one moment, in one file. The platform may run meanwhile."""
    if output is not None and (keep is not None or output.exists()):
        why = "--keep is about backups in storage." if keep is not None else f"{output} is there already."
        raise UsageMistake(why, hint="Give --output a new file's name, and keep order there yourself.")
    from zipp.cli.backing_up import make

    settings = load_settings()
    with_files = output is not None if files is None else files
    made = asyncio.run(make(settings, output, with_files=with_files, with_key=with_key, keep=keep))
    if json:
        manifest = made.manifest.model_dump(mode="json")
        show_json({"name": made.name, "size": made.size, "deleted": list(made.gone), "manifest": manifest})
    else:
        _tell_made(settings, made)


def list_(json: Json = False) -> None:
    """List the backups in the platform's storage, the newest first."""
    from zipp.cli.backing_up import stored
    from zipp.moving.backups import PREFIX, made_at

    names = asyncio.run(stored(load_settings()))
    made = [(name, at.isoformat()) for name in names if (at := made_at(f"{PREFIX}{name}"))]
    if json:
        show_json([{"name": name, "created_at": at} for name, at in made])
    else:
        table(("NAME", "MADE"), ((name, ago(at)) for name, at in made))


def restore(
    backup: Annotated[str, typer.Argument(metavar="NAME|FILE", help="As `zipp backup list` names it, or a file.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace everything that is recorded now.")] = False,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Also where the sites' environment can't be opened here.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Bring back all that a backup holds, into a platform that is empty and stopped, wherever it lives.

    Interrupted, it goes on when it is said again; said twice, it changes nothing. At the end all of it is compared.
    """
    if overwrite and not yes:
        typer.confirm("Replace everything that is recorded now, for good?", abort=True, err=True)
    from zipp.cli.backing_up import bring_back
    from zipp.cli.moving import as_json

    settings = load_settings()
    restored = asyncio.run(bring_back(settings, backup, overwrite=overwrite, without_secrets=without_secrets))
    equal = all(each.is_equal for each in restored.found)
    if json:
        waiting, sealed = list(restored.new_passwords), list(restored.sealed)
        counts = as_json(restored.found)
        show_json({"equal": equal, "counts": counts, "new_passwords": waiting, "environment_lost": sealed})
    else:
        _tell_restored(restored, equal=equal)
    if not equal:
        raise typer.Exit(Exit.FAILED)


BACKUP = (create, list_, restore)


def _tell_made(settings: Settings, made: Made) -> None:
    manifest = made.manifest
    counts = ", ".join(f"{manifest.count(part)} {part}" for part in ("users", "sites", "deployments"))
    say(f"\n{made.name}: {counts}, {made.size:,} bytes. It was read back and is whole.")
    for name in made.gone:
        say(f"Deleted: {name}")
    if not manifest.has_files:
        say("Uploaded archives and logs are not in it: they stay in the platform's storage (--files takes them in).")
    if manifest.has_key:
        say("The secret key is in it: whoever has the file can read every secret of every site.", style="yellow")
    else:
        say(
            "The secret key is NOT in it, and without that the sites' environment values are lost. Keep a copy of "
            f"{settings.data_dir / 'secret.key'} (or of ZIPP_SECRET_KEY) at another place.",
            style="bold yellow",
        )


def _tell_restored(restored: Restored, *, equal: bool) -> None:
    from zipp.cli.moving import show_table, tell_new_passwords

    show_table(restored.found)
    if not equal:
        say("Something differs: say the same again to go on.", style="bold red")
        return
    tell_new_passwords(restored.new_passwords)
    for site in restored.sealed:
        say(f"The environment of {site} can't be opened here: set it again with `zipp env {site} NAME=VALUE …`.")
    say("\nEverything that the backup holds is there. Start the platform: zipp up")
    say("On a machine that never built these sites, each is made live again with: zipp redeploy SITE")
    if not restored.manifest.has_files:
        say("Archives were not in the backup: sites whose archive is not in storage must be uploaded again.")
