"""Small projects as people have them on their disk."""

from __future__ import annotations

import secrets
from pathlib import Path

from live import zipped


def page(text: str) -> dict[str, str]:
    return {"index.html": f"<!doctype html><title>{text}</title><h1>{text}</h1>"}


def server(text: str, *, prints: str = "") -> dict[str, str]:
    """Node without packages: its container starts without anything to install."""
    return {
        "package.json": '{"name": "server", "scripts": {"start": "node server.js"}}',
        "server.js": f"console.log({prints!r});\n"
        f"require('http').createServer((_, answer) => answer.end({text!r})).listen(process.env.PORT);\n",
    }


def building(command: str) -> dict[str, str]:
    """A site of files that a build makes by `command`; never built before, so that it prints what it prints."""
    return {
        "zipp.toml": f'build = "{command}"\noutput = "out"\n',
        "index.html": "source",
        "never-built": secrets.token_hex(8),
    }


def as_zip(folder: Path, name: str, files: dict[str, str]) -> Path:
    file = folder / f"{name}.zip"
    file.write_bytes(zipped(files))
    return file


def as_folder(folder: Path, name: str, files: dict[str, str]) -> Path:
    top = folder / name
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    return top
