"""The commands of npm, pnpm, yarn and bun. Where a lock file can't be kept to, they go on without it and say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zipp.detect.node.lockfiles import BUN, PNPM, YARN_1, Manager, numbers_of
from zipp.domain.plan import OR_ELSE

_LOGS = "/tmp/npm-logs"  # noqa: S108 (inside a build; npm's own place may be shared with other builds)
_QUIETLY = "--no-audit --no-fund"
_OTHER_MANAGER = re.compile(r"(?:^|[ ;&|(\"'])(yarn|pnpm|bunx|bun|pnpx) [^ ]")
_STAYS = "|| echo 'Zipp: the development packages could not be taken out: they stay.'"


@dataclass(frozen=True, slots=True)
class Commands:
    cache: str
    install: str
    production: str  # empty where this version of the manager can't leave the development packages out
    prune: tuple[str, ...] = ()
    prune_workspace: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


def commands_of(manager: Manager, *, frozen: bool, scripts: Mapping[str, Any]) -> Commands:
    """`frozen`: install exactly what the lock file says; `scripts` may call yet another manager."""
    match manager.name:
        case "pnpm":
            return _pnpm(manager, frozen=frozen)
        case "yarn":
            return _yarn(manager, frozen=frozen)
        case "yarn-berry":
            return _berry(manager, frozen=frozen)
        case "bun":
            return _bun(manager, frozen=frozen)
    return _npm(frozen=frozen, tools=_managers_in(scripts))


def _npm(*, frozen: bool, tools: tuple[str, ...]) -> Commands:
    prune = (f"npm prune --omit=dev {_QUIETLY} {_STAYS}",)
    return Commands(
        cache="npm",
        install=_npm_install("--include=dev", frozen=frozen),
        production=_npm_install("--omit=dev", frozen=frozen),
        prune=prune,
        prune_workspace=prune,
        tools=tools,
    )


def _npm_install(kind: str, *, frozen: bool) -> str:
    flags = f"{kind} {_QUIETLY} --logs-dir={_LOGS}"
    out_of_step = _or_if(
        f"grep -qs 'code EUSAGE' {_LOGS}/*",
        "the lock file does not match package.json, so npm chooses the versions: run npm install and commit it.",
        f"npm install {flags}",
    )
    peers = _or_if(
        f"grep -qs 'code ERESOLVE' {_LOGS}/*",
        "packages disagree on the version of another one (ERESOLVE): once more with --legacy-peer-deps.",
        f"npm install {flags} --legacy-peer-deps",
    )
    return f"npm ci {flags}{out_of_step}{peers}" if frozen else f"npm install {flags}{peers}"


def _pnpm(manager: Manager, *, frozen: bool) -> Commands:
    def install(kind: str) -> str:
        free = f"pnpm install {kind} --no-frozen-lockfile"
        return _once_more(f"pnpm install {kind} --frozen-lockfile", free, manager) if frozen else free

    return Commands(
        cache="pnpm",
        install=install("--prod=false"),
        production=install("--prod"),
        prune=(f"CI=true pnpm prune --prod {_STAYS}",),
        tools=(f"npm install -g pnpm@{manager.version}",),
    )


def _yarn(manager: Manager, *, frozen: bool) -> Commands:
    def install(kind: str) -> str:
        free = f"yarn install {kind} --ignore-engines --non-interactive"
        # The lock file may also name hosts that can't be reached: then the registry that is set has the same packages.
        without_hosts = f"sed -i '/^  resolved /d' yarn.lock && {free}"
        return _once_more(f"{free} --frozen-lockfile", without_hosts, manager) if frozen else free

    return Commands(
        cache="yarn",
        install=install("--production=false"),
        production=install("--production=true"),
        prune=(f"yarn install --production=true --ignore-engines --ignore-scripts --prefer-offline {_STAYS}",),
        tools=(f"npm install -g yarn@{manager.version}",),
        env={"YARN_IGNORE_PATH": "1"},
    )


def _berry(manager: Manager, *, frozen: bool) -> Commands:
    """Without Plug'n'Play: many programs, and every folder copied from a build, count on node_modules."""
    free = "yarn install --no-immutable"
    can_focus = numbers_of(manager.version) >= (4,)
    prune = (f"yarn workspaces focus --all --production {_STAYS}",) if can_focus else ()
    return Commands(
        cache="yarn",
        install=_once_more("yarn install --immutable", free, manager) if frozen else free,
        production="yarn workspaces focus --production" if can_focus and frozen else "",
        prune=prune,
        prune_workspace=prune,
        # Not every version was published under this name: then the next one of the same line.
        tools=(f"npm install -g @yarnpkg/cli-dist@~{manager.version}",),
        env={
            "YARN_NODE_LINKER": "node-modules",
            "YARN_IGNORE_PATH": "1",
            "YARN_ENABLE_TELEMETRY": "0",
            "YARN_ENABLE_GLOBAL_CACHE": "0",  # so that YARN_CACHE_FOLDER counts
        },
    )


def _bun(manager: Manager, *, frozen: bool) -> Commands:
    def install(kind: str) -> str:
        free = f"bun install{kind}"
        without_lock = f"rm -f bun.lock bun.lockb && {free}"  # --production alone keeps to it all the same
        return _once_more(f"{free} --frozen-lockfile", without_lock, manager) if frozen else free

    return Commands(
        cache="bun",
        install=install(""),
        production=install(" --production"),
        prune=(f"rm -rf node_modules && {{ {install(' --production')}; }}",),
        tools=(f"npm install -g bun@{manager.version}",),
    )


def _once_more(command: str, without_lock: str, manager: Manager) -> str:
    """These managers leave no log to look into: 1 is what they end with, 137 a process that had too much memory."""
    said = f"what {manager.lock} says could not be installed (see above): once more, with versions of its own choice."
    return command + _or_if("test $code -eq 1", said, without_lock)


def _or_if(condition: str, said: str, command: str) -> str:
    """Another try when `condition` holds; else the first failure's code goes on."""
    return f"{OR_ELSE}$?; {condition} || (exit $code) && echo 'Zipp: {said}' && {command}; }}"


def _managers_in(scripts: Mapping[str, Any]) -> tuple[str, ...]:
    """Scripts of an npm project that call another manager: `"build": "yarn clean && vite build"`."""
    called = {name for script in scripts.values() if isinstance(script, str) for name in _OTHER_MANAGER.findall(script)}
    found = {"yarn": f"yarn@{YARN_1}", "pnpm": f"pnpm@{PNPM[9]}", "bun": f"bun@{BUN}"}
    return tuple(
        f"npm install -g {package}" for name, package in found.items() if {name, f"{name}x", name[:2] + "px"} & called
    )
