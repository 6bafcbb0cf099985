"""What a package.json's own install scripts need: nothing, a few files, or the whole source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from zipp.detect.node.lockfiles import table, text

SCRIPTS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")

_SEPARATOR = re.compile(r"&&|\|\||;|\n")
_RUNNER = re.compile(
    r"(?:(?:npx|yarn|bunx|pnpx|pnpm exec|pnpm dlx|yarn dlx|npm exec --?) +)?(?:(?:-y|--yes|--no-install|--no) +)?"
)
# Git hooks, a check of who installs, and types for the editor: a build needs none of them, or makes them again.
_IDLE = (
    *("husky", "simple-git-hooks", "lefthook", "is-ci", "is-in-ci", "only-allow", "git config", "echo", "true", "exit"),
    *("next telemetry", "astro telemetry", "nuxt prepare", "nuxi prepare", "nitro prepare", "svelte-kit sync"),
    *("astro sync", "ngcc", "opencollective", "check-node-version"),
)


class Need(StrEnum):
    NOTHING = "nothing"
    PATCHES = "patches"  # patch-package, which reads patches/
    SOURCE = "source"


def need(manifest: Mapping[str, Any]) -> Need:
    """What the scripts that are not idle need to be there when packages are installed."""
    needs = [_need_of(script) for name in SCRIPTS if (script := text(table(manifest, "scripts"), name))]
    return next((kind for kind in (Need.SOURCE, Need.PATCHES) if kind in needs), Need.NOTHING)


def idle(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The scripts that are better left out, since the programs that they name may not be installed for production."""
    scripts = table(manifest, "scripts")
    return tuple(name for name in SCRIPTS if text(scripts, name) and _need_of(text(scripts, name)) is Need.NOTHING)


def _need_of(script: str) -> Need:
    commands = [_RUNNER.sub("", part.strip(), count=1) for part in _SEPARATOR.split(script)]
    if all(_begins(command, _IDLE) for command in commands):
        return Need.NOTHING
    return Need.PATCHES if all(_begins(command, ("patch-package", *_IDLE)) for command in commands) else Need.SOURCE


def _begins(command: str, words: tuple[str, ...]) -> bool:
    return any(command == word or command.startswith(f"{word} ") for word in words) and not set(command) & set("`$<>|&")
