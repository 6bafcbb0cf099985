from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from zipp.cli.background import stop_in_background
from zipp.cli.configured import load_settings
from zipp.cli.options import Json
from zipp.cli.output import say, show_json
from zipp.cli.steps import step
from zipp.domain.errors import Unavailable

if TYPE_CHECKING:
    from zipp.settings import Settings


def down(
    keep_sites: Annotated[
        bool, typer.Option("--keep-sites", help="Only the platform: live sites go on being served.")
    ] = False,
    json: Json = False,
) -> None:
    """Stop the platform, nginx and every site's container. Nothing is lost: `zipp up` brings all of it back."""
    settings = load_settings()
    with step("Platform stopped"):
        ran = stop_in_background(settings)
    if not keep_sites:
        asyncio.run(_stop_sites(settings))
    if json:
        show_json({"was_running": ran})
    elif keep_sites:
        say("The platform is stopped; live sites go on being served. Start it again with: zipp up")
    else:
        say("All is stopped and kept. Start it again with: make up (or: zipp up)")


async def _stop_sites(settings: Settings) -> None:
    from zipp.wiring import build

    platform = build(settings)
    try:
        with step("nginx stopped"):
            await platform.proxy.stop()
        with step("Containers stopped"):
            await platform.runtime.stop_all()
    except Unavailable as error:
        if error.code != "engine_unreachable":
            raise
        say("The Docker engine does not answer: no container runs.")
    finally:
        await platform.runtime.close()
