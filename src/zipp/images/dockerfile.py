"""Plan -> Dockerfile: pure text, for any builder since Docker 17.09 (no BuildKit needed).

People's commands only ever stand in the JSON form of RUN and CMD, where neither a quote nor a line end begins a new
instruction.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from zipp.domain.plan import BuildPlan

UID = 10001  # no account of the host has it
FOLDER = "/app"
VENV = "/opt/venv"

_ACCOUNT = (
    f"getent passwd {UID} >/dev/null || useradd --uid {UID} --user-group --no-create-home --home-dir /tmp app\n"
    f"chown {UID}:{UID} {FOLDER}"
)
_VENV = f"test -x {VENV}/bin/python || uv venv {VENV}\nchown -R {UID}:{UID} {VENV}"

_LEFT_OUT_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", "__MACOSX", "node_modules", ".venv", "venv"),
        *("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".next"),
    }
)
_LEFT_OUT_FILES = frozenset({".DS_Store", "Thumbs.db", ".env", ".env.local"})

# Words that a shell itself understands, so that `exec` would look for a program in vain.
_SHELL_WORDS = frozenset(
    {
        *("if", "then", "elif", "else", "fi", "for", "in", "while", "until", "do", "done", "case", "esac", "function"),
        *("alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "eval", "exec", "exit", "export"),
        *(
            "fg",
            "getopts",
            "hash",
            "jobs",
            "let",
            "local",
            "popd",
            "pushd",
            "read",
            "readonly",
            "return",
            "set",
            "shift",
        ),
        *("source", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait", "."),
    }
)
_PROGRAM = re.compile(r"[A-Za-z0-9_./@+-]{1,300}\Z")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^${}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))")


def render(plan: BuildPlan) -> str:
    """The Dockerfile of a plan that has a `base`.

    What changes seldom comes first, and the source as late as can be: only what stands below a change is built again.
    At run time the file system may be read-only, except /tmp, which is therefore the home folder.
    """
    lines = [
        "# Made by Zipp. To change the build: write a zipp.toml, or take this file over as your own Dockerfile.",
        f"FROM {plan.base}",
        f"WORKDIR {FOLDER}",
        _run(_ACCOUNT),
        *_language(plan.base),
        f"USER {UID}:{UID}",
        _env({"HOME": "/tmp", **plan.env, "PORT": str(plan.port)}),  # noqa: S108
    ]
    source = f"COPY --chown={UID}:{UID} . ."
    if plan.install and plan.dependency_files:
        lines += [*_copies(plan.dependency_files), _run("\n".join(plan.install)), *_run_time(plan), source]
    elif plan.install:
        lines += [source, _run("\n".join(plan.install)), *_run_time(plan)]
    else:
        lines += [*_run_time(plan), source]
    lines += [_run(command) for command in plan.build]
    return "\n".join(lines) + "\n"


def start_argv(start: str) -> list[str]:
    """What runs as process 1. A simple command replaces the shell, so that signals reach the server itself."""
    return ["/bin/sh", "-c", f"exec {start}" if is_simple(start) else start]


def is_simple(command: str) -> bool:
    """Whether the shell would run one program and nothing else; in doubt, no."""
    if "\n" in command or "\r" in command or "`" in command:
        return False
    words = shlex.shlex(command, posix=False, punctuation_chars=True)
    words.commenters = ""
    try:
        found = list(words)
    except ValueError:  # a quote that nobody closes
        return False
    if any(word[0] in "();<>|&" for word in found):
        return False
    first = command.split()[0] if found else ""
    return first not in _SHELL_WORDS and bool(_PROGRAM.match(first))


def excluded(path: str, is_folder: bool = False) -> bool:
    """Whether a file of the source stays out of the image of a generated Dockerfile.

    What is made anew inside, what tools leave behind, and .env files: secrets don't belong into an image, they are set
    as the site's environment. zipp.toml stays.
    """
    parts = PurePosixPath(path).parts
    folders = parts if is_folder else parts[:-1]
    name = parts[-1] if parts else ""
    local_env = name.startswith(".env.") and name.endswith(".local")
    return not _LEFT_OUT_FOLDERS.isdisjoint(folders) or name in _LEFT_OUT_FILES or local_env


def bases_of(text: str) -> tuple[str, ...]:
    """The images named `zipp/...` that a Dockerfile builds on or copies from, each once, in the order of the text.

    Understands the default values of ARGs before the first FROM, and leaves out names of earlier stages.
    """
    defaults: dict[str, str] = {}
    stages: set[str] = set()
    images: list[str] = []
    for instruction, words in _instructions(text):
        if instruction == "ARG" and not stages and not images:
            defaults |= {name: value.strip("\"'") for name, _, value in (word.partition("=") for word in words)}
        named = [_filled(word, defaults) for word in words if not word.startswith("--")]
        if instruction == "FROM" and named:
            if named[0].lower() not in stages:
                images.append(named[0])
            stages.add(named[2].lower() if len(named) > 2 and named[1].upper() == "AS" else "")
        elif instruction in ("COPY", "ADD"):
            sources = [word.removeprefix("--from=") for word in words if word.startswith("--from=")]
            images += [source for source in sources if source.lower() not in stages]
    return tuple(dict.fromkeys(image for image in images if image.startswith("zipp/")))


def _language(base: str) -> Iterator[str]:
    """Debian's own Python must not be installed into (PEP 668): a virtual environment comes before it on PATH."""
    if base.startswith("zipp/python:"):
        yield _run(_VENV)
        yield f'ENV VIRTUAL_ENV="{VENV}" PATH="{VENV}/bin:$PATH"'


