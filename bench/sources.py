"""What is deployed: the same kind of project every time, with other content every time, so that no cache can help."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

STATIC_FILES = 50
STATIC_FILE_BYTES = 20_000
PROJECTS = Path(__file__).with_name("projects")

Files = Mapping[str, bytes]


def token(prefix: str, number: int) -> str:
    """Names one version of one site; `!` ends it, so that 1 is not taken for 10."""
    return f"{prefix}-{number}!"


def static_site(mark: str, *, container: bool = False) -> Files:
    """About 1 MB in 50 files: pages and scripts that compress, pictures that don't."""
    chance = random.Random(mark)
    files = {"index.html": f"<!doctype html><title>{mark}</title>{_words(chance, 8_000)}".encode()}
    for number in range(1, STATIC_FILES):
        if number % 3:
            files[f"images/{number}.webp"] = chance.randbytes(STATIC_FILE_BYTES)
        else:
            files[f"assets/{number}.js"] = f"// {mark}\n{_words(chance, STATIC_FILE_BYTES)}".encode()
    return files | ({"zipp.toml": b'serve = "container"\n'} if container else {})


def project(name: str, mark: str) -> Files:
    """The project in projects/<name>, with one line changed: every @VERSION@ in it stands for `mark`."""
    folder = PROJECTS / name
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes().replace(b"@VERSION@", mark.encode()) for name, path in files.items()}


def small_site(mark: str) -> Files:
    return {"index.html": f"<!doctype html><title>{mark}</title>".encode()}


def write(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _words(chance: random.Random, size: int) -> str:
    words = [f"{chance.getrandbits(20):x}" for _ in range(200)]
    text = " ".join(chance.choices(words, k=size // 5))
    return text[:size]
