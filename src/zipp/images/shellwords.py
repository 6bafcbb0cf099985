"""A start command as what a container runs as process 1."""

from __future__ import annotations

import re
import shlex

# Words that a shell itself understands, so that `exec` would look for a program in vain.
_KEYWORDS = (
    "if",
    "then",
    "elif",
    "else",
    "fi",
    "for",
    "in",
    "while",
    "until",
    "do",
    "done",
    "case",
    "esac",
    "function",
)
_BUILT_IN = (
    *(
        "alias",
        "bg",
        "break",
        "builtin",
        "cd",
        "command",
        "continue",
        "declare",
        "eval",
        "exec",
        "exit",
        "export",
        "fg",
    ),
    *(
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
        "source",
    ),
    *("time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait", "."),
)
_PROGRAM = re.compile(r"[A-Za-z0-9_./@+-]{1,300}\Z")
_FIRST_THEN_START = '/bin/sh -ec "$0" && exec /bin/sh -c "$1"'


def start_argv(start: str, before_start: str = "") -> list[str]:
    """What runs as process 1. A simple command replaces the shell, so that signals reach the server itself.

    `before_start` has a shell of its own, and where it fails the server does not start.
    """
    command = f"exec {start}" if is_simple(start) else start
    if before_start:
        return ["/bin/sh", "-c", _FIRST_THEN_START, before_start, command]
    return ["/bin/sh", "-c", command]


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
    return first not in (*_KEYWORDS, *_BUILT_IN) and bool(_PROGRAM.match(first))
