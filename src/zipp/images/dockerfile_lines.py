"""Single instructions of a Dockerfile, written so that no text of other people's can begin a second one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from zipp.domain.plan import OR_ELSE
from zipp.images.recipes import UID

OWNED = f"--chown={UID}:{UID}"

_SHELL = ("/bin/sh", "-ec")
# Shown as `first_try` shows it.
_FIRST_TRY = OR_ELSE.replace("{", r"\{")
_EACH = f'for c; do printf \'$ %s\\n\' "${{c%%{_FIRST_TRY}*}}"; /bin/sh -ec "$c"; done'
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:@-]{0,300}\Z", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}\Z")
_SPECIAL = re.compile(r"([\\\"'$])")
_WILDCARD = re.compile(r"([\[*?])")


def from_image(image: str, stage: str = "") -> str:
    if not _IMAGE.match(image):
        raise ValueError(f"no name of an image: {image[:80]!r}")
    return f"FROM {image} AS {stage}" if stage else f"FROM {image}"


def run(commands: Sequence[str], *, first: Sequence[str] = (), then: Sequence[str] = (), mounts: str = "") -> str:
    """One RUN for all `commands`, each in a shell of its own so that none can change what follows it.

    `first` and `then` are our own lines before and after them. Unless a single command is all, each is shown as it
    begins.
    """
    if not commands:
        argv = [*_SHELL, "\n".join([*first, *then])]
    elif len(commands) == 1 and not first and not then:
        argv = [*_SHELL, *commands]
    else:
        argv = [*_SHELL, "\n".join([*first, _EACH, *then]), "build", *commands]
    return " ".join(["RUN", *([mounts] if mounts else []), words(argv)])


def words(values: Iterable[str]) -> str:
    """The JSON form. ASCII only, so that no character can pass for a line end."""
    return json.dumps(list(values))


def env(values: Mapping[str, str]) -> Iterator[str]:
    """One ENV, or none. Values are taken as they are. Raises ValueError for what a Dockerfile can't hold."""
    if values:
        yield "ENV " + " ".join(f"{_checked(name)}={_quoted(value)}" for name, value in sorted(values.items()))


def on_path(folders: Sequence[str]) -> Iterator[str]:
    if folders:
        yield f'ENV PATH="{":".join([*folders, "$PATH"])}"'


def args(names: Iterable[str]) -> Iterator[str]:
    yield from (f"ARG {_checked(name)}" for name in sorted(names))


def copy(source: str, target: str, *, stage: str = "") -> str:
    """A folder's content, or a file, as the site's user's own."""
    flags = f"--from={stage} {OWNED}" if stage else OWNED
    return f"COPY {flags} {words([_pattern(source), _literal(target)])}"


def copy_files(files: Sequence[str], source: str) -> Iterator[str]:
    """`files` of the folder `source` to the same places below the work folder.

    One COPY for each of their folders, since COPY puts all its sources into one.
    """
    by_folder: dict[str, list[str]] = {}
    for file in files:
        path = PurePosixPath(file)
        by_folder.setdefault(str(path.parent), []).append(str(PurePosixPath(source) / path))
    for folder, names in by_folder.items():
        target = "./" if folder == "." else f"./{folder}/"
        yield f"COPY {OWNED} {words([*map(_pattern, names), _literal(target)])}"


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"no name of a variable: {name[:80]!r}")
    return name


def _quoted(value: str) -> str:
    """For ENV: quotes, backslashes and variables are taken as they are. A Dockerfile can't write a line end there."""
    if any(character in value for character in "\r\n\0"):
        raise ValueError("a value in a Dockerfile can't have several lines")
    return '"' + re.sub(r'(["\\$])', r"\\\1", value) + '"'


def _pattern(path: str) -> str:
    """COPY's sources are patterns (Go's filepath.Match) in which variables are filled in; this one means itself."""
    return _literal(_WILDCARD.sub(r"[\1]", path.replace("\\", "\\\\")))


def _literal(path: str) -> str:
    return _SPECIAL.sub(r"\\\1", path)
