from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

import zipp
from zipp.cli.answers import Deployment
from zipp.cli.background import local_url, running_pid, start_in_background
from zipp.cli.client import Client
from zipp.cli.configured import load_settings
from zipp.cli.connection import connect_as_operator, read_operator
from zipp.cli.exits import Exit
from zipp.cli.follow import follow
from zipp.cli.options import Json
from zipp.cli.output import complain, out, say, show_json
from zipp.cli.steps import step
from zipp.cli.verbs.deploy import deploy_path
from zipp.domain.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from zipp.cli.doctor.finding import Finding
    from zipp.settings import Settings

FIRST_SITE = "hello"
EXAMPLE = Path(zipp.__file__).parents[2] / "examples" / "hello-static"


@dataclass(frozen=True, slots=True)
class Up:
    """`setup_url` is None once the first account is complete."""

    url: str
    site_url: str | None
    setup_url: str | None


def up(json: Json = False) -> None:
    """Start the platform on this machine and deploy a first site. Changes nothing where all that is done."""
    from zipp.cli.base_images import ensure_base_images
    from zipp.cli.doctor.engine import check_engine
    from zipp.cli.doctor.firebase import is_used
    from zipp.cli.doctor.machine import check_nginx

    settings = load_settings()
    for check in (check_engine, check_nginx):
        _require(check(settings))
    is_whole = not is_used(settings) or _check_firebase(settings)
    asyncio.run(ensure_base_images(settings))
    _ensure_running(settings)
    if not is_whole and read_operator() is None:
        raise _waits_for_firebase()
    with connect_as_operator() as client:
        site_url = _first_site(client)
        complete = client.me()["email"] is not None
    setup = None if complete else asyncio.run(_setup_link(settings))
    answer = Up(url=settings.api_url, site_url=site_url, setup_url=setup)
    if json:
        show_json(asdict(answer))
    else:
        _tell(answer)


def _require(finding: Finding) -> None:
    if finding.state == "fail":
        raise Unavailable(f"{finding.name}: {finding.detail}", code="not_ready", hint=finding.mend)


def _check_firebase(settings: Settings) -> bool:
    """Whether it answers. An outage is no reason not to start: live sites are served without it."""
    from zipp.cli.doctor.firebase import check_firebase

    with step("Firebase"):
        findings = check_firebase(settings)
    for finding in findings:
        if finding.state != "ok" and (finding.state == "warn" or finding.outage):
            say(f"warning: {finding.name}: {finding.detail} {finding.mend}", style="yellow")
        else:
            _require(finding)
    return not any(finding.outage for finding in findings)


def _waits_for_firebase() -> Unavailable:
    return Unavailable(
        "The platform runs, but has to wait for Firebase.",
        code="firebase_unreachable",
        hint="Live sites are served meanwhile. Once `zipp doctor` says that it answers, run `zipp up` again.",
    )


def _ensure_running(settings: Settings) -> None:
    with step("Platform"), Client(local_url(settings), None) as here:
        if running_pid(settings) is None or not here.is_ready():
            start_in_background(settings, here.is_ready)


def _first_site(client: Client) -> str | None:
    """The example's address, deployed where no site has its name; None without the example's folder."""
    try:
        return client.site(FIRST_SITE)["url"]
    except NotFound:
        if not EXAMPLE.is_dir():
            return None
    with step(f"First site, from examples/{EXAMPLE.name}"):
        accepted = deploy_path(client, EXAMPLE, site=FIRST_SITE, env={})
        return _live(follow(client, accepted["id"], on_line=lambda _: None, to_the_end=False))


def _live(deployment: Deployment) -> str:
    if deployment["status"] != "RUNNING":
        error = deployment["error"]
        complain(f"The first site is {deployment['status']}: {error['message'] if error else 'its log says why'}")
        say(f"Its log: zipp logs {deployment['id']}")
        raise typer.Exit(Exit.FAILED)
    return deployment["url"]


async def _setup_link(settings: Settings) -> str | None:
    """A fresh one: the one before it stops working."""
    from zipp.wiring import build

    platform = build(settings)
    await platform.records.start()
    try:
        secret = await platform.identity.new_setup_token()
    finally:
        await platform.identity.close()
        await platform.records.close()
    return f"{settings.api_url}/setup#token={secret}" if secret else None


def _tell(answer: Up) -> None:
    lines = [("Platform", answer.url)]
    if answer.site_url:
        lines.insert(0, ("First site", answer.site_url))
    lines.append(("First account", answer.setup_url or "is set up; sign in with: zipp login"))
    lines.append(("A site of yours", "zipp deploy FOLDER"))
    out.print()
    for what, where in lines:
        out.print(f"  {what:<16} {where}", markup=False, soft_wrap=True)