def _run_time(plan: BuildPlan) -> list[str]:
    return [f"EXPOSE {plan.port}", f"CMD {_json(start_argv(plan.start))}"]


def _run(script: str) -> str:
    return f"RUN {_json(['/bin/sh', '-ec', script])}"


def _json(words: list[str]) -> str:
    """ASCII only, so that no character can pass for a line end."""
    return json.dumps(words)


def _env(values: Mapping[str, str]) -> str:
    return "ENV " + " ".join(f"{name}={_quoted(value)}" for name, value in sorted(values.items()))


def _quoted(value: str) -> str:
    """For ENV: quotes, backslashes and variables are taken as they are. A Dockerfile can't write a line end there."""
    if any(character in value for character in "\r\n\0"):
        raise ValueError("a value in a Dockerfile can't have several lines")
    return '"' + re.sub(r'(["\\$])', r"\\\1", value) + '"'


def _copies(files: tuple[str, ...]) -> Iterator[str]:
    """One COPY for each folder, since COPY puts all its sources into one."""
    by_folder: dict[str, list[str]] = {}
    for file in files:
        by_folder.setdefault(str(PurePosixPath(file).parent), []).append(file)
    for folder, names in by_folder.items():
        yield f"COPY --chown={UID}:{UID} {_json([*names, './' if folder == '.' else f'./{folder}/'])}"


def _instructions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each instruction with its words; lines that end in a backslash go on, comments between them don't count."""
    pending = ""
    for line in text.splitlines():
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        if content.endswith("\\"):
            pending += content[:-1] + " "
            continue
        instruction, *words = (pending + content).split()
        pending = ""
        yield instruction.upper(), words
    if pending.strip():
        instruction, *words = pending.split()
        yield instruction.upper(), words


def _filled(word: str, defaults: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, operator, alternative = match[1] or match[4], match[2] or "", match[3] or ""
        known = defaults.get(name)
        is_set = known is not None and (bool(known) or not operator.startswith(":"))
        if operator.endswith("+"):
            return alternative if is_set else ""
        if operator.endswith("-"):
            return (known or "") if is_set else alternative
        return known or ""

    return _VARIABLE.sub(value, word)
