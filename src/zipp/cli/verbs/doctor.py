from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from zipp.cli.configured import load_settings
from zipp.cli.exits import Exit
from zipp.cli.options import Json
from zipp.cli.output import out, show_json

if TYPE_CHECKING:
    from zipp.cli.doctor.finding import Finding
    from zipp.settings import Settings

_STYLE = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(json: Json = False) -> None:
    """Check this machine: engine, nginx, disk, ports, isolation, records or Firebase; say how to mend what is wrong."""
    findings = _examine(load_settings())
    if json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _tell(finding)
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(Exit.FAILED)


def _examine(settings: Settings) -> list[Finding]:
    from zipp.cli.doctor import engine, firebase, machine, platform

    findings = [engine.check_engine(settings)]
    if findings[0].state != "fail":
        findings += [
            engine.check_limits(settings),
            engine.check_builder(settings),
            engine.check_base_images(settings),
            engine.check_isolation(settings),
        ]
    findings += [machine.check_nginx(settings), machine.check_git(settings)]
    findings += [machine.check_disk(settings), machine.check_data_dir(settings), *machine.check_ports(settings)]
    if firebase.is_used(settings):
        findings += firebase.check_firebase(settings)
    if settings.records_kind == "sqlite":
        findings.append(platform.check_records(settings))
    return [*findings, *platform.check_platform(settings)]


def _tell(finding: Finding) -> None:
    out.print(
        Text.assemble((f"{finding.state:<5}", _STYLE[finding.state]), f"{finding.name:<16} ", finding.detail),
        soft_wrap=True,
    )
    if finding.state != "ok" and finding.mend:
        out.print(Text(f"     {'':<16} → {finding.mend}"), soft_wrap=True)
