"""A package.json script taken apart: the programs it runs one after the other, with `npm run x` replaced by script x.

The images that sites run in have no npm, and a server wants its signals itself: what npm would do is done here.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from zipp.detect.node.manifest import Manifest

MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_RUNNERS = frozenset({"npx", "bunx", "pnpx"})
_OWN_COMMANDS = frozenset({"install", "i", "ci", "add", "exec", "dlx", "x", "create", "workspace", "workspaces"})
_MAX_LENGTH = 8_000
_MAX_DEPTH = 6
_MAX_STEPS = 60
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,127})=([^\s$`\\]{0,2000})\Z")


@dataclass(frozen=True, slots=True)
class Step:
    """One program with its arguments; `joint` stands before it: "&&", ";", "|" … or nothing for the first.

    `text` is the command without assignments and wrappers (cross-env, npx): what a shell is given. `script` names the
    script of package.json that the step was when the whole was written down.
    """

    text: str
    words: tuple[str, ...]
    joint: str = ""
    env: dict[str, str] = field(default_factory=dict)
    script: str = ""

    @property
    def program(self) -> str:
        return self.words[0].rpartition("/")[2] if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words[1:]

    @property
    def action(self) -> str:
        """The first argument that is no option: `build` of `vite --debug build`."""
        return next((word for word in self.arguments if not word.startswith("-")), "")


def steps_of(manifest: Manifest, script: str) -> tuple[Step, ...] | None:
    """None when only a shell can tell what the script does."""
    found = list(_expanded(manifest, script, _MAX_DEPTH))
    if not found or len(found) > _MAX_STEPS or any(step is None for step in found):
        return None
    return tuple(step for step in found if step is not None)


def joined(steps: tuple[Step, ...]) -> str:
    """As one command for `sh -c`, with the assignments of each."""
    parts: list[str] = []
    for step in steps:
        assignments = " ".join(f"{name}={shlex.quote(value)}" for name, value in step.env.items())
        parts += [step.joint] if parts else []
        parts.append(f"{assignments} {step.text}".strip())
    return " ".join(parts)


def _expanded(manifest: Manifest, script: str, depth: int) -> Iterator[Step | None]:
    """Each step; None instead of what is too deep or too complicated."""
    cut = _cut(script)
    if cut is None or depth < 0:
        yield None
        return
    for number, (joint, text) in enumerate(cut):
        step = _step(text, joint)
        if step is None:
            yield None
            return
        name, rest = script_run_by(manifest, step)
        if not name:
            yield step
            continue
        whole = [manifest.script(f"pre{name}"), f"{manifest.script(name)} {rest}".strip()]
        inner: list[Step | None] = []
        for part in whole:
            inner += _expanded(manifest, part, depth - 1) if part else ()
            if len(inner) > _MAX_STEPS:
                yield None
                return
        for position, each in enumerate(inner):
            if each is None:
                yield None
                return
            first = joint if number and not position else each.joint or ("&&" if position else "")
            yield replace(each, joint=first, env={**step.env, **each.env}, script=name)


def script_run_by(manifest: Manifest, step: Step) -> tuple[str, str]:
    """The script that `npm run x`, `npm start`, `yarn x` … names, and what is added to it; ("", "") for none."""
    if step.program not in MANAGERS:
        return "", ""
    words = step.text.split()[1:]
    while words and words[0] in ("-s", "--silent", "-q", "--quiet"):
        words = words[1:]
    explicit = bool(words) and words[0] in ("run", "run-script")
    words = words[1:] if explicit else words
    while words and words[0] in ("-s", "--silent", "-q", "--quiet"):
        words = words[1:]
    if not words or words[0] not in manifest.scripts or (not explicit and words[0] in _OWN_COMMANDS):
        return "", ""
    if not explicit and step.program == "npm" and words[0] not in ("start", "test", "stop"):
        return "", ""
    rest = words[2:] if words[1:2] == ["--"] else words[1:]
    return words[0], " ".join(rest)


def _step(text: str, joint: str) -> Step | None:
    env: dict[str, str] = {}
    rest = text
    while True:
        word, _, after = rest.partition(" ")
        assignment = _ASSIGNMENT.match(word)
        if assignment:
            env[assignment[1]] = assignment[2].strip("\"'")
        elif word not in ("cross-env", "cross-env-shell", "env", "exec", *_RUNNERS):
            break
        rest = after.lstrip()
        while word in _RUNNERS and rest.split(" ", 1)[0] in ("-y", "--yes", "-q", "--no-install", "--no"):
            rest = rest.partition(" ")[2].lstrip()
        if not rest:
            return None
    for before in ("pnpm exec ", "yarn exec ", "npm exec -- ", "npm exec "):
        rest = rest.removeprefix(before)
    try:
        words = tuple(shlex.split(rest))
    except ValueError:
        return None
    return Step(rest, words, joint, env) if words else None


def _cut(script: str) -> list[tuple[str, str]] | None:
    """(what joins, command) by &&, ||, ;, | and & outside of quotes; None for what needs a shell to be understood."""
    if len(script) > _MAX_LENGTH or any(mark in script for mark in ("\n", "\r", "\0", "`", "$(", "<<")):
        return None
    parts: list[tuple[str, str]] = []
    joint, start, at, quote = "", 0, 0, ""
    while at < len(script):
        character = script[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "(){}" and script[at - 1 : at] != "$":
            if character in "()":
                return None
        elif character in "&|;" and script[at - 1 : at] not in (">", "<"):
            parts.append((joint, script[start:at].strip()))
            joint = script[at : at + 2] if script[at : at + 2] in ("&&", "||") else character
            at += len(joint)
            start = at
            continue
        at += 2 if character == "\\" and quote != "'" else 1
    parts.append((joint, script[start:].strip()))
    return None if quote else [(mark, text) for mark, text in parts if text]
