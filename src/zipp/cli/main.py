"""`zipp`: every verb, in the order that --help has them."""

from __future__ import annotations

from collections.abc import Callable

import typer

from zipp.cli.exits import MEANINGS, guarded
from zipp.cli.verbs.backup import BACKUP
from zipp.cli.verbs.bases import bases
from zipp.cli.verbs.deploy import deploy
from zipp.cli.verbs.doctor import doctor
from zipp.cli.verbs.down import down
from zipp.cli.verbs.env import env
from zipp.cli.verbs.login import login
from zipp.cli.verbs.logout import logout
from zipp.cli.verbs.logs import logs
from zipp.cli.verbs.ls import ls
from zipp.cli.verbs.members import MEMBERS
from zipp.cli.verbs.migrate import migrate
from zipp.cli.verbs.open import open_
from zipp.cli.verbs.plan import plan
from zipp.cli.verbs.redeploy import redeploy
from zipp.cli.verbs.rm import rm
from zipp.cli.verbs.rollback import rollback
from zipp.cli.verbs.serve import serve
from zipp.cli.verbs.sites import sites
from zipp.cli.verbs.stop import stop
from zipp.cli.verbs.up import up
from zipp.cli.verbs.version import version

_VERBS: dict[str, tuple[Callable[..., None], ...]] = {
    "Websites": (deploy, plan, ls, sites, logs, open_, stop, redeploy, rollback, rm, env),
    "Your account": (login, logout),
    "This machine's platform": (up, down, serve, doctor, bases, migrate, version),
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="A folder, a ZIP or a Git URL becomes a live website.",
    epilog="Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + ".",
)

for panel, verbs in _VERBS.items():
    for verb in verbs:
        app.command(verb.__name__.rstrip("_"), rich_help_panel=panel)(guarded(verb))

_members = typer.Typer(no_args_is_help=True, help="See who belongs to the platform, and let people in or out.")
for verb in MEMBERS:
    _members.command(verb.__name__.rstrip("_"))(guarded(verb))
app.add_typer(_members, name="members", rich_help_panel="People")

_backup = typer.Typer(
    no_args_is_help=True, help="Keep all that the platform has recorded in a file, and bring it back."
)
for verb in BACKUP:
    _backup.command(verb.__name__.rstrip("_"))(guarded(verb))
app.add_typer(_backup, name="backup", rich_help_panel="This machine's platform")
