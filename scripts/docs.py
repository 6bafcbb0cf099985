"""Writes docs/reference from the code: settings.md, cli.md, openapi.json. With --check it only says what is stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from typer.main import get_command

from zipp.api.app import openapi
from zipp.cli.exits import MEANINGS
from zipp.cli.main import app
from zipp.settings import Settings

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
GENERATED = "<!-- Generated from the code by `make docs`: edit the code instead. -->"
DATA_DIR_DEFAULT = "`/var/lib/zipp` as root, else `~/.local/share/zipp`"


def settings_page() -> str:
    rows = [
        f"| `{field.validation_alias or f'ZIPP_{name.upper()}'}` | {_default(name, field)} | "
        f"{_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            GENERATED,
            "",
            "Environment variables, read once at the start. Sizes are in bytes, durations in seconds. A value that",
            "can't be used stops the start, in one line that names the variable. None needs to be set.",
            "",
            "| Variable | Default | What it is |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return DATA_DIR_DEFAULT
    value = field.default
    if value is None or value == ():
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_bytes"):
        return f"`{value}` ({_size(value)})"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _size(count: int) -> str:
    return f"{count // 1024**3} GiB" if count % 1024**3 == 0 else f"{count // 1024**2} MiB"


def cli_page() -> str:
    group: Any = get_command(app)
    lines = ["# The command line", "", GENERATED, "", group.help, ""]
    for name, command in _verbs(group):
        lines += [f"## zipp {name}", "", *_usage(name, command), "", *_paragraphs(command.help), *_options(command)]
    lines += ["## Exit codes", "", "| Code | Meaning |", "|---|---|"]
    lines += [f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join([*lines, ""])


def _verbs(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every verb with its whole name; a group of verbs stands for those in it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _verbs(command, f"{before}{name} ")
        else:
            yield before + name, command


def _usage(name: str, command: Any) -> list[str]:
    arguments = [_argument(parameter) for parameter in command.params if parameter.param_type_name == "argument"]
    return ["```", " ".join(["zipp", name, *arguments, "[OPTIONS]"]), "```"]


def _argument(parameter: Any) -> str:
    shown = str(parameter.metavar or parameter.name.upper())
    return shown if parameter.required or shown.startswith("[") else f"[{shown}]"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield " ".join(paragraph.split())
        yield ""


def _options(command: Any) -> list[str]:
    rows = [
        f"| {_names(parameter)} | {_cell(parameter.help or '')}{_variable(parameter)} |"
        for parameter in command.params
        if getattr(parameter, "help", None) and not getattr(parameter, "hidden", False)
    ]
    return ["| | |", "|---|---|", *rows, ""] if rows else []


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _cell(f"`{_argument(parameter)}`")
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _variable(parameter: Any) -> str:
    return f" Also by `{parameter.envvar}`." if getattr(parameter, "envvar", None) else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def openapi_page() -> str:
    return json.dumps(openapi(), indent=1, sort_keys=True) + "\n"


PAGES = {"settings.md": settings_page, "cli.md": cli_page, "openapi.json": openapi_page}


def main() -> int:
    stale = [name for name, page in PAGES.items() if _read(REFERENCE / name) != page()]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"docs/reference/{name} is out of date: run `make docs`")
        return bool(stale)
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(PAGES[name]())
        print(f"written: docs/reference/{name}")
    return 0


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


if __name__ == "__main__":
    sys.exit(main())
