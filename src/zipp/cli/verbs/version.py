from __future__ import annotations

from zipp import __version__
from zipp.cli.options import Json
from zipp.cli.output import out, show_json


def version(json: Json = False) -> None:
    """Print the version."""
    if json:
        show_json({"version": __version__})
    else:
        out.print(f"zipp {__version__}")
