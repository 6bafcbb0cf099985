from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from zipp.cli.configured import load_settings
from zipp.cli.options import Json
from zipp.cli.output import show_json, table


def bases(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[IMAGE]...", help="As python:3.13-slim; default: the usual ones."),
    ] = None,
    all_: Annotated[bool, typer.Option("--list", help="Make none; list all that there can be.")] = False,
    json: Json = False,
) -> None:
    """Make the base images that sites are built on, where they are missing or out of date."""
    from zipp.cli.base_images import base_image_states, ensure_base_images
    from zipp.images.bases import DEFAULT

    settings = load_settings()
    if all_ or json:
        states = asyncio.run(base_image_states(settings))
        if json:
            return show_json([asdict(state) for state in states])
        return table(
            ("IMAGE", "STATE", "SIZE"),
            ((base.name, base.state, f"{base.size_bytes // 10**6} MB" if base.size_bytes else "") for base in states),
        )
    wanted = [name if name.startswith("zipp/") else f"zipp/{name}" for name in names or ()]
    asyncio.run(ensure_base_images(settings, wanted or DEFAULT))
    return None
