"""What a start script comes down to: a server and its command, or something that must not be taken at its word."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace

from zipp.detect.node.manifest import Manifest
from zipp.detect.node.scripts import MANAGERS, Step, joined, steps_of
from zipp.detect.node.tools import Does, what_it_does

# Asked in this order; of the later ones only a server is taken.
SCRIPTS = ("start", "start:prod", "start:production", "serve:prod", "production", "prod", "server", "serve")
# Restarted at each change while somebody develops: a release is wanted before them, else what they run, once.
_RESTARTERS = frozenset(
    {"nodemon", "ts-node-dev", "tsnd", "node-dev", "supervisor", "forever", "pm2", "pm2-runtime", "nest"}
)
_TAKE_A_VALUE = frozenset(
    {"-w", "--watch", "-e", "--ext", "-i", "--ignore", "--delay", "-d", "-V", "--config", "--signal"}
)
_LOADERS = frozenset({"-r", "--require", "--import", "--loader", "--experimental-loader"})
_ONLY_IN_BUILDS = frozenset({"yarn", "pnpm"})
_PROGRAM_OF = {
    "remix-serve": "@remix-run/serve",
    "react-router-serve": "@react-router/serve",
    "nest": "@nestjs/cli",
    "tsc": "typescript",
    "sirv": "sirv-cli",
    "ts-node-esm": "ts-node",
    "ts-node-script": "ts-node",
    "swc-node": "@swc-node/register",
    "babel-node": "@babel/node",
    "medusa": "@medusajs/cli",
    "directus": "directus",
    "nuxi": "nuxt",
}


@dataclass(frozen=True, slots=True)
class Start:
    """`command` and `env` are set for a server only. `builds` are scripts and commands that come before it in the
    script, but belong into the build. `folder` is what a file server was told to hand out.

    `needs` are the packages whose programs it runs; `manager` is the program that only the images with npm have.
    """

    does: Does
    command: str = ""
    env: dict[str, str] = field(default_factory=dict)
    builds: tuple[Step, ...] = ()
    folder: str = ""
    needs: frozenset[str] = frozenset()
    manager: str = ""
    restarts: bool = False
    last: Step | None = None

    @property
    def is_server(self) -> bool:
        return self.does is Does.SERVE


def start_of(manifest: Manifest, *, development: bool = False) -> Start | None:
    """The start script's meaning, or that of another script when this one serves nobody but developers.

    With `development`, the script `dev` is asked last. None when there is no such script at all.
    """
    first: Start | None = None
    for name in (*SCRIPTS, "dev") if development else SCRIPTS:
        if not manifest.script(name):
            continue
        start = understood(manifest, f"npm run {name}")
        if start.is_server and not start.restarts:
            return start
        if name == "start" or (start.is_server and not (first and first.is_server)):
            first = start
    return first


def understood(manifest: Manifest, script: str) -> Start:
    """`script` as the server's command, free of what only a developer's machine has."""
    steps = steps_of(manifest, script)
    if steps is None:
        return _opaque(script)
    while steps and steps[-1].joint == "|":  # node server.js | pino-pretty
        steps = steps[:-1]
    last = steps[-1]
    does = what_it_does(last)
    if does is not Does.SERVE:
        folder = next((word for word in last.arguments if not word.startswith("-")), "") if does is Does.FILES else ""
        return Start(does, folder=folder, last=last)
    built = max((number for number, step in enumerate(steps) if what_it_does(step) is Does.BUILD), default=-1)
    builds, steps = steps[: built + 1], steps[built + 1 :]
    run = _once(manifest, last)
    steps = (*steps[:-1], run)
    steps = (replace(steps[0], joint=""), *steps[1:])
    manager = next((step.program for step in steps if step.program in MANAGERS | {"npx"}), "")
    only = len(steps) == 1
    return Start(
        does,
        command=run.text if only else joined(steps),
        env=dict(run.env) if only else {},
        builds=builds,
        needs=frozenset(package for step in steps for package in _packages(step)),
        manager=manager,
        restarts=last.program in _RESTARTERS or "watch" in last.arguments or "--watch" in last.arguments,
        last=run,
    )


def as_written(manifest: Manifest, command: str) -> Start:
    """A command that nobody may change: what it needs is found out all the same.

    But yarn and pnpm are in no image that a site runs in: what they would run stands in their place.
    """
    meaning, manager = understood(manifest, command), _opaque(command).manager
    if manager in _ONLY_IN_BUILDS and meaning.is_server and not (meaning.manager or meaning.builds):
        assignments = [f"{name}={shlex.quote(value)}" for name, value in meaning.env.items()]
        return replace(meaning, command=" ".join([*assignments, meaning.command]), env={})
    return replace(meaning, does=Does.SERVE, command=command, env={}, manager=manager)


def _opaque(script: str) -> Start:
    """Left to a shell as it is, with npm at hand."""
    words = script.replace(";", " ").replace("&", " ").replace("(", " ").split()
    manager = next((word for word in words if word in MANAGERS | {"npx"}), "")
    return Start(Does.SERVE, command=script, manager=manager)


def _once(manifest: Manifest, step: Step) -> Step:
    """`nodemon server.js` -> `node server.js`, `tsx watch main.ts` -> `tsx main.ts` …"""
    words = list(step.arguments)
    match step.program:
        case "nodemon" | "node-dev" | "supervisor" | "forever" | "ts-node-dev" | "tsnd" | "pm2" | "pm2-runtime":
            return _restarted(manifest, step)
        case "nest":
            return _replaced(step, ["node", "dist/main"])
        case "node" | "tsx" | "bun" if {"watch", "--watch", "--hot"} & set(words):
            kept = [word for word in words if word not in ("watch", "--watch", "--hot", "--clear-screen=false")]
            return _replaced(step, [step.program, *kept])
    return step


def _restarted(manifest: Manifest, step: Step) -> Step:
    words, runner, rest = list(step.arguments), "", []
    while words:
        word = words.pop(0)
        if word in ("-x", "--exec") and words:
            runner = words.pop(0)
        elif word.startswith("--exec="):
            runner = word.partition("=")[2]
        elif word in _TAKE_A_VALUE and words:
            words.pop(0)
        elif word in _LOADERS and words:
            rest += [word, words.pop(0)]
        elif word == "--":
            rest += words
            break
        elif not word.startswith("-") and not (step.program.startswith(("pm2", "forever")) and word == "start"):
            rest += [word, *words]
            break
    target = next((word for word in rest if word.rpartition(".")[2] in ("js", "mjs", "cjs", "ts", "mts", "json")), "")
    if step.program.startswith("pm2") and "ecosystem" in target:
        return _replaced(step, ["pm2-runtime", "start", target])
    if not runner and (step.program in ("ts-node-dev", "tsnd") or target.endswith((".ts", ".mts"))):
        runner = next((name for name in ("tsx", "ts-node") if manifest.has(name)), "")
        runner = runner or ("ts-node" if step.program in ("ts-node-dev", "tsnd") else "node")
    command = [*shlex.split(runner or "node"), *rest] if "'" not in runner and '"' not in runner else [runner, *rest]
    return _replaced(step, command if rest or runner else ["node", manifest.main or "index.js"])


def _replaced(step: Step, words: list[str]) -> Step:
    return replace(step, text=" ".join(_word(word) for word in words), words=tuple(words))


def _word(word: str) -> str:
    """Quoted for a shell, except variables, which are meant to be filled in."""
    return word if word.startswith("$") and word[1:].isidentifier() else shlex.quote(word)


def _packages(step: Step) -> list[str]:
    program = step.program
    found = [] if program in ("node", "sh", "bash", *MANAGERS) else [_PROGRAM_OF.get(program, program)]
    for option, value in zip(step.words, step.words[1:], strict=False):
        if option in _LOADERS:
            found.append(package_of(value))
    found += [
        package_of(word.partition("=")[2]) for word in step.words if word.partition("=")[0] in _LOADERS and "=" in word
    ]
    return found


def package_of(name: str) -> str:
    """`ts-node/register` -> `ts-node`, `@swc-node/register/esm` -> `@swc-node/register`."""
    parts = name.split("/")
    return "/".join(parts[:2]) if name.startswith("@") else parts[0]
