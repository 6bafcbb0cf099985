from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zipp.cli.configured import load_settings
from zipp.cli.exits import Exit, UsageMistake
from zipp.cli.options import Json, Yes
from zipp.cli.output import say, show_json
from zipp.domain.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from zipp.moving.compare import Comparison
    from zipp.moving.move import Move
    from zipp.moving.origin import Home
    from zipp.settings import Settings


class Backend(StrEnum):
    EMBEDDED = "embedded"
    FIREBASE = "firebase"


class Part(StrEnum):
    IDENTITY = "identity"
    RECORDS = "records"
    STORAGE = "storage"


_KINDS = {
    Backend.EMBEDDED: {Part.IDENTITY: "local", Part.RECORDS: "sqlite", Part.STORAGE: "local"},
    Backend.FIREBASE: {Part.IDENTITY: "firebase", Part.RECORDS: "firestore", Part.STORAGE: "firebase"},
}


@dataclass(frozen=True, slots=True)
class Route:
    """`parts` are those that move; the others are the same at both ends."""

    source: Settings
    target: Settings
    parts: frozenset[Part]
    to: Backend
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    found: Sequence[Comparison]
    new_passwords: Sequence[str] = ()


def migrate(
    to: Annotated[Backend, typer.Option(help="Where everything is to live.")],
    from_: Annotated[
        Backend | None, typer.Option("--from", help="Where it lives now; default: as the settings say.")
    ] = None,
    part: Annotated[
        list[Part] | None, typer.Option(help="Only this part (more than once: these); default: all.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what there is to move.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace everything that is recorded at the target.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Move accounts, records and files between this machine and Firebase, in either direction.

    The platform must be stopped (zipp down --keep-sites leaves live sites up). What is moved stays where it was, too.
    Interrupted, it goes on when it is said again; said twice, it changes nothing. At the end both sides are compared.
    """
    route = route_of(load_settings(), to, from_, part or list(Part))
    if overwrite and not (dry_run or yes):
        typer.confirm("Replace everything that is recorded at the target, for good?", abort=True, err=True)
    outcome = asyncio.run(_migrate(route, dry_run=dry_run, overwrite=overwrite))
    equal = all(each.is_equal for each in outcome.found)
    if json:
        _show_json(route, outcome, equal=equal)
    else:
        _tell(route, outcome, dry_run=dry_run, equal=equal)
    if not (equal or dry_run):
        raise typer.Exit(Exit.FAILED)


def route_of(settings: Settings, to: Backend, from_: Backend | None, parts: Sequence[Part]) -> Route:
    now = {
        Part.IDENTITY: settings.identity_kind,
        Part.RECORDS: settings.records_kind,
        Part.STORAGE: settings.storage_kind,
    }
    before = now if from_ is None else {**now, **{part: _KINDS[from_][part] for part in parts}}
    after = {**before, **{part: _KINDS[to][part] for part in parts}}
    moved = frozenset(part for part in parts if before[part] != after[part])
    if not moved:
        raise UsageMistake(
            f"By the settings everything lives at {to.value} already.",
            hint="Say where it comes from: --from embedded or --from firebase.",
        )
    return Route(
        source=load_settings(**{part.value: kind for part, kind in before.items()}),
        target=load_settings(**{part.value: kind for part, kind in after.items()}),
        parts=moved,
        to=to,
        variables=_variables(settings, to, moved),
    )


def _variables(settings: Settings, to: Backend, moved: Collection[Part]) -> dict[str, str]:
    """What leads the platform to the target."""
    alone = {part for part in Part if getattr(settings, part.value) is not None}
    if set(moved) == set(Part) and not alone:
        return {"ZIPP_BACKEND": to.value}
    return {f"ZIPP_{part.value.upper()}": _KINDS[to][part] for part in Part if part in moved}


async def _migrate(route: Route, *, dry_run: bool, overwrite: bool) -> Outcome:
    from zipp.cli.homes import opened, stopped
    from zipp.cli.moving import Shown, addresses, can_go_on
    from zipp.moving.folder import work_folder
    from zipp.moving.move import Move, adopt

    data = route.source.data_dir
    with stopped(route.source), work_folder(data) as folder, Shown() as shown:
        async with opened(route.source) as source, opened(route.target) as target:
            move = Move(
                origin=source.home,
                target=target.home,
                folder=folder,
                tell=shown,
                records=Part.RECORDS in route.parts,
                files=Part.STORAGE in route.parts,
            )
            if dry_run:
                return Outcome(await move.look())
            with can_go_on():
                await _refuse_nothing(source.home, move)
                found = await move.run(overwrite=overwrite)
                if Part.IDENTITY not in route.parts:
                    return Outcome(found)
                return Outcome(found, addresses(await adopt(target.home.records, target.identity)))


async def _refuse_nothing(source: Home, move: Move) -> None:
    """A source where no platform ever lived is most likely the wrong one. Raises Conflict `nothing_to_move`."""
    if move.records and not (await source.records.list_users(limit=1)).items:
        raise Conflict(
            "Nothing is recorded where everything is to come from.",
            code="nothing_to_move",
            hint="Check --from, ZIPP_DATA_DIR and ZIPP_FIREBASE_PROJECT: nobody ever had an account there.",
        )


def _tell(route: Route, outcome: Outcome, *, dry_run: bool, equal: bool) -> None:
    from zipp.cli.moving import show_table, tell_new_passwords

    show_table(outcome.found)
    if dry_run:
        return say("Nothing was changed.")
    if not equal:
        return say("The two sides differ: say the same again to go on; the source is as it was.", style="bold red")
    tell_new_passwords(outcome.new_passwords)
    variables = " and ".join(f"{name}={value}" for name, value in route.variables.items())
    say(f"\nEverything is there. Set {variables} and start the platform; the source was not changed.")
    return say(
        f"What stays on this machine, in {route.source.data_dir}: secret.key, which opens the sites' environment; "
        "releases and logs. So do images, in the engine. Sessions were not moved: people sign in again."
    )


def _show_json(route: Route, outcome: Outcome, *, equal: bool) -> None:
    from zipp.cli.moving import as_json

    answer: dict[str, Any] = {
        "equal": equal,
        "parts": sorted(route.parts),
        "counts": as_json(outcome.found),
        "new_passwords": list(outcome.new_passwords),
        "settings": route.variables,
    }
    show_json(answer)
