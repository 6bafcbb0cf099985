"""The texts beside this file."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

# Only HTML is escaped: the values in nginx's configuration are checked where they come from (settings, layout).
TEMPLATES = Environment(
    loader=PackageLoader("zipp", "proxy"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html.j2"], default_for_string=False, default=False),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def source(name: str) -> str:
    return files("zipp.proxy").joinpath(name).read_text(encoding="utf-8")
